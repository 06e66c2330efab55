"""Attachments: `file` (what is known of one), `keep` (bytes under names of our own), `check` (what may come in, and
what becomes of it), `workshop` (the process apart in which the check runs), `scan` (an optional virus scanner),
`uploads` (the table between an upload and the text it will hang on)."""
