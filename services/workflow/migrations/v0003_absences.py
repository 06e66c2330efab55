"""Who is absent when, and who stands in for them."""

from alembic import op

from shared.db import run_script

revision = "0003"
down_revision = "0002"

ABSENCES = """
create table absence (
    id uuid primary key,
    staff uuid not null references staff,
    from_day date not null,
    until_day date not null,
    deputy uuid references staff,
    why text not null,
    set_by uuid not null references staff,
    set_at timestamptz not null,
    constraint absence_runs_forward check (until_day >= from_day),
    constraint absence_deputy_is_another check (deputy <> staff)
);
create index absence_of_staff on absence (staff, until_day);
create index absence_of_deputy on absence (deputy, until_day) where deputy is not null;
comment on table absence is 'office dates, both included; of one person no two overlap, and no deputy is absent';
"""


def upgrade() -> None:
    run_script(op.get_bind(), ABSENCES)
