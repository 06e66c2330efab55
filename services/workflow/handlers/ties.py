"""Which complaint another may be marked a duplicate of: one that stands for itself."""

from services.workflow.domain.complaint import Complaint
from services.workflow.machine import Outcome
from services.workflow.store import complaints
from shared.db import Tx
from shared.errors import FieldError, Invalid, Text

NO_OTHER = Text("Tiada aduan lain dengan nombor ini", "There is no other complaint of this number")
REJECTED = Text(
    "Aduan itu telah ditolak. Aduan ini tidak boleh bergantung kepadanya.",
    "That complaint was rejected. This one cannot rest on it.",
)


async def check_original(tx: Tx, complaint: Complaint, number: str) -> None:
    """Raises `Invalid` where this complaint cannot be a duplicate of that number: there is none, it is this one, it was
    rejected, or it is a duplicate itself; then the error names the one at the end of the row.

    Markings wait for each other, so that two complaints never become duplicates of each other at the same moment."""
    await complaints.mark_one_at_a_time(tx)
    loaded = await complaints.load(tx, number)
    if loaded is None or number == complaint.number:
        raise _wrong("no_such_complaint", NO_OTHER)
    original = loaded.complaint
    while original.duplicate_of is not None:
        further = await complaints.load(tx, original.duplicate_of)
        if further is None or further.complaint.number == complaint.number:
            raise _wrong("no_such_complaint", NO_OTHER)
        original = further.complaint
    if original.outcome is Outcome.REJECTED:
        raise _wrong("rejected", REJECTED)
    if original.number != number:
        text = Text(
            f"Aduan itu sendiri bertindih dengan {original.number}. Gunakan nombor tersebut.",
            f"That complaint is itself a duplicate of {original.number}. Give that number.",
        )
        raise _wrong("duplicate_itself", text)


def _wrong(code: str, text: Text) -> Invalid:
    return Invalid([FieldError("duplicate_of", code, text)])
