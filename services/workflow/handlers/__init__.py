"""One function per use case: load, decide, save, record. Never commits, publishes or sleeps.

A complaint: `complaints` (received, acted on), `versions` (how a decision is recorded), `ties` (duplicates), `vendor`
(the leg by its link), `mails` (answers of staff), `leaving` (a PIC's desk handed over).
Staff: `people` (who they are), `sessions` and `passwords` (logging in), `accounts` (changing either), `preferences`,
`absences`. The office: `office` (routing, solutions), `calendars`, `times` (rules and timers).
"""
