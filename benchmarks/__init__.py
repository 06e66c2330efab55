"""`make bench`: what Helpdesk iSPEKS costs, beside what a bare route, DBOS and django-helpdesk cost on this machine.

Ratios first: what is compared runs in turns (A, B, A, B ...) in one run, on one Postgres, with fsync on. CPU is that of
the serving processes, asked from the kernel; the load comes from this process and is not in it. Nothing the product
does is switched off: robot check, limits, sealing, blind index, idempotency, record, outbox.
"""
