"""An office from before takes its settings anew, and the last event of every open complaint that it has not followed.

Revision 0014. Both are said again at the start that follows a migration; what the ledger has is not told twice.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("delete from fence where source = 'workflow' and subject = 'settings'")
    op.execute(
        "update fence f set sequence = f.sequence - 1 from complaint c where f.source = 'workflow'"
        " and f.subject = c.number and c.standing is null and c.closed_at is null"
    )
