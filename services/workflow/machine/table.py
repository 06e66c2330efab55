"""The one table: action, event, from, to, who, what it needs, and who may read its text.

PIC means the assigned one, IMPLEMENTOR a member of its queue. A call acts in one role: the first of PIC, IMPLEMENTOR,
VENDOR, ADMIN that has the row. A need that ends in `?` is optional. Readers: P public, S staff, V the vendor's leg.
`to=None` leaves the state as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from services.workflow.machine.states import ENDED, OPEN, Action, Role, State

B, D, I, R, V, M, T = (  # noqa: E741 - the table reads by its letters
    State.BARU,
    State.DIAGIHKAN,
    State.INPROGRESS,
    State.RUJUKAN_IMPLEMENTOR,
    State.TINDAKAN_VENDOR,
    State.MOHON_MAKLUMBALAS,
    State.MOHON_TUTUP,
)
ANY = frozenset(State)
NOWHERE: frozenset[State] = frozenset()


class Facts(msgspec.Struct, frozen=True):
    """What a row may ask about, beside state and role."""

    role: Role
    pic_is_active: bool = False
    within_window: bool = False
    reopened_after_reject: bool = False
    rejected: bool = False
    rated: bool = False
    is_claimant: bool = False


Guard = Callable[[Facts], bool]


def reopenable_to_pic(facts: Facts) -> bool:
    """Within the window, at most once after a reject, and its PIC can take it."""
    return may_reopen(facts) and facts.pic_is_active


def reopenable_to_admin(facts: Facts) -> bool:
    """Within the window, at most once after a reject, and its PIC is gone or never was."""
    return may_reopen(facts) and not facts.pic_is_active


def may_reopen(facts: Facts) -> bool:
    """The window counts for everybody; a complainant may contest a reject once."""
    once_more = facts.role is not Role.COMPLAINANT or not facts.rejected or not facts.reopened_after_reject
    return facts.within_window and once_more


def not_yet_rated(facts: Facts) -> bool:
    """Once per closing."""
    return not facts.rated


def not_mine_yet(facts: Facts) -> bool:
    """Claiming what one has claimed is nothing."""
    return not facts.is_claimant


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    action: Action
    sources: frozenset[State]
    to: State | None
    roles: frozenset[Role]
    needs: tuple[str, ...] = ()
    readers: str = "S"
    guard: Guard | None = None

    def leads_from(self, state: State) -> State:
        """Where the row leads from this state."""
        return self.to or state


def _row(
    action: Action,
    sources: frozenset[State] | set[State],
    to: State | None,
    roles: set[Role],
    needs: str = "",
    readers: str = "S",
    guard: Guard | None = None,
) -> Row:
    return Row(action, frozenset(sources), to, frozenset(roles), tuple(needs.split()), readers, guard)


_A = Action
_ADMIN, _PIC, _IMPLEMENTOR, _VENDOR = {Role.ADMIN}, {Role.PIC}, {Role.IMPLEMENTOR}, {Role.VENDOR}
_COMPLAINANT, _SYSTEM = {Role.COMPLAINANT}, {Role.SYSTEM}
_LOG = "text vendor_reference? public_text? attachments?"
_CLOSE = "text cause steps attachments?"

TABLE: tuple[Row, ...] = (
    _row(_A.RECEIVE, NOWHERE, B, _COMPLAINANT, "text", "P"),
    _row(_A.ASSIGN, {B}, D, _ADMIN | _SYSTEM, "pic"),
    _row(_A.REASSIGN, OPEN - {B}, None, _ADMIN, "pic reason"),
    _row(_A.HAND_BACK, {D, I}, B, _PIC, "reason"),
    _row(_A.REJECT, {B, D}, State.DITUTUP, _ADMIN, "reason_code reason?", "P"),
    _row(_A.MARK_DUPLICATE, {B, D, I}, State.DITUTUP, _ADMIN, "duplicate_of", "P"),
    _row(_A.MARK_DUPLICATE, {D, I}, State.DITUTUP, _PIC, "duplicate_of", "P"),
    _row(_A.CLASSIFY, OPEN, None, _ADMIN | _PIC, "priority? module? complex? reason"),
    _row(_A.START, {D}, I, _PIC),
    _row(_A.REPLY, {D, I}, I, _PIC, "text attachments?", "P"),
    _row(_A.REPLY, {R, V, M, T}, None, _PIC, "text attachments?", "P"),
    _row(_A.REPLY, {R}, None, _IMPLEMENTOR, "text attachments?", "P"),
    _row(_A.REPLY, OPEN, None, _ADMIN, "text attachments?", "P"),
    _row(_A.NOTE, ANY, None, _ADMIN | _PIC | _IMPLEMENTOR, "text attachments?"),
    _row(_A.ASK_FEEDBACK, {D, I}, M, _PIC, "question attachments?", "P"),
    _row(_A.REFER, {D, I}, R, _PIC, "tried attachments?"),
    _row(_A.CLAIM, {R}, None, _IMPLEMENTOR, guard=not_mine_yet),
    _row(_A.RETURN, {R}, I, _IMPLEMENTOR, "text attachments?"),
    _row(_A.LOG_VENDOR, {D, I}, V, _PIC, _LOG, "SV"),
    _row(_A.LOG_VENDOR, {R}, V, _IMPLEMENTOR, _LOG, "SV"),
    _row(_A.UPDATE_VENDOR, {V}, None, _PIC | _VENDOR, "text? vendor_reference? attachments?", "SV"),
    _row(_A.VENDOR_ANSWERED, {V}, I, _PIC | _VENDOR, "text vendor_reference? attachments?", "SV"),
    _row(_A.REQUEST_CLOSE, {D, I, V, M}, T, _PIC, _CLOSE, "P"),
    _row(_A.REQUEST_CLOSE, {R}, T, _IMPLEMENTOR, _CLOSE, "P"),
    _row(_A.TAKE_BACK, {R, V, M, T}, I, _PIC | _ADMIN, "reason"),
    _row(_A.ANSWER, {M, T}, I, _COMPLAINANT, "text attachments?", "P"),
    _row(_A.ANSWER, OPEN - {M, T}, None, _COMPLAINANT, "text attachments?", "P"),
    _row(_A.NOT_SOLVED, {T}, I, _COMPLAINANT, "text attachments?", "P"),
    _row(_A.CLOSE, OPEN | {State.SELESAI}, State.DITUTUP, _COMPLAINANT, "text?", "P"),
    _row(_A.RATE, ENDED, None, _COMPLAINANT, "score text?", "S", not_yet_rated),
    _row(_A.REOPEN, ENDED, I, _COMPLAINANT | _ADMIN, "text", "P", reopenable_to_pic),
    _row(_A.REOPEN, ENDED, B, _COMPLAINANT | _ADMIN, "text", "P", reopenable_to_admin),
    _row(_A.CORRECT_CONTACT, ANY, None, _ADMIN, "email? phone? reason"),
    _row(_A.REMIND, OPEN, None, _SYSTEM, "kind rule"),
    _row(_A.ESCALATE, {B, D, I, R, V}, None, _SYSTEM, "rule"),
    _row(_A.RESCHEDULE, OPEN, None, _SYSTEM, "due reason"),
    _row(_A.HOLD_MESSAGE, ANY, None, _SYSTEM, "text why", "P"),
    _row(_A.LAPSE, {T}, State.SELESAI, _SYSTEM, "rule", "P"),
    _row(_A.LAPSE, {M}, State.DITUTUP, _SYSTEM, "rule", "P"),
    _row(_A.SEAL, {State.SELESAI}, State.DITUTUP, _SYSTEM, "rule"),
)

EVENTS: dict[Action, str] = {
    _A.RECEIVE: "complaint.received",
    _A.ASSIGN: "complaint.assigned",
    _A.REASSIGN: "complaint.reassigned",
    _A.HAND_BACK: "complaint.handed_back",
    _A.REJECT: "complaint.rejected",
    _A.MARK_DUPLICATE: "complaint.marked_duplicate",
    _A.CLASSIFY: "complaint.classified",
    _A.START: "complaint.started",
    _A.REPLY: "complaint.replied",
    _A.NOTE: "complaint.noted",
    _A.ASK_FEEDBACK: "complaint.feedback_asked",
    _A.REFER: "complaint.referred",
    _A.CLAIM: "complaint.claimed",
    _A.RETURN: "complaint.returned",
    _A.LOG_VENDOR: "complaint.vendor_logged",
    _A.UPDATE_VENDOR: "complaint.vendor_updated",
    _A.VENDOR_ANSWERED: "complaint.vendor_answered",
    _A.REQUEST_CLOSE: "complaint.close_requested",
    _A.TAKE_BACK: "complaint.taken_back",
    _A.ANSWER: "complaint.answered",
    _A.NOT_SOLVED: "complaint.not_solved",
    _A.CLOSE: "complaint.closed",
    _A.RATE: "complaint.rated",
    _A.REOPEN: "complaint.reopened",
    _A.CORRECT_CONTACT: "complaint.contact_corrected",
    _A.REMIND: "complaint.reminded",
    _A.ESCALATE: "complaint.escalated",
    _A.RESCHEDULE: "complaint.rescheduled",
    _A.HOLD_MESSAGE: "complaint.message_held",
    _A.LAPSE: "complaint.lapsed",
    _A.SEAL: "complaint.sealed",
}
