"""Copies, rules and the ledger.

Revision 0001.
"""

from typing import Any

from alembic import op
from sqlalchemy.util import await_only

from shared.bus import fence

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = """
create table complaint (
    number text primary key,
    submitted_at timestamptz not null,
    name text not null,
    email_sealed text not null,
    email_masked text not null,
    phone_sealed text not null,
    phone_masked text not null,
    whatsapp boolean not null,
    language text not null,
    ic_index text not null,
    department text not null,
    ptj text,
    module text not null,
    module_ms text not null,
    module_en text not null,
    title text not null,
    description text not null,
    seen_by text[] not null,
    closed_at timestamptz
);
create index complaint_by_person on complaint (ic_index);
comment on column complaint.whatsapp is 'consent was given, and the number is a mobile one';

create table staff (
    id text primary key,
    name text not null,
    active boolean not null,
    roles text[] not null,
    queues text[] not null,
    language text not null,
    email_sealed text not null,
    email_masked text not null,
    phone_sealed text not null,
    phone_masked text not null,
    preferences jsonb not null
);

create table module (
    slug text primary key,
    name_ms text not null,
    name_en text not null
);

create table matrix (
    version int primary key,
    at timestamptz not null,
    saved_by text
);
comment on table matrix is 'the rules, whole, version by version; none is ever changed';

create table rule (
    version int not null references matrix,
    position int not null,
    event text not null,
    audience text,
    channel text,
    template text,
    enabled boolean not null,
    batched boolean not null,
    condition jsonb not null,
    why text,
    primary key (version, position),
    constraint told_or_why_not check (
        (audience is null and channel is null and template is null and why is not null)
        or (audience is not null and channel is not null and template is not null))
);
create index rule_by_event on rule (version, event);

create table alert (
    event_id text primary key,
    event text not null,
    number text,
    at timestamptz not null,
    rules int not null references matrix,
    facts jsonb not null
);
create index alert_of_complaint on alert (number);
comment on table alert is 'an event that was heard, and the rules that held then';

create table delivery (
    id uuid primary key,
    seq bigint generated always as identity not null,
    event_id text not null references alert,
    number text references complaint,
    rules int not null,
    rule int not null,
    audience text not null,
    recipient text not null,
    name text not null,
    masked text,
    channel text not null,
    template text not null,
    batched boolean not null,
    carried_by uuid references delivery,
    status text not null constraint delivery_status_known
        check (status in ('planned', 'sending', 'sent', 'failed', 'unknown', 'skipped')),
    reason text constraint delivery_reason_known
        check (reason in ('no_address', 'no_consent', 'duplicate_person', 'switched_off', 'own_act', 'bounced',
            'channel_down', 'sending_off')),
    planned_at timestamptz not null,
    changed_at timestamptz not null,
    next_at timestamptz,
    lease_until timestamptz,
    attempt uuid,
    tries int not null default 0,
    unknowns int not null default 0,
    first_tried_at timestamptz,
    foreign key (rules, rule) references rule (version, position),
    constraint delivery_skipped_says_why check (status <> 'skipped' or reason is not null),
    constraint delivery_once_per_rule unique (event_id, recipient, channel, rule)
);
create unique index delivery_in_order on delivery (seq);
create unique index delivery_once_per_person on delivery (event_id, recipient, channel) where status <> 'skipped';
create index delivery_in_line on delivery (next_at) where next_at is not null;
create index delivery_under_way on delivery (lease_until) where status = 'sending';
create index delivery_unsettled on delivery (number, recipient, channel, seq)
    where next_at is not null or status = 'sending';
create index delivery_of_complaint on delivery (number, seq);
create index delivery_by_status on delivery (status, seq);
create index delivery_carried on delivery (carried_by) where carried_by is not null;
comment on table delivery is 'in line while next_at is set, under way while sending, otherwise at rest';
comment on column delivery.number is 'none where it is about an account';
comment on column delivery.carried_by is 'the delivery whose mail this one goes with';

create table attempt (
    id uuid primary key,
    delivery uuid not null references delivery,
    at timestamptz not null,
    settled_at timestamptz,
    result text,
    detail text
);
create index attempt_of_delivery on attempt (delivery);

create table turn (
    recipient text not null,
    channel text not null,
    template text not null,
    leader uuid not null,
    not_before timestamptz not null,
    primary key (recipient, channel, template)
);
comment on table turn is 'until when batched messages to one person are gathered';
"""


def upgrade() -> None:
    connection: Any = op.get_bind().connection.driver_connection
    for script in (fence.SCHEMA_V1, SCHEMA):
        # Scripts of several statements: the driver's own connection takes them whole.
        await_only(connection.execute(script))
