"""WhatsApp: what its templates are called, whom it does not reach, how far its messages came, what people answered, and
who is told this way besides by mail.

Revision 0012. The office's own matrix is kept and goes on as a new version.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from services.notify.migrations.v0006_choices import with_choices
from shared.db import run_script

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SCRIPT = """
create table whatsapp_map (
    version int primary key,
    at timestamptz not null,
    saved_by text not null,
    items jsonb not null
);
comment on table whatsapp_map is 'what the templates are called, whole, version by version; none is ever changed';

create table whatsapp_fault (
    name text not null,
    language text not null,
    code int not null,
    at timestamptz not null,
    primary key (name, language)
);
comment on table whatsapp_fault is 'templates that were refused, until somebody saves the map anew';

create table whatsapp_number (
    delivery uuid primary key references delivery,
    number_index text not null
);
create index whatsapp_number_by_index on whatsapp_number (number_index);
comment on table whatsapp_number is 'to whose number a message went, as a keyed fingerprint';

create table whatsapp_unreachable (
    number_index text primary key,
    code int not null,
    since timestamptz not null,
    until timestamptz not null
);

create table receipt (
    wamid text not null,
    status text not null constraint receipt_status_known check (status in ('sent', 'delivered', 'read', 'failed')),
    at timestamptz not null,
    code int,
    delivery uuid,
    heard_at timestamptz not null default clock_timestamp(),
    heeded boolean not null default false,
    primary key (wamid, status)
);
create index receipt_unheeded on receipt (heard_at) where not heeded;
comment on table receipt is 'how far a message came, as WhatsApp told it, each status once';

create table whatsapp_said (
    wamid text primary key,
    number_index text,
    number_sealed text,
    masked text,
    kind text not null,
    text_sealed text,
    said_at timestamptz not null,
    heard_at timestamptz not null,
    complaint text references complaint (number),
    recipient text,
    answered text not null constraint whatsapp_said_answered_known
        check (answered in ('due', 'sending', 'sent', 'failed', 'unknown', 'spared')),
    next_at timestamptz,
    tries int not null default 0,
    detail text
);
create index whatsapp_said_due on whatsapp_said (next_at) where next_at is not null;
create index whatsapp_said_by_number on whatsapp_said (number_index, heard_at);
create index whatsapp_said_of_complaint on whatsapp_said (complaint, heard_at);
comment on table whatsapp_said is 'what people wrote, sealed, each with whether it was acknowledged';

alter table delivery add column instead_of uuid references delivery;
comment on column delivery.instead_of is 'the delivery that did not reach the person';
"""
MATRIX = """
insert into matrix (version, at) select max(version) + 1, helpdesk.now() from matrix;
insert into rule (version, position, event, audience, channel, template, enabled, batched, condition, why, urgent,
    choices)
select version + 1, position, event, audience, channel, template, enabled, batched, condition, why, urgent, choices
from rule where version = (select max(version) - 1 from matrix);
"""
TOLD: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("received", "complainant", "akuan_terima", {}),
    ("received", "admins", "aduan_baharu_admin", {}),
    ("assigned", "pic", "agihan_pic", {}),
    ("assigned", "complainant", "makluman_agihan_pengadu", {}),
    ("replied", "complainant", "balasan_pic", {}),
    ("feedback_asked", "complainant", "mohon_maklum_balas", {}),
    ("referred", "implementor_queue", "rujuk_implementor", {}),
    ("vendor_logged", "complainant", "log_vendor", {}),
    ("close_requested", "complainant", "mohon_tutup", {}),
    ("answered", "pic", "balasan_pengadu", {}),
    ("answered", "claimant", "balasan_pengadu", {"in_state": ["RUJUKAN_IMPLEMENTOR"]}),
    ("answered", "admins", "balasan_pengadu", {"has_pic": False}),
    ("not_solved", "admins", "balasan_pengadu", {"has_pic": False}),
    ("closed", "complainant", "aduan_ditutup", {}),
    ("lapsed", "complainant", "ditutup_automatik", {}),
    ("reopened", "pic", "dibuka_semula", {}),
    ("reopened", "admins", "dibuka_semula", {}),
    ("reminded", "complainant", "peringatan_pengadu", {"kind": ["remind"], "custodian": ["COMPLAINANT"]}),
    ("reminded", "complainant", "notis_tutup_automatik", {"kind": ["notice"], "custodian": ["COMPLAINANT"]}),
    ("reminded", "pic", "hampir_lewat", {"kind": ["warn"], "custodian": ["PIC", "VENDOR"]}),
    ("reminded", "claimant", "hampir_lewat", {"kind": ["warn"], "custodian": ["IMPLEMENTOR"]}),
    (
        "reminded",
        "implementor_queue",
        "hampir_lewat",
        {"kind": ["warn"], "custodian": ["IMPLEMENTOR"], "has_claimant": False},
    ),
    ("reminded", "admins", "hampir_lewat", {"kind": ["warn"], "custodian": ["ADMIN"]}),
)
BATCHED = {"aduan_baharu_admin"}


def lines() -> list[dict[str, Any]]:
    """What is added to the matrix, as rows without their place in it."""
    return [
        with_choices(
            {
                "event": f"complaint.{event}",
                "audience": audience,
                "channel": "whatsapp",
                "template": template,
                "enabled": True,
                "batched": template in BATCHED,
                "condition": condition,
                "why": None,
            }
        )
        for event, audience, template, condition in TOLD
    ]


def upgrade() -> None:
    run_script(op.get_bind(), SCRIPT)
    run_script(op.get_bind(), MATRIX)
    for line in lines():
        op.get_bind().execute(
            sa.text(
                "insert into rule (version, position, event, audience, channel, template, enabled, batched, condition,"
                " why, choices) select version, max(position) + 1, :event, :audience, :channel, :template, :enabled,"
                " :batched, :condition, :why, :choices from rule where version = (select max(version) from matrix)"
                " group by version"
            ).bindparams(sa.bindparam("condition", type_=JSONB), sa.bindparam("choices", type_=sa.ARRAY(sa.Text))),
            line | {"choices": list(line.get("choices", ()))},
        )
