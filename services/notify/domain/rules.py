"""The matrix as data: event x audience x channel -> message, under conditions from a fixed vocabulary.

A rule without an audience is an explicit none: nobody is told, and `why` says why not.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

import msgspec

from services.notify.domain.own import OWN, DigestDue, News
from services.notify.domain.placeholders import gives
from shared.envelope import Event
from shared.errors import Text
from shared.events import ACCOUNTS, INTAKE, WORKFLOW, workflow
from shared.events.accounts import AccountEvent
from shared.events.complaint import ComplaintEvent

AUDIENCES: tuple[str, ...] = (
    "complainant",
    "pic",
    "previous_pic",
    "claimant",
    "implementor_queue",
    "admins",
    "management",
    "vendor",
    "vendor_desk",
    "owner",
)
OWNER = "owner"
"""Whose account it is: the only one who is told of it, and told of nothing else by that name."""
DESK = "vendor_desk"
"""The vendor's helpdesk by mail, without an account: told where the office has said where it reads its mail."""
CHANNELS: tuple[str, ...] = ("email", "whatsapp")
Choice = Literal["at_once", "digest", "off"]
"""How a member of staff may have a message: when it happens, gathered in the digest, or not at all."""
CHOOSERS = frozenset({"pic", "previous_pic", "claimant", "implementor_queue", "admins", "management"})
"""Audiences whose people have an account here, and so a page to choose on."""
DIGESTED = ("pic", "implementor_queue", "admins", "management")
"""Who may have a digest: each PIC their own complaints, each of the queue what is referred, Admin and management the
office's."""
State = Literal[
    "BARU",
    "DIAGIHKAN",
    "INPROGRESS",
    "RUJUKAN_IMPLEMENTOR",
    "TINDAKAN_VENDOR",
    "MOHON_MAKLUMBALAS",
    "MOHON_TUTUP",
    "SELESAI",
    "DITUTUP",
]
Custodian = Literal["ADMIN", "PIC", "IMPLEMENTOR", "VENDOR", "COMPLAINANT"]
"""Spelt out so that a misspelt condition is refused, and does not silently never hold."""
TOLD: Mapping[str, type[Event]] = {
    kind.wire: kind
    for kind in (*WORKFLOW, *ACCOUNTS, *OWN, *(kind for kind in INTAKE if kind.wire == "tracking_link.requested"))
}
"""Every event that must have a rule or an explicit none."""


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """When a rule holds; what is left empty is not asked. Staff are never told of their own act, whatever stands
    here: `actor_is_not_recipient` is for the complainant, who otherwise gets a confirmation."""

    actor_is_not_recipient: bool = False
    in_state: tuple[State, ...] = ()
    from_state: tuple[State, ...] = ()
    custodian: tuple[Custodian, ...] = ()
    kind: tuple[Literal["warn", "remind", "notice"], ...] = ()
    level: tuple[Literal[0, 1, 2], ...] = ()
    has_pic: bool | None = None
    has_claimant: bool | None = None

    def holds(self, event: Event) -> bool:
        """Whether this rule is about this event at all (own acts are judged per recipient, not here)."""
        return not self.unmet(event)

    def unmet(self, event: Event) -> tuple[str, ...]:
        """Which of the questions this event answers otherwise than the rule asks; none where the rule holds."""
        if isinstance(event, News):
            return ("has_pic",) if self.has_pic not in (None, event.pic is not None) else ()
        if not isinstance(event, ComplaintEvent):
            return ()
        asked: tuple[tuple[str, tuple[Any, ...], object], ...] = (
            ("in_state", self.in_state, event.to),
            ("from_state", self.from_state, event.from_),
            ("custodian", self.custodian, event.custodian),
            ("kind", self.kind, getattr(event, "kind", None)),
            ("level", self.level, event.level),
        )
        known = (("has_pic", self.has_pic, event.pic), ("has_claimant", self.has_claimant, event.claimant))
        return (
            *(name for name, allowed, found in asked if allowed and found not in allowed),
            *(name for name, wanted, person in known if wanted not in (None, person is not None)),
        )


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the matrix. Earlier lines win a person that two lines would tell."""

    position: int
    event: str
    audience: str | None = None
    channel: str | None = None
    template: str | None = None
    enabled: bool = True
    batched: bool = False
    """Told at most once per window and person, several events in one message."""
    urgent: bool = False
    """Goes before what is not; no quiet hours and no choice hold it back."""
    choices: tuple[Choice, ...] = ()
    """What a member of staff may choose; the first holds until they do. Empty: nothing to choose, told at once."""
    condition: Condition = Condition()
    why: str | None = None


class Message(msgspec.Struct, frozen=True):
    """What the rules need to know of a message: for whom it is written, and which fields it names."""

    reader: str
    fields: frozenset[str]
    batched: bool
    whatsapp: frozenset[str] | None = None
    """What its body on WhatsApp cannot do without; None where it has none."""


def reader_of(audience: str) -> str:
    """For whom a message to this audience must be written: complainant, staff, vendor (who has an account), or the
    vendor's helpdesk, which has none."""
    return audience if audience in {"complainant", "vendor", DESK} else "staff"


def faults(rules: Iterable[Rule], messages: Mapping[str, Message]) -> list[tuple[str, Text]]:
    """What is wrong with a matrix as a whole, each with the path of what is wrong; an empty list when nothing is."""
    found: list[tuple[str, Text]] = []
    covered: set[str] = set()
    nones: set[str] = set()
    for index, rule in enumerate(rules):
        found += [(f"items.{index}.{field}", text) for field, text in _faults_of(rule, messages)]
        if rule.audience is None:
            nones.add(rule.event)
        covered.add(rule.event)
        if rule.event in nones and rule.audience is not None:
            found.append((f"items.{index}.audience", Text("Peristiwa ini telah dinyatakan tanpa penerima", _NONE_TOO)))
    for event in TOLD.keys() - covered:
        text = Text(
            f"{event}: tiada peraturan dan tiada pengecualian yang dinyatakan", f"{event}: no rule and no explicit none"
        )
        found.append(("items", text))
    return found


def _may_be_told(kind: type[Event], audience: str) -> bool:
    """What notify tells itself is for staff alone."""
    if issubclass(kind, News):
        return audience in kind.told_to
    return kind is not DigestDue or audience in DIGESTED


_NOT_FOR_THEM = Text("Peristiwa ini bukan untuk penerima ini", "Not an event for this audience")
_NONE_TOO = "This event also has an explicit none"


def _faults_of(rule: Rule, messages: Mapping[str, Message]) -> list[tuple[str, Text]]:
    kind = TOLD.get(rule.event)
    if kind is None:
        return [("event", Text("Peristiwa tidak dikenali", "No such event"))]
    if rule.audience is None:
        return [] if rule.why else [("why", Text("Nyatakan sebabnya", "Say why nobody is told"))]
    found: list[tuple[str, Text]] = []
    if rule.audience not in AUDIENCES:
        found.append(("audience", Text("Penerima tidak dikenali", "No such audience")))
    elif (rule.audience == OWNER) != issubclass(kind, AccountEvent) or not _may_be_told(kind, rule.audience):
        found.append(("audience", _NOT_FOR_THEM))
    found += _choice_faults(rule)
    if rule.channel not in CHANNELS:
        found.append(("channel", Text("Saluran tidak dikenali", "No such channel")))
    if "kind" in msgspec.to_builtins(rule.condition) and kind is not workflow.Reminded:
        found.append(("condition", Text("Peristiwa ini tiada jenis", "This event has no kind")))
    message = messages.get(rule.template or "")
    if message is None:
        return [*found, ("template", Text("Mesej tidak dikenali", "No such message"))]
    if message.reader != reader_of(rule.audience):
        text = Text("Mesej ini ditulis untuk penerima lain", "This message is written for another audience")
        found.append(("template", text))
    if message.batched != rule.batched:
        text = Text("Mesej berkumpulan dan tunggal tidak boleh ditukar", "One message or a list: the two do not mix")
        found.append(("batched", text))
    if rule.channel == "whatsapp" and message.whatsapp is None:
        found.append(("template", Text("Mesej ini tiada bentuk WhatsApp", "This message has no form for WhatsApp")))
    given = gives(kind)
    gaps = {name for name in message.whatsapp or () if not given.get(name)} if rule.channel == "whatsapp" else set()
    missing = sorted((message.fields - given.keys()) | gaps)
    if missing:
        text = Text(
            f"Peristiwa ini tidak memberi: {', '.join(missing)}", f"The event does not give: {', '.join(missing)}"
        )
        found.append(("template", text))
    return found


def _choice_faults(rule: Rule) -> list[tuple[str, Text]]:
    if not rule.choices:
        return []
    if rule.audience not in CHOOSERS:
        return [("choices", Text("Penerima ini tidak boleh memilih", "This audience has nothing to choose"))]
    if rule.urgent:
        return [("choices", Text("Mesej segera tidak boleh dipilih", "An urgent message leaves no choice"))]
    if rule.event == DigestDue.wire and "digest" in rule.choices:
        return [("choices", Text("Ringkasan sendiri tidak boleh dikumpul", "A digest cannot be gathered"))]
    if len(set(rule.choices)) != len(rule.choices) or not set(rule.choices) <= set(get_args(Choice)):
        return [("choices", Text("Pilihan tidak dikenali", "No such choice"))]
    return []
