"""Who reads a complaint stands in the indexes that pages are walked by: whoever sees one in thirty passes the other
twenty-nine without touching a row."""

from alembic import op

from shared.db import run_script

revision = "0007"
down_revision = "0006"

READERS = """
drop index complaint_by_due;
create index complaint_by_due on complaint (by_due, submitted_at, number) include (seen_by);
drop index complaint_waiting;
create index complaint_waiting on complaint (by_due, submitted_at, number) include (seen_by)
    where custodian in ('COMPLAINANT', 'VENDOR');
drop index complaint_by_custodian;
create index complaint_by_custodian on complaint (custodian, by_due, submitted_at, number) include (seen_by)
    where custodian is not null;
"""


def upgrade() -> None:
    run_script(op.get_bind(), READERS)
