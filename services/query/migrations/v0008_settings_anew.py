"""A query from before takes the office's settings, which have grown since, when they are said again."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("delete from fence where source = 'workflow' and subject = 'settings'")
