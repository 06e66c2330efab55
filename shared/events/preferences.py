"""What the words in `staff.saved`'s `preferences` mean: how a member of staff wants to be told.

`tell.<group>` is a choice; `quiet` is the hours in which nothing that can wait disturbs, `22:00-07:00` by the office's
clock; `whatsapp` is consent, `on`. What is absent was never chosen: then what Admin has set holds.
"""

from collections.abc import Mapping

CHOICES: tuple[str, ...] = ("at_once", "digest", "off")
"""When it happens, gathered in the digest, or not at all."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "new": ("complaint.received",),
    "work": (
        "complaint.assigned",
        "complaint.reassigned",
        "complaint.handed_back",
        "complaint.referred",
        "complaint.returned",
        "complaint.taken_back",
    ),
    "answers": (
        "complaint.answered",
        "complaint.not_solved",
        "complaint.reopened",
        "complaint.message_held",
        "whatsapp.said",
    ),
    "vendor": ("complaint.vendor_logged", "complaint.vendor_updated", "complaint.vendor_answered"),
    "deadlines": ("complaint.reminded", "complaint.rescheduled"),
    "closings": ("complaint.rejected", "complaint.marked_duplicate", "complaint.closed", "complaint.lapsed"),
    "summary": ("digest.due",),
}
"""What is chosen together. `summary` is the daily list of what waits and is late: `off` leaves it out."""
TELL = "tell."
QUIET = "quiet"
WHATSAPP = "whatsapp"
YES = "on"
WHATSAPP_CHOICES: tuple[str, ...] = (YES, "off")
