"""Intake's tables and all its SQL, by what it is about: `tables` (the schema), `record` (what has been said),
`submissions` (complaints and who filed them), `spent` (robot checks and counted tries), `form` (the form's lists),
`copies` (calendar and settings, heard), `mails` (answers by mail)."""
