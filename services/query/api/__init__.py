"""Query's doors: `tracking` for the public, `lists` and `detail` for staff, `attachments` and `solutions` for both."""
