"""The read model, the fence that keeps its order, and the counters of the public's tries."""

from alembic import op

from shared import limits
from shared.bus import fence
from shared.db import run_script

revision = "0001"
down_revision = None

MODEL = """
create table complaint (
    number text primary key,
    version integer not null,
    submitted_at timestamptz not null,
    changed_at timestamptz not null,
    state_since timestamptz not null,
    ended_at timestamptz,
    closed_at timestamptz,
    ic_index text not null,
    ic_masked text not null,
    name text not null,
    phone_masked text not null,
    email_masked text not null,
    whatsapp_consent boolean not null,
    language text not null,
    department text not null,
    department_name text not null,
    ptj text,
    ptj_name text,
    module text not null,
    module_ms text not null,
    module_en text not null,
    title text not null,
    priority text not null,
    complex boolean not null,
    robot_check text not null,
    answer_by timestamptz not null,
    reply_by timestamptz,
    state text not null,
    phase text not null,
    custodian text,
    outcome text,
    open boolean not null,
    level smallint not null,
    due timestamptz,
    by_due timestamptz not null,
    pic_id text,
    pic_name text,
    claimant_id text,
    claimant_name text,
    holder text,
    first_act boolean not null,
    can text[] not null,
    reopen_until timestamptz,
    closing integer not null,
    rated boolean not null,
    duplicate_of text,
    vendor_reference text,
    seen_by text[] not null
) with (fillfactor = 80);
create unique index complaint_by_typed_number on complaint (replace(number, '-', '') text_pattern_ops);
create index complaint_by_due on complaint (by_due, submitted_at, number);
create index complaint_by_submission on complaint (submitted_at, number);
create index complaint_by_end on complaint (ended_at, number) where ended_at is not null;
create index complaint_by_state on complaint (state, by_due, submitted_at, number);
create index complaint_by_custodian on complaint (custodian, by_due, submitted_at, number) where open;
create index complaint_by_phase on complaint (phase, by_due, submitted_at, number);
create index complaint_by_priority on complaint (priority, by_due, submitted_at, number);
create index complaint_by_module on complaint (module, by_due, submitted_at, number);
create index complaint_by_department on complaint (department, by_due, submitted_at, number);
create index complaint_by_ptj on complaint (ptj) where ptj is not null;
create index complaint_by_pic on complaint (pic_id, by_due, submitted_at, number) where pic_id is not null;
create index complaint_by_holder on complaint (holder, by_due, submitted_at, number) where holder is not null;
create index complaint_by_outcome on complaint (outcome, ended_at) where outcome is not null;
create index complaint_waiting_for_first_act on complaint (custodian, pic_id) where first_act;
create index complaint_by_ic on complaint (ic_index);
create index complaint_by_original on complaint (duplicate_of) where duplicate_of is not null;
create index complaint_by_reader on complaint using gin (seen_by);
create table words (
    number text primary key,
    description text not null,
    search tsvector not null
);
create index words_by_search on words using gin (search);
create table entry (
    number text not null,
    sequence integer not null,
    at timestamptz not null,
    kind text not null,
    actor_role text not null,
    actor_id text,
    actor_name text,
    from_state text,
    to_state text not null,
    audience text[] not null,
    text text,
    message text,
    detail jsonb not null,
    primary key (number, sequence)
);
create table attachment (
    id uuid primary key,
    number text not null,
    sequence integer not null,
    place smallint not null,
    name text not null,
    type text not null,
    size integer not null,
    scan text not null,
    audience text[] not null
);
create index attachment_by_complaint on attachment (number);
create table tally (
    seen_by text[] not null,
    open boolean not null,
    custodian text,
    n integer not null
);
create table staff (
    id text primary key,
    name text not null,
    active boolean not null,
    roles text[] not null,
    queues text[] not null,
    modules text[] not null
);
create table calendar (
    name text primary key,
    zone text not null,
    weekend smallint[] not null,
    holidays date[] not null
);
create table office_settings (
    name text primary key,
    said jsonb not null
);
create table form (
    name text primary key,
    said jsonb not null
);
create table module (
    slug text primary key,
    code text,
    name_ms text not null,
    name_en text not null
);
create table solution (
    id text primary key,
    number text not null,
    module text not null,
    symptom text not null,
    cause text not null,
    steps text not null,
    published boolean not null,
    author text not null,
    search tsvector not null generated always as (
        setweight(to_tsvector('indonesian', symptom), 'A') || to_tsvector('indonesian', cause || ' ' || steps)
    ) stored
);
create index solution_by_search on solution using gin (search);
"""


def upgrade() -> None:
    for schema in (fence.SCHEMA_V1, limits.SCHEMA_V1, MODEL):
        run_script(op.get_bind(), schema)
