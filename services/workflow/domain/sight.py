"""Who sees a complaint, and in which roles somebody may act on it. Workflow alone computes this."""

from collections.abc import Iterable
from datetime import datetime

from services.workflow.domain.clocks import Rules, within_window
from services.workflow.domain.complaint import Complaint
from services.workflow.machine import Action, Facts, Role, State, allowed
from shared.principals import Caller

COMPLAINANT_ACTIONS = (Action.ANSWER, Action.NOT_SOLVED, Action.CLOSE, Action.REOPEN, Action.RATE)


def seen_by(complaint: Complaint) -> tuple[str, ...]:
    """The present readers as principals."""
    return tuple(sorted(_readers(complaint)))


def sees(complaint: Complaint, principals: Iterable[str]) -> bool:
    """Whether any of these principals reads it."""
    return not _readers(complaint).isdisjoint(principals)


def _readers(complaint: Complaint) -> set[str]:
    readers = {f"role:{Role.ADMIN}", f"role:{Role.MANAGEMENT}", *(f"staff:{one}" for one in complaint.readers)}
    if complaint.pic:
        readers.add(f"staff:{complaint.pic.id}")
    if complaint.claimant:
        readers.add(f"staff:{complaint.claimant.id}")
    if complaint.state is State.RUJUKAN_IMPLEMENTOR:
        readers.add(f"queue:{Role.IMPLEMENTOR}")
    if complaint.vendor_leg:
        readers.add(f"role:{Role.VENDOR}")
    return readers


def roles_held(complaint: Complaint, caller: Caller) -> set[Role]:
    """The roles somebody holds on this complaint: PIC only the assigned one or their deputy, IMPLEMENTOR a
    member of the queue it lies in (and who claimed it), VENDOR while it is with the vendor."""
    held: set[Role] = set()
    if Role.PIC in caller.roles and complaint.pic is not None and complaint.pic.id in caller.selves:
        held.add(Role.PIC)
    claimed = complaint.claimant is not None and complaint.claimant.id == caller.id
    if Role.IMPLEMENTOR in caller.queues and (complaint.state is State.RUJUKAN_IMPLEMENTOR or claimed):
        held.add(Role.IMPLEMENTOR)
    if Role.VENDOR in caller.roles and complaint.state is State.TINDAKAN_VENDOR:
        held.add(Role.VENDOR)
    if Role.ADMIN in caller.roles:
        held.add(Role.ADMIN)
    return held


def facts(
    complaint: Complaint, role: Role, rules: Rules, now: datetime, *, pic_is_active: bool, actor: str | None = None
) -> Facts:
    """What the table's guards may ask about."""
    return Facts(
        role=role,
        pic_is_active=pic_is_active and complaint.pic is not None,
        within_window=within_window(complaint, rules, now),
        reopened_after_reject=complaint.reopened_after_reject,
        rejected=complaint.rejected,
        rated=complaint.rated,
        is_claimant=complaint.claimant is not None and complaint.claimant.id == actor,
    )


def complainant_can(complaint: Complaint, rules: Rules, now: datetime) -> tuple[str, ...]:
    """What the public thread may offer."""
    held = [facts(complaint, Role.COMPLAINANT, rules, now, pic_is_active=complaint.pic is not None)]
    may = allowed(complaint.state, held)
    return tuple(str(action) for action in COMPLAINANT_ACTIONS if action in may)
