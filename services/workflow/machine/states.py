"""The words of the workflow as the office says them, with their labels in Malay and English."""

from enum import StrEnum

from shared.errors import Text

MACHINE_VERSION = 1
"""Each complaint remembers the version of the table it was moved by."""


class State(StrEnum):
    """Exactly who has the ball."""

    BARU = "BARU"
    DIAGIHKAN = "DIAGIHKAN"
    INPROGRESS = "INPROGRESS"
    RUJUKAN_IMPLEMENTOR = "RUJUKAN_IMPLEMENTOR"
    TINDAKAN_VENDOR = "TINDAKAN_VENDOR"
    MOHON_MAKLUMBALAS = "MOHON_MAKLUMBALAS"
    MOHON_TUTUP = "MOHON_TUTUP"
    SELESAI = "SELESAI"
    DITUTUP = "DITUTUP"


class Phase(StrEnum):
    """The three badges of the list."""

    BARU = "BARU"
    INPROGRESS = "INPROGRESS"
    SELESAI = "SELESAI"


class Role(StrEnum):
    """Who acts. COMPLAINANT has no account; SYSTEM are the timers."""

    COMPLAINANT = "COMPLAINANT"
    ADMIN = "ADMIN"
    PIC = "PIC"
    IMPLEMENTOR = "IMPLEMENTOR"
    VENDOR = "VENDOR"
    MANAGEMENT = "MANAGEMENT"
    SYSTEM = "SYSTEM"


class Custodian(StrEnum):
    """Whose clock runs. Every second of a complaint's open life belongs to exactly one."""

    ADMIN = "ADMIN"
    PIC = "PIC"
    IMPLEMENTOR = "IMPLEMENTOR"
    VENDOR = "VENDOR"
    COMPLAINANT = "COMPLAINANT"


class Outcome(StrEnum):
    """How an ended complaint ended. Reports count outcomes, never states: closed is not solved."""

    SOLVED = "solved"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    NO_ANSWER = "no_answer"


class Action(StrEnum):
    """Everything that can be done to a complaint."""

    RECEIVE = "receive"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    HAND_BACK = "hand_back"
    REJECT = "reject"
    MARK_DUPLICATE = "mark_duplicate"
    CLASSIFY = "classify"
    START = "start"
    REPLY = "reply"
    NOTE = "note"
    ASK_FEEDBACK = "ask_feedback"
    REFER = "refer"
    CLAIM = "claim"
    RETURN = "return"
    LOG_VENDOR = "log_vendor"
    UPDATE_VENDOR = "update_vendor"
    VENDOR_ANSWERED = "vendor_answered"
    REQUEST_CLOSE = "request_close"
    TAKE_BACK = "take_back"
    ANSWER = "answer"
    NOT_SOLVED = "not_solved"
    CLOSE = "close"
    RATE = "rate"
    REOPEN = "reopen"
    CORRECT_CONTACT = "correct_contact"
    REMIND = "remind"
    ESCALATE = "escalate"
    RESCHEDULE = "reschedule"
    HOLD_MESSAGE = "hold_message"
    LAPSE = "lapse"
    SEAL = "seal"


OPEN = frozenset(State) - {State.SELESAI, State.DITUTUP}
ENDED = frozenset({State.SELESAI, State.DITUTUP})

PHASES: dict[State, Phase] = {
    State.BARU: Phase.BARU,
    State.DIAGIHKAN: Phase.BARU,  # the PIC has not touched it yet
    State.INPROGRESS: Phase.INPROGRESS,
    State.RUJUKAN_IMPLEMENTOR: Phase.INPROGRESS,
    State.TINDAKAN_VENDOR: Phase.INPROGRESS,
    State.MOHON_MAKLUMBALAS: Phase.INPROGRESS,
    State.MOHON_TUTUP: Phase.INPROGRESS,
    State.SELESAI: Phase.SELESAI,
    State.DITUTUP: Phase.SELESAI,
}

CUSTODIANS: dict[State, Custodian | None] = {
    State.BARU: Custodian.ADMIN,
    State.DIAGIHKAN: Custodian.PIC,
    State.INPROGRESS: Custodian.PIC,
    State.RUJUKAN_IMPLEMENTOR: Custodian.IMPLEMENTOR,
    State.TINDAKAN_VENDOR: Custodian.VENDOR,
    State.MOHON_MAKLUMBALAS: Custodian.COMPLAINANT,
    State.MOHON_TUTUP: Custodian.COMPLAINANT,
    State.SELESAI: None,
    State.DITUTUP: None,
}

STATE_LABELS: dict[State, Text] = {
    State.BARU: Text("Baharu", "New"),
    State.DIAGIHKAN: Text("Diagihkan kepada PIC", "Assigned to PIC"),
    State.INPROGRESS: Text("Dalam Tindakan PIC", "With the PIC"),
    State.RUJUKAN_IMPLEMENTOR: Text("Dirujuk kepada Implementor", "Referred to Implementor"),
    State.TINDAKAN_VENDOR: Text("Dalam Tindakan Vendor", "With the vendor"),
    State.MOHON_MAKLUMBALAS: Text("Mohon Maklumbalas Pengadu", "Complainant asked"),
    State.MOHON_TUTUP: Text("Mohon Pengadu Tutup Aduan", "Complainant asked to close"),
    State.SELESAI: Text("Selesai", "Solved"),
    State.DITUTUP: Text("Ditutup", "Closed"),
}
ACTION_LABELS: dict[Action, Text] = {
    Action.RECEIVE: Text("Terima aduan", "Receive"),
    Action.ASSIGN: Text("Agihkan kepada PIC", "Assign to PIC"),
    Action.REASSIGN: Text("Agih semula", "Reassign"),
    Action.HAND_BACK: Text("Pulangkan kepada Admin", "Hand back to Admin"),
    Action.REJECT: Text("Tolak aduan", "Reject"),
    Action.MARK_DUPLICATE: Text("Tandakan bertindih", "Mark as duplicate"),
    Action.CLASSIFY: Text("Kelaskan", "Classify"),
    Action.START: Text("Ambil tindakan", "Take action"),
    Action.REPLY: Text("Balas pengadu", "Reply"),
    Action.NOTE: Text("Catatan dalaman", "Internal note"),
    Action.ASK_FEEDBACK: Text("Mohon maklum balas pengadu", "Ask the complainant"),
    Action.REFER: Text("Rujuk kepada Implementor", "Refer to Implementor"),
    Action.CLAIM: Text("Ambil rujukan", "Claim"),
    Action.RETURN: Text("Pulangkan kepada PIC", "Return to PIC"),
    Action.LOG_VENDOR: Text("Log kepada Helpdesk BKP/TTSB", "Log with BKP/TTSB"),
    Action.UPDATE_VENDOR: Text("Kemas kini log vendor", "Update vendor log"),
    Action.VENDOR_ANSWERED: Text("Vendor telah menjawab", "Vendor answered"),
    Action.REQUEST_CLOSE: Text("Mohon pengadu tutup aduan", "Ask to close"),
    Action.TAKE_BACK: Text("Ambil semula", "Take back"),
    Action.ANSWER: Text("Hantar maklum balas", "Send answer"),
    Action.NOT_SOLVED: Text("Belum selesai", "Not solved"),
    Action.CLOSE: Text("Tutup aduan", "Close complaint"),
    Action.RATE: Text("Nilai perkhidmatan", "Rate the service"),
    Action.REOPEN: Text("Buka semula aduan", "Reopen"),
    Action.CORRECT_CONTACT: Text("Betulkan maklumat hubungan", "Correct contact"),
    Action.REMIND: Text("Peringatan", "Remind"),
    Action.ESCALATE: Text("Eskalasi", "Escalate"),
    Action.RESCHEDULE: Text("Ubah tarikh akhir", "Reschedule"),
    Action.HOLD_MESSAGE: Text("Simpan mesej", "Hold message"),
    Action.LAPSE: Text("Tamat tempoh jawapan", "Lapse"),
    Action.SEAL: Text("Tutup muktamad", "Seal"),
}
PHASE_LABELS: dict[Phase, Text] = {
    Phase.BARU: Text("Baharu", "New"),
    Phase.INPROGRESS: Text("Dalam proses", "In progress"),
    Phase.SELESAI: Text("Selesai", "Done"),
}
OUTCOME_LABELS: dict[Outcome, Text] = {
    Outcome.SOLVED: Text("Diselesaikan", "Solved"),
    Outcome.WITHDRAWN: Text("Ditarik balik oleh pengadu", "Withdrawn by complainant"),
    Outcome.REJECTED: Text("Ditolak", "Rejected"),
    Outcome.DUPLICATE: Text("Bertindih", "Duplicate"),
    Outcome.NO_ANSWER: Text("Tiada maklum balas pengadu", "No answer from complainant"),
}
ROLE_LABELS: dict[Role, Text] = {
    Role.COMPLAINANT: Text("Pengadu", "Complainant"),
    Role.ADMIN: Text("Admin eHelpdesk", "Helpdesk admin"),
    Role.PIC: Text("PIC", "PIC"),
    Role.IMPLEMENTOR: Text("Implementor", "Implementor"),
    Role.VENDOR: Text("Vendor (BKP/TTSB)", "Vendor (BKP/TTSB)"),
    Role.MANAGEMENT: Text("Pengurusan", "Management"),
    Role.SYSTEM: Text("Sistem", "System"),
}
LABELS: dict[str, dict[str, Text]] = {
    "state": {str(key): text for key, text in STATE_LABELS.items()},
    "action": {str(key): text for key, text in ACTION_LABELS.items()},
    "phase": {str(key): text for key, text in PHASE_LABELS.items()},
    "outcome": {str(key): text for key, text in OUTCOME_LABELS.items()},
    "role": {str(key): text for key, text in ROLE_LABELS.items()},
}


def is_open(state: State) -> bool:
    """Every state but SELESAI and DITUTUP."""
    return state in OPEN
