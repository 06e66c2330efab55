"""Staff are told of what they must see to: a way out that is down and back, a refused template, a held mail, and what
somebody wrote on WhatsApp.

Revision 0015. The office's own matrix is kept and goes on as a new version.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import run_script

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SCRIPT = """
create table outage (
    channel text primary key,
    since timestamptz not null,
    detail text not null,
    told boolean not null default false
);
comment on table outage is 'ways out that do not answer now';
comment on column outage.since is 'in real time';
"""
MATRIX = """
insert into matrix (version, at) select max(version) + 1, helpdesk.now() from matrix;
insert into rule (version, position, event, audience, channel, template, enabled, batched, condition, why, urgent,
    choices)
select version + 1, position, event, audience, channel, template, enabled, batched, condition, why, urgent, choices
from rule where version = (select max(version) - 1 from matrix);
"""
CHOICES = ("at_once", "digest", "off")
TOLD: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("channel.down", "admins", "saluran_terputus", {"urgent": True}),
    ("channel.back", "admins", "saluran_pulih", {}),
    ("template.refused", "admins", "templat_ditolak", {"batched": True}),
    ("mail.held", "admins", "mel_ditahan", {"batched": True}),
    ("whatsapp.said", "pic", "mesej_whatsapp", {"batched": True, "choices": CHOICES}),
    (
        "whatsapp.said",
        "admins",
        "mesej_whatsapp",
        {"batched": True, "choices": CHOICES, "condition": {"has_pic": False}},
    ),
)


def lines() -> list[dict[str, Any]]:
    """What is added to the matrix, as rows without their place in it."""
    usual = {"enabled": True, "batched": False, "condition": {}, "why": None, "urgent": False, "choices": ()}
    return [
        usual | {"event": event, "audience": audience, "channel": "email", "template": template} | more
        for event, audience, template, more in TOLD
    ]


def upgrade() -> None:
    run_script(op.get_bind(), SCRIPT)
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
