"""An alert remembers which request it goes back to, so that the log of what is sent can be followed to its cause.

Revision 0003.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table alert add column correlation text")
