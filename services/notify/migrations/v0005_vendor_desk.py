"""The vendor's helpdesk, reached by mail without an account: where it reads it, and what it is told.

Revision 0005. The office's own matrix is kept and goes on as a new version.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import run_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = """
create table vendor_desk (
    email text primary key,
    email_masked text not null
);
comment on table vendor_desk is 'where the vendor''s helpdesk reads its mail; no row where it is not mailed';
"""
MATRIX = """
insert into matrix (version, at) select max(version) + 1, helpdesk.now() from matrix;
insert into rule (version, position, event, audience, channel, template, enabled, batched, condition, why)
select version + 1, position, event, audience, channel, template, enabled, batched, condition, why
from rule where version = (select max(version) - 1 from matrix);
"""
TOLD: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("vendor_logged", "laporan_helpdesk_vendor", {}),
    ("vendor_updated", "susulan_helpdesk_vendor", {}),
    ("reminded", "peringatan_helpdesk_vendor", {"kind": ["remind"], "custodian": ["VENDOR"]}),
)


def lines() -> list[dict[str, Any]]:
    """What is added to the matrix, as rows without their place in it."""
    return [
        {
            "event": f"complaint.{event}",
            "audience": "vendor_desk",
            "channel": "email",
            "template": template,
            "enabled": True,
            "batched": False,
            "condition": condition,
            "why": None,
        }
        for event, template, condition in TOLD
    ]


def upgrade() -> None:
    run_script(op.get_bind(), TABLE)
    run_script(op.get_bind(), MATRIX)
    for line in lines():
        op.get_bind().execute(
            sa.text(
                "insert into rule"
                " (version, position, event, audience, channel, template, enabled, batched, condition, why)"
                " select version, max(position) + 1, :event, :audience, :channel, :template, :enabled, :batched,"
                " :condition, :why from rule where version = (select max(version) from matrix) group by version"
            ).bindparams(sa.bindparam("condition", type_=JSONB)),
            line,
        )
