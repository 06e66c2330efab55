"""A complaint is known as it stands, so that what would be told of it can be tried out; the matrix remembers why it was
changed.

Revision 0007.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table complaint add column standing jsonb")
    op.execute("comment on column complaint.standing is 'what its last event said of it; none until one is heard'")
    op.execute("alter table matrix add column why text")
