"""Workflow: the only service that decides.

Owns: the complaint's state, its event record (append-only, the truth), staff and sessions, routing, calendar, settings,
solutions, the access audit.
Hears: intake's `complaint.submitted`, `complainant.acted`, `staff.mailed` and `form.saved`.
Says: one event for every action of its table; the reference facts staff, calendar, settings, routing, solution;
`password.changed` and `password_reset.requested`; `staff_mail.refused`.

Promises: a state comes only from `machine.step` and is written only together with its event and its outbox row, in one
statement; versions run 1..n; a refusal is loud and names what would be allowed; a complainant's message that comes too
late is kept on the thread with the reason. Does not promise: that an event has been delivered when an act is answered,
only that it will be.
"""
