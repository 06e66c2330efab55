"""`make demo`: a believable year of complaints, told through the real APIs while business time runs up to now."""
