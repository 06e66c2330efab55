"""A notify that let the calendar pass before it had a use for it takes it when it is said again.

Revision 0013.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "delete from fence where source = 'workflow' and subject in ('kelantan', 'vendor')"
        " and not exists (select from calendar)"
    )
