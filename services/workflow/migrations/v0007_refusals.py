"""What was refused to staff who had written by mail, on record: until now the broker alone knew of it."""

from alembic import op

from shared.db import run_script

revision = "0007"
down_revision = "0006"

REFUSALS = """
create table refusal (
    id uuid primary key,
    subject text not null,
    body bytea not null
);
comment on table refusal is 'what was refused to staff who had written by mail, as it was said to intake';
"""


def upgrade() -> None:
    run_script(op.get_bind(), REFUSALS)
