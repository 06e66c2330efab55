"""The pages, as a browser without scripts goes through them."""
