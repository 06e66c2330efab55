"""Answers by mail: what has come in, what is held for Admin, and who looked at it.

Revision 0002.
"""

from alembic import op

from shared.db import run_script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = """
create table mail (
    id uuid primary key,
    key text not null unique,
    received_at timestamptz not null,
    status text not null
        constraint mail_status_known check (status in ('said', 'bounce', 'held', 'let_through', 'discarded', 'lapsed')),
    reason text
        constraint mail_reason_known check (reason in ('no_token', 'bad_token', 'stranger', 'auto_reply', 'bounce',
            'loop', 'empty', 'unreadable', 'too_often', 'not_allowed')),
    number text,
    person text,
    proved boolean not null,
    sender_sealed text,
    sender_masked text not null,
    subject text not null,
    text text not null,
    enclosed jsonb not null,
    said jsonb,
    size int not null,
    raw bytea,
    message text,
    decided_at timestamptz,
    decided_by text,
    decided_name text,
    why text,
    constraint mail_held_says_why check (status <> 'held' or reason is not null)
);
comment on column mail.key is 'the same mail comes once: of Message-ID, sender and recipient';
comment on column mail.person is '`complainant`, or a staff id; none where the reply address said nothing';
comment on column mail.proved is 'From was the address that the reply address was made for';
comment on column mail.said is 'text and files as they were said for a member of staff: a refusal makes it held';
comment on column mail.raw is 'the mail itself, while it is held';
create index mail_in_order on mail (received_at desc, id desc);
create index mail_held on mail (received_at desc, id desc) where status = 'held';
create index mail_by_message on mail (message) where message is not null;

create table mail_look (
    mail uuid not null references mail on delete cascade,
    at timestamptz not null,
    staff text not null,
    name text not null
);
create index mail_look_by_mail on mail_look (mail, at);
comment on table mail_look is 'who of staff opened a held mail, sender and all';
"""


def upgrade() -> None:
    run_script(op.get_bind(), SCHEMA)
