"""The vendor's log numbers of a complaint: listed with it, and among the words it is found by."""

from alembic import op

from shared.db import run_script

revision = "0005"
down_revision = "0004"

LOGS = """
alter table complaint add column vendor_logs text[] not null default '{}';
with told as (
    select number, detail ->> 'vendor_reference' as log, min(sequence) as first from entry
    where kind in ('vendor_logged', 'vendor_updated') and detail ->> 'vendor_reference' is not null group by 1, 2
), logs as (
    select number, array_agg(log order by first) as logs from told group by number
)
update complaint c set vendor_logs = logs.logs from logs where logs.number = c.number;
update words w set search = w.search || to_tsvector('indonesian', array_to_string(c.vendor_logs, ' '))
from complaint c where c.number = w.number and c.vendor_logs <> '{}';
"""


def upgrade() -> None:
    run_script(op.get_bind(), LOGS)
