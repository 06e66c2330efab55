"""The record, the complaints, people, and what the shared mechanism needs."""

from alembic import op

from shared import limits, outbox
from shared.blobs import uploads
from shared.bus import fence
from shared.db import run_script
from shared.web import edge

revision = "0001"
down_revision = None

TABLES = """
create table complaint (
    number text primary key,
    version int not null,
    state text not null,
    custodian text,
    pic uuid,
    due timestamptz,
    value jsonb not null
) with (fillfactor = 70);
create index complaint_of_pic on complaint (pic) where state not in ('SELESAI', 'DITUTUP');
create table event (
    number text not null,
    sequence int not null,
    id uuid not null unique,
    type text not null,
    at timestamptz not null,
    actor_role text not null,
    actor uuid,
    body bytea not null,
    primary key (number, sequence)
);
create index event_in_order on event (id);
create table fact (
    subject text primary key,
    source text not null,
    type text not null,
    sequence int not null,
    id uuid not null unique,
    at timestamptz not null,
    body bytea not null
);
create table staff (
    id uuid primary key,
    ic_index text not null unique,
    ic_sealed text not null,
    ic_masked text not null,
    name text not null,
    email_sealed text not null,
    email_masked text not null,
    phone_sealed text not null,
    phone_masked text not null,
    roles text[] not null,
    queues text[] not null,
    modules text[] not null,
    language text not null,
    active boolean not null,
    password_hash text not null,
    must_change boolean not null default false,
    failed_logins int not null default 0,
    locked_until timestamptz
);
create table session (
    id uuid primary key,
    secret_hash bytea not null unique,
    staff uuid not null references staff,
    begun_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null,
    address text not null default '',
    browser text not null default ''
);
create index session_of_staff on session (staff);
create table password_reset (
    token_hash bytea primary key,
    staff uuid not null references staff,
    ends_at timestamptz not null
);
create index password_reset_of_staff on password_reset (staff);
create table access_audit (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    staff uuid not null,
    what text not null,
    number text,
    member uuid,
    fields text[] not null default '{}',
    constraint audit_is_about_something check (number is not null or member is not null)
);
create index audit_of_complaint on access_audit (number, id) where number is not null;
create index audit_of_staff on access_audit (staff, id);
create index audit_of_member on access_audit (member, id) where member is not null;
comment on column access_audit.member is 'whose account it was, where the act was about an account';
create table holiday (
    calendar text not null,
    day date not null,
    name text not null,
    works boolean not null default false,
    declared_by uuid,
    declared_at timestamptz not null,
    why text not null,
    primary key (calendar, day)
);
"""

APPEND_ONLY = """
create function never_rewrite() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name;
end $$;
create trigger event_is_append_only before update or delete on event
    for each statement execute function never_rewrite();
create trigger audit_is_append_only before update or delete on access_audit
    for each statement execute function never_rewrite();
"""


def upgrade() -> None:
    for schema in (
        outbox.SCHEMA_V1,
        fence.SCHEMA_V1,
        edge.SCHEMA_V1,
        limits.SCHEMA_V1,
        uploads.SCHEMA_V1,
        TABLES,
        APPEND_ONLY,
    ):
        run_script(op.get_bind(), schema)
