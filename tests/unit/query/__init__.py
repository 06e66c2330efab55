"""Query's rules."""
