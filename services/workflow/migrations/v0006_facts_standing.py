"""Which facts stand once a lock has been waited for; and one index on the record's ids where there were two."""

from alembic import op

from shared.db import run_script

revision = "0006"
down_revision = "0005"

STANDING = """
drop index event_in_order;
create function facts_standing(subjects text[]) returns uuid[] language plpgsql volatile as $$
begin
    return array(select id from fact where subject = any(subjects) order by subject);
end $$;
comment on function facts_standing is
    'volatile, so that it sees what stands when it is called, and not when the statement began that waited for a lock';
"""


def upgrade() -> None:
    run_script(op.get_bind(), STANDING)
