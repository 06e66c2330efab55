"""Workflow's tables and all its SQL, by what they hold: `complaints` with the record, `people`, `facts`."""
