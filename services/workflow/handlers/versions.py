"""A decision as it is recorded: the new version, its event in its envelope, and the timer that follows from it."""

from datetime import datetime

from uuid_utils import uuid7

from services.workflow.domain import plan
from services.workflow.domain.clocks import Rules
from services.workflow.domain.complaint import Complaint
from services.workflow.store.complaints import Version
from shared.envelope import seal
from shared.events.complaint import ComplaintEvent


def version(
    complaint: Complaint, event: ComplaintEvent, rules: Rules, *, correlation: str, causation: str | None = None
) -> Version:
    """What `store.complaints.save` writes."""
    envelope = seal(
        event,
        id=str(uuid7()),
        source="workflow",
        subject=complaint.number,
        sequence=complaint.version,
        time=event.at,
        correlation=correlation,
        causation=causation,
    )
    return Version(complaint, event, envelope, timer(complaint, rules))


def timer(complaint: Complaint, rules: Rules) -> tuple[datetime, str] | None:
    """The next rule that fires on a complaint, and when."""
    planned = plan.next_of(complaint, rules)
    return (planned.at, planned.rule.id) if planned else None
