"""Query: everything that is read.

Owns: read models of complaints (a row each, their thread, their words), and copies of the staff, calendars, settings,
form and solutions. All of it can be thrown away and rebuilt from workflow's record.
Hears: every event of workflow, the reference facts of workflow and intake. Says: `projected` after each commit, over
core NATS, lossy.

Promises: what it shows was said by workflow, in its order, each event once in effect; nobody sees more than the
complaint's `seen_by` and an entry's `audience` allow; tracking answers a miss and a mismatch alike, and keeps no plain
IC, phone or e-mail. Does not promise: to be up to date. It waits a moment for a version or a message it is asked for,
and says as of when it speaks.
"""
