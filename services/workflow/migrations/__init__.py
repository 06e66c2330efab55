"""Revisions of workflow's schema, run by `shared.db.migrate`. Never edited once released."""
