"""Submissions, the record, the form's lists, and copies of what is heard.

Revision 0001.
"""

from alembic import op

from shared import limits, outbox
from shared.blobs import uploads
from shared.bus import fence
from shared.db import run_script
from shared.web import edge

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = """
create table submission (
    number text primary key,
    submitted_at timestamptz not null,
    answer_by timestamptz not null,
    name text not null,
    ic_index text not null,
    ic_sealed text not null,
    phone_sealed text not null,
    email_sealed text not null,
    phone_is_mobile boolean not null,
    whatsapp_consent boolean not null,
    language text not null,
    department text not null,
    ptj text,
    module text not null,
    title text not null,
    description text not null,
    robot_check text not null,
    sequence bigint not null
) with (fillfactor = 90);
comment on column submission.sequence is 'of the last event said about it';

create table event (
    about text not null,
    sequence bigint not null,
    id uuid not null unique,
    type text not null,
    at timestamptz not null,
    subject text not null,
    body bytea not null,
    primary key (about, sequence)
);
comment on column event.about is 'complaint number, request id, or form';
comment on column event.subject is 'where it travels';

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the record is append-only';
end
$$;
create trigger event_is_append_only before update or delete or truncate on event
    for each statement execute function refuse_change();

create table used_challenge (
    nonce text primary key,
    expires_at timestamptz not null
);
create index used_challenge_by_end on used_challenge (expires_at);

create table form (
    "only" boolean primary key check ("only"),
    version bigint not null
);
create table module (
    slug text primary key,
    code text,
    name_ms text not null,
    name_en text not null,
    position int not null,
    code_confirmed boolean not null
);
create table department (
    slug text primary key,
    number int not null,
    name text not null,
    category text not null,
    active boolean not null
);
create table ptj (
    code text primary key,
    department text not null references department deferrable initially deferred,
    name text not null
);

create table calendar_copy (
    name text primary key,
    zone text not null,
    weekend int[] not null,
    holidays date[] not null,
    version bigint not null
);
create table settings_copy (
    "only" boolean primary key check ("only"),
    first_answer_days int not null,
    version bigint not null
);

-- A sequence per year, made when the year's first complaint comes. Only that first one is waited for.
create function next_in_year(year int) returns bigint language plpgsql as $$
declare
    name text := format('complaint_%s', year);
begin
    if to_regclass(name) is null then
        perform pg_advisory_xact_lock(hashtextextended('intake.' || name, 0));
        execute format('create sequence if not exists %I', name);
    end if;
    return nextval(name::regclass);
end
$$;
"""


def upgrade() -> None:
    for script in (outbox.SCHEMA_V1, fence.SCHEMA_V1, edge.SCHEMA_V1, limits.SCHEMA_V1, uploads.SCHEMA_V1, SCHEMA):
        run_script(op.get_bind(), script)
