"""A link may be asked for before its complaint is heard of: it waits a while.

Revision 0010.
"""

from alembic import op

from shared.db import run_script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SCRIPT = """
create table asked (
    event_id text primary key,
    number text,
    ic_index text,
    at timestamptz not null,
    body bytea not null,
    until timestamptz not null
);
create index asked_until on asked (until);
comment on table asked is 'links that were asked for before their complaint was heard of';
"""


def upgrade() -> None:
    run_script(op.get_bind(), SCRIPT)
