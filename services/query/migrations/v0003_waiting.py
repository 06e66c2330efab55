"""The folder of what waits for the complainant or the vendor has an index in the order it is read in."""

from alembic import op

from shared.db import run_script

revision = "0003"
down_revision = "0002"

WAITING = """
create index complaint_waiting on complaint (by_due, submitted_at, number)
    where open and custodian in ('COMPLAINANT', 'VENDOR');
"""


def upgrade() -> None:
    run_script(op.get_bind(), WAITING)
