"""The vendor's log numbers, each with the day it was told, for complaints of before they were kept."""

from alembic import op

from shared.db import run_script

revision = "0004"
down_revision = "0003"

LOGS = """
with told as (
    select number, at, convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'vendor_reference' as log
    from event where type in ('complaint.vendor_logged', 'complaint.vendor_updated')
), first as (
    select number, log, min(at) as at from told where log is not null group by number, log
), logs as (
    select number, jsonb_agg(jsonb_build_object('number', log, 'at', at) order by at) as logs
    from first group by number
)
update complaint c set value = c.value || jsonb_build_object('vendor_logs', logs.logs)
from logs where logs.number = c.number;
"""


def upgrade() -> None:
    run_script(op.get_bind(), LOGS)
