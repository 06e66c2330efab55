"""Channels stand beside each other: what is urgent goes first, each has its rate, and a provider's id is kept.

Revision 0008.
"""

from alembic import op

from shared.db import run_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCRIPT = """
alter table delivery add column urgent boolean not null default false;
alter table attempt add column provider_id text;
create index attempt_of_provider on attempt (provider_id) where provider_id is not null;
comment on column attempt.provider_id is 'what the provider calls the message';
drop index delivery_in_line;
create index delivery_in_line on delivery (channel, urgent desc, next_at, seq) where next_at is not null;
create index delivery_gathered on delivery (recipient, channel, template, seq) where batched and next_at is not null;
create table pace (
    channel text primary key,
    free_at timestamptz not null
);
comment on table pace is 'when the next message of a channel may go, for all replicas';
"""


def upgrade() -> None:
    run_script(op.get_bind(), SCRIPT)
