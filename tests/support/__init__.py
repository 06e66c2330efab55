"""What tests lean on: infrastructure, waiting by condition, made-up people."""
