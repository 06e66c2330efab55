"""JetStream as a delivery cache: `connection` (one per process), `batch` (many events at once), `consumer` (one per
stream heard), `fence` (order)."""
