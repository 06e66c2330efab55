"""Which facts stand once a lock has been waited for; and one index on the record's ids where there were two."""

from alembic import op

from shared.db import run_script

revision = "0006"
down_revision = "0005"

STANDING = """
drop index event_in_order;
create function facts_standing(subjects text[]) returns text language plpgsql volatile as $$
begin
    return (select string_agg(id::text, ' ' order by subject) from fact where subject = any(subjects));
end $$;
comment on function facts_standing is
    'ids; volatile, to see what stands when it is called, not when the statement began that waited for a lock';
"""


def upgrade() -> None:
    run_script(op.get_bind(), STANDING)
