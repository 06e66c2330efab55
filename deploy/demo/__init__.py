"""`make demo`: some twenty believable complaints, told through the real APIs while business time runs up to now."""
