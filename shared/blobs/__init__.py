"""Attachments: `keep` (bytes under names of our own), `check` (what may come in, and what becomes of it), `workshop`
(the process apart in which the check runs), `scan` (an optional virus scanner), `uploads` (the table and its sweep)."""

from shared.blobs.keep import Blobs

__all__ = ["Blobs"]
