"""Digests and quiet hours: what waits for them, the calendar they go by, and the rules that give them.

Revision 0009. The office's own matrix is kept and goes on as a new version.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import run_script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = """
alter table complaint add column custody_since timestamptz;
comment on column complaint.custody_since is 'when its custodian got it';
alter table delivery add column held_until timestamptz;
alter table delivery add column late boolean not null default false;
alter table delivery add column digest uuid references delivery;
comment on column delivery.held_until is 'by business time; in no line until then';
comment on column delivery.late is 'heard long after it happened';
comment on column delivery.digest is 'the digest in which it was told';
create index delivery_held on delivery (held_until) where held_until is not null;
create index delivery_to_digest on delivery (recipient) where reason = 'in_digest' and digest is null;
create index delivery_of_digest on delivery (digest) where digest is not null;
create table calendar (
    name text primary key,
    zone text not null,
    weekend integer[] not null,
    holidays date[] not null
);
create table office (
    one boolean primary key default true constraint office_once check (one),
    vendor_days integer not null
);
comment on column office.vendor_days is 'working days until the vendor is reminded';
create table digest_day (
    day date primary key,
    done_at timestamptz not null
);
comment on table digest_day is 'working days on which everybody''s digest has been made';
"""
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
            "event": "digest.due",
            "audience": audience,
            "channel": "email",
            "template": "ringkasan_harian",
            "enabled": True,
            "batched": False,
            "condition": {},
            "why": None,
            "urgent": False,
            "choices": ("at_once", "off"),
        }
        for audience in ("pic", "implementor_queue", "admins", "management")
    ]


def upgrade() -> None:
    run_script(op.get_bind(), TABLES)
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
