"""A mail that did not arrive is told to Admin and to who has the complaint.

Revision 0011. The office's own matrix is kept and goes on as a new version.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import run_script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MATRIX = """
insert into matrix (version, at) select max(version) + 1, helpdesk.now() from matrix;
insert into rule (version, position, event, audience, channel, template, enabled, batched, condition, why, urgent,
    choices)
select version + 1, position, event, audience, channel, template, enabled, batched, condition, why, urgent, choices
from rule where version = (select max(version) - 1 from matrix);
"""


def lines() -> list[dict[str, Any]]:
    """What is added to the matrix, as rows without their place in it."""
    return [
        {
            "event": "delivery.bounced",
            "audience": audience,
            "channel": "email",
            "template": "mel_tidak_sampai",
            "enabled": True,
            "batched": True,
            "condition": {},
            "why": None,
            "urgent": False,
            "choices": (),
        }
        for audience in ("pic", "admins")
    ]


def upgrade() -> None:
    run_script(op.get_bind(), MATRIX)
    for line in lines():
        op.get_bind().execute(
            sa.text(
                "insert into rule (version, position, event, audience, channel, template, enabled, batched, condition,"
                " why, urgent, choices)"
                " select version, max(position) + 1, :event, :audience, :channel, :template, :enabled, :batched,"
                " :condition, :why, :urgent, :choices"
                " from rule where version = (select max(version) from matrix) group by version"
            ).bindparams(sa.bindparam("condition", type_=JSONB), sa.bindparam("choices", type_=sa.ARRAY(sa.Text))),
            {**line, "choices": list(line["choices"])},
        )
