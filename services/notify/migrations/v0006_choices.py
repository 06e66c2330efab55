"""A rule says what is urgent and what a member of staff may choose; more words for where a delivery stands.

Revision 0006. The office's own matrix is kept and goes on as a new version; every message is still told at once until
somebody chooses otherwise.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.db import run_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATUSES = ("planned", "sending", "sent", "delivered", "read", "failed", "unknown", "skipped")
REASONS = (
    "no_address",
    "no_consent",
    "duplicate_person",
    "switched_off",
    "own_act",
    "bounced",
    "channel_down",
    "sending_off",
    "absent",
    "quiet",
    "chosen_off",
    "in_digest",
)
COLUMNS = """
alter table rule add column urgent boolean not null default false;
alter table rule add column choices text[] not null default '{}';
alter table delivery drop constraint delivery_status_known;
alter table delivery drop constraint delivery_reason_known;
"""
MATRIX = """
insert into matrix (version, at) select max(version) + 1, helpdesk.now() from matrix;
insert into rule (version, position, event, audience, channel, template, enabled, batched, condition, why)
select version + 1, position, event, audience, channel, template, enabled, batched, condition, why
from rule where version = (select max(version) - 1 from matrix);
"""
CHOOSERS = ("pic", "previous_pic", "claimant", "implementor_queue", "admins", "management")
URGENT = ("complaint.escalated", "tracking_link.requested", "password_reset.requested", "password.changed")
MAY_BE_OFF: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("complaint.received", ("admins",)),
    ("complaint.reassigned", ("previous_pic",)),
    ("complaint.rejected", CHOOSERS),
    ("complaint.marked_duplicate", CHOOSERS),
    ("complaint.vendor_logged", CHOOSERS),
    ("complaint.vendor_updated", CHOOSERS),
    ("complaint.closed", CHOOSERS),
    ("complaint.lapsed", CHOOSERS),
    ("complaint.reminded", CHOOSERS),
    ("complaint.rescheduled", CHOOSERS),
)
"""What only informs. The rest asks for an act: it may be gathered, but not switched off."""


def with_choices(line: dict[str, Any]) -> dict[str, Any]:
    """A line of the matrix, with what is urgent and what may be chosen."""
    event, audience = line["event"], line["audience"]
    if event in URGENT:
        return {**line, "urgent": audience is not None}
    if audience not in CHOOSERS:
        return line
    off = any(event == named and audience in told for named, told in MAY_BE_OFF)
    return {**line, "choices": ("at_once", "digest", "off") if off else ("at_once", "digest")}


def upgrade() -> None:
    db = op.get_bind()
    run_script(db, COLUMNS)
    for name, allowed in (("status", STATUSES), ("reason", REASONS)):
        listed = ", ".join(f"'{one}'" for one in allowed)
        op.execute(f"alter table delivery add constraint delivery_{name}_known check ({name} in ({listed}))")
    run_script(db, MATRIX)
    found = db.execute(
        sa.text("select version, position, event, audience from rule where version = (select max(version) from matrix)")
    )
    for row in found.mappings().all():
        line = with_choices(dict(row))
        db.execute(
            sa.text(
                "update rule set urgent = :urgent, choices = :choices where version = :version and position = :position"
            ).bindparams(sa.bindparam("choices", type_=sa.ARRAY(sa.Text))),
            {
                "urgent": line.get("urgent", False),
                "choices": list(line.get("choices", ())),
                "version": line["version"],
                "position": line["position"],
            },
        )
