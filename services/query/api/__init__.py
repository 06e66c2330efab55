"""Query's doors: `tracking` for the public, `lists` and `detail` for staff, `solutions` for both."""
