"""JetStream as a delivery cache: `connection` (one per process), `consumer` (one per stream heard), `fence` (order)."""
