"""Four services that speak only through events, and the portal that is their browser-facing client."""
