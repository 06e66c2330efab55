"""What notify answers the pages about notifications with, and the order in which they show it."""

from datetime import datetime
from typing import Any

import msgspec

from services.portal.clients import Text

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("in", ("complaint.received", "complaint.rejected", "complaint.marked_duplicate")),
    ("assign", ("complaint.assigned", "complaint.reassigned", "complaint.handed_back", "complaint.classified")),
    (
        "work",
        (
            "complaint.started",
            "complaint.replied",
            "complaint.noted",
            "complaint.taken_back",
            "complaint.contact_corrected",
        ),
    ),
    (
        "complainant",
        ("complaint.feedback_asked", "complaint.answered", "complaint.not_solved", "complaint.message_held"),
    ),
    ("implementor", ("complaint.referred", "complaint.claimed", "complaint.returned")),
    ("vendor", ("complaint.vendor_logged", "complaint.vendor_updated", "complaint.vendor_answered")),
    (
        "close",
        (
            "complaint.close_requested",
            "complaint.closed",
            "complaint.lapsed",
            "complaint.rated",
            "complaint.reopened",
            "complaint.sealed",
        ),
    ),
    ("time", ("complaint.reminded", "complaint.escalated", "complaint.rescheduled", "digest.due")),
    ("links", ("tracking_link.requested", "password_reset.requested", "password.changed")),
    (
        "house",
        (
            "delivery.bounced",
            "whatsapp.said",
            "mail.held",
            "channel.down",
            "channel.back",
            "template.refused",
        ),
    ),
)
"""The events by a complaint's way. One that is not here yet is shown last, under its own name."""
COMPLAINT = "complaint."
NO_COMPLAINT = ("password", "digest")
"""How the names of events begin that are about no complaint."""
DIGEST = "digest.due"


class Line(msgspec.Struct, frozen=True):
    """A line of the matrix; without an audience, nobody is told and `why` says why not."""

    event: str
    audience: str | None = None
    channel: str | None = None
    template: str | None = None
    enabled: bool = True
    batched: bool = False
    urgent: bool = False
    choices: list[str] = []
    condition: dict[str, Any] = {}
    why: str | None = None


class Message(msgspec.Struct, frozen=True):
    """A message: for whom, what it is called, of which events it can tell."""

    reader: str
    title: Text
    batched: bool = False
    events: list[str] = []


class Matrix(msgspec.Struct, frozen=True):
    """The matrix that holds, and the words it may use."""

    version: int
    items: list[Line]
    events: list[str]
    audiences: list[str]
    channels: list[str]
    messages: dict[str, Message]
    audiences_of: dict[str, list[str]] = {}

    def of(self, event: str) -> list[Line]:
        """The lines of this event, in their order."""
        return [line for line in self.items if line.event == event]

    @property
    def groups(self) -> list[tuple[str, list[str]]]:
        """The events by group, those nobody sorted last."""
        known = [(name, [event for event in events if event in self.events]) for name, events in GROUPS]
        sorted_in = {event for _, events in known for event in events}
        rest = [event for event in self.events if event not in sorted_in]
        return [(name, events) for name, events in (*known, ("other", rest)) if events]


class Saver(msgspec.Struct, frozen=True):
    """Who saved a version."""

    id: str
    name: str | None = None


class Change(msgspec.Struct, frozen=True):
    """A line that is new, gone, another one, or in another place."""

    event: str
    what: str
    fields: list[str] = []
    before: Line | None = None
    after: Line | None = None


class Version(msgspec.Struct, frozen=True):
    """A version of the matrix and what it changed."""

    version: int
    at: datetime
    saved_by: Saver | None = None
    why: str | None = None
    changes: list[Change] = []


class Earlier(Version, frozen=True):
    """An earlier version, and what going back to it would change."""

    back: list[Change] = []


class Versions(msgspec.Struct, frozen=True):
    """A page of versions, newest first."""

    items: list[Version]
    next: str | None = None


class Who(msgspec.Struct, frozen=True):
    """Who, and where it would reach them, masked."""

    kind: str
    name: str
    masked: str | None = None


class Told(msgspec.Struct, frozen=True):
    """A message to a person, or why there is none."""

    line: int
    audience: str
    channel: str
    template: str
    recipient: Who
    batched: bool = False
    urgent: bool = False
    reason: str | None = None
    status: str = "planned"
    stands_in_for: str | None = None
    told_as: int | None = None
    held_until: datetime | None = None

    @property
    def comes(self) -> bool:
        """Whether it reaches them, if only with the digest."""
        return self.status == "planned" or self.reason == "in_digest"


class Silent(msgspec.Struct, frozen=True):
    """A line that reaches nobody."""

    line: int
    audience: str
    channel: str
    template: str
    unmet: list[str] = []


class Supposed(msgspec.Struct, frozen=True):
    """What was taken for granted of an event that has not happened."""

    known: bool
    role: str
    from_state: str | None = None
    to: str | None = None
    actor: str | None = None
    pic: str | None = None
    kind: str | None = None
    level: int = 0


class Rehearsed(msgspec.Struct, frozen=True):
    """Who would get what, and who would not and why."""

    event: str
    items: list[Told]
    silent: list[Silent]
    supposed: Supposed | None = None
    nobody: str | None = None
    version: int | None = None

    @property
    def will(self) -> list[Told]:
        """Those to whom something goes out, now or with the next digest or morning."""
        return [one for one in self.items if one.comes]

    @property
    def will_not(self) -> list[Told]:
        """The others."""
        return [one for one in self.items if not one.comes]


class Letter(msgspec.Struct, frozen=True):
    """A message as written; a channel that has no use for it has none."""

    subject: str
    text: str
    html: str
    whatsapp: str | None = None


class Preview(msgspec.Struct, frozen=True):
    """A message in both languages."""

    template: str
    reader: str
    letters: dict[str, Letter]
    complaint: str | None = None
    event: str | None = None
    happened_at: datetime | None = None
