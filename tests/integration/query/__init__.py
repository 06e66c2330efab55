"""Query on real Postgres and NATS."""
