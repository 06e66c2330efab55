"""What ties complaints together, and why one was rejected."""

from alembic import op

from shared.db import run_script

revision = "0004"
down_revision = "0003"

TIES = """
alter table complaint add column linked_to text, add column reject_reason text;
create index complaint_by_link on complaint (linked_to) where linked_to is not null;
create index complaint_by_reject_reason on complaint (reject_reason, ended_at) where reject_reason is not null;
"""


def upgrade() -> None:
    run_script(op.get_bind(), TIES)
