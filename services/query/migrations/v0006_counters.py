"""What an inbox counts is summed and no longer counted: who holds what, what waits for a first act, and how many
deadlines fall into which hour. The indexes that were only counted by are gone; the folder of what nobody has picked up
is read in its index's order."""

from alembic import op

from shared.db import run_script

revision = "0006"
down_revision = "0005"

COUNTERS = """
delete from tally;
alter table tally add column holder text, add column first_act boolean not null;
insert into tally (seen_by, open, custodian, holder, first_act, n)
select seen_by, open, custodian, holder, first_act, count(*) from complaint group by 1, 2, 3, 4, 5;
create table deadlines (
    hour timestamptz not null,
    seen_by text[] not null,
    n integer not null
);
insert into deadlines (hour, seen_by, n)
select date_trunc('hour', due, 'UTC'), seen_by, count(*) from complaint where due is not null group by 1, 2;
drop index complaint_by_due_and_readers;
drop index complaint_waiting_for_first_act;
drop index complaint_by_holder;
create index complaint_by_holder on complaint (holder, by_due, submitted_at, number) where holder is not null;
drop index complaint_by_custodian;
create index complaint_by_custodian on complaint (custodian, by_due, submitted_at, number) where custodian is not null;
drop index complaint_waiting;
create index complaint_waiting on complaint (by_due, submitted_at, number)
    where custodian in ('COMPLAINANT', 'VENDOR');
"""


def upgrade() -> None:
    run_script(op.get_bind(), COUNTERS)
