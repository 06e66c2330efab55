"""Services on real Postgres and NATS."""
