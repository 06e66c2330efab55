"""Intake: where a complaint and its complainant's words come in. It never decides; it takes down, proves and passes on.

Owns: submissions, the complainant's contact (sealed), the words of the public thread, the public's uploads, mails
held for Admin, the form's reference data (modules, departments, PTJ), and its own append-only record of every event
it has said.
Hears: `calendar.saved` and `settings.saved`, to say by when a complaint is answered; `staff_mail.refused`, to hold the
mail.
Says: `complaint.submitted`, `complainant.acted`, `tracking_link.requested`, `staff.mailed`, `mail.bounced`,
`mail.held`, `form.saved`.

Promises: a complaint that was answered with a number is recorded, numbered once and will be said, whatever dies after
the answer; the same Idempotency-Key files one complaint; a file is used once, with its text or not at all; every wrong
field is named at once, in Malay and English; wrong proof and a missing complaint cannot be told apart; no IC, phone or
e-mail leaves in the clear.
Does not promise: that a message is allowed (workflow decides, and holds what is not), that numbers have no gaps, that
a visitor is no robot (it slows floods down and counts), or that a tracking link finds anything.
"""
