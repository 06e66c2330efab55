"""Each complaint's timer, the history of what the office decides about time, and locks on accounts there are not."""

from alembic import op

from shared.db import run_script

revision = "0002"
down_revision = "0001"

TIMERS = """
alter table complaint add column timer_at timestamptz, add column timer_rule text;
create index complaint_of_timer on complaint (timer_at) where timer_at is not null;
comment on column complaint.timer_at is 'when the next rule fires; written with every version';
create table decision (
    id bigint generated always as identity primary key,
    subject text not null,
    at timestamptz not null,
    staff uuid,
    why text not null,
    body jsonb not null
);
create index decision_in_order on decision (subject, id);
comment on table decision is 'what the office has decided about itself, each time it did: settings, times, calendars';
create trigger decision_is_append_only before update or delete on decision
    for each statement execute function never_rewrite();
create unlogged table stranger (
    ic_index text primary key,
    failed_logins int not null default 1,
    locked_until timestamptz,
    seen_at timestamptz not null default clock_timestamp()
);
comment on table stranger is 'failed logins for ICs nobody here has: they lock alike, so a lock tells nothing';
"""


def upgrade() -> None:
    run_script(op.get_bind(), TIMERS)
