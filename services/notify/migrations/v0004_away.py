"""Staff are known with the days they are away: their deputy is told in their stead.

Revision 0004.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REASONS = (
    "no_address",
    "no_consent",
    "duplicate_person",
    "switched_off",
    "own_act",
    "bounced",
    "channel_down",
    "sending_off",
    "absent",
)


def upgrade() -> None:
    op.execute("alter table staff add column away jsonb not null default '[]'")
    op.execute("alter table staff alter column away drop default")
    op.execute("alter table delivery drop constraint delivery_reason_known")
    listed = ", ".join(f"'{reason}'" for reason in REASONS)
    op.execute(f"alter table delivery add constraint delivery_reason_known check (reason in ({listed}))")
