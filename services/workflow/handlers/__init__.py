"""One function per use case: load, decide, save, record. Never commits, publishes or sleeps.

`complaints`: what happens to a complaint. `people`: staff, passwords, sessions. `office`: calendars, settings, routing,
solutions.
"""
