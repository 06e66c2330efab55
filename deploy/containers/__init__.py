"""The same system as containers: what `make up` and `make down` do with `deploy/compose.yaml`."""
