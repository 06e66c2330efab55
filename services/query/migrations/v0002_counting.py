"""Who reads a complaint stands in the indexes the inbox counts by: a count touches no row of the table."""

from alembic import op

from shared.db import run_script

revision = "0002"
down_revision = "0001"

COUNTING = """
create index complaint_by_due_and_readers on complaint (by_due) include (seen_by);
drop index complaint_by_holder;
create index complaint_by_holder on complaint (holder, by_due, submitted_at, number) include (seen_by)
    where holder is not null;
drop index complaint_waiting_for_first_act;
create index complaint_waiting_for_first_act on complaint (custodian, pic_id, claimant_id) include (seen_by)
    where first_act;
"""


def upgrade() -> None:
    run_script(op.get_bind(), COUNTING)
