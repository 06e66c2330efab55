"""Whose mail was refused among staff is found at once.

Revision 0016.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index delivery_refused_to_staff on delivery (recipient, seq)"
        " where reason = 'bounced' and recipient like 'staff:%'"
    )
