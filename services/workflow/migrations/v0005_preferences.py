"""A member of staff chooses how they are told.

Revision 0005.
"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("alter table staff add column preferences jsonb not null default '{}'")
    op.execute("comment on column staff.preferences is 'how they want to be told; what is absent was never chosen'")
