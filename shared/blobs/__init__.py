"""Attachments: `file` (what is known of one), `store` (bytes under names of our own), `check` (what may come in, and
what becomes of it), `sandboxed` (the check in a process apart), `scan` (an optional virus scanner),
`uploads` (the table between an upload and the text it will hang on)."""
