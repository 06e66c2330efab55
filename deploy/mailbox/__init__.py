"""The mailbox of one machine: catches what would go out to people, so that nothing ever leaves, and shows it.

Hears SMTP, keeps the last messages across restarts, answers `GET /v1/messages`. Never part of a real installation.
"""
