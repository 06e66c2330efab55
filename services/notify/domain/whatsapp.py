"""WhatsApp as rules of thumb: what an error code means, how far a message came, and what its body may say.

Pure. Codes are handled by number, never by their text, which changes. The sorting is ours; the codes are Meta's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType

from services.notify.domain.retries import FIRST_WAIT, GROWTH, Fate, Outcome, Reason, Status, Verdict

LONGEST_BODY = 1_024
LONGEST_NAME = 512
NAME = re.compile(rf"[a-z0-9_]{{1,{LONGEST_NAME}}}")
"""Of a template, as Meta allows it."""
CATEGORY = "UTILITY"
PAIR_SECONDS = 6.0
"""Between two messages to one person."""
FLAG_DAYS: Mapping[int, int] = {131049: 1, 131050: 3_650}
"""How many days a number is not tried again: chose not to deliver, asked not to be written to."""
FLAG_DAYS_OTHERWISE = 90
RECEIPT_TRIES = 5
MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
MAY_SAY = frozenset(
    {"no_aduan", "modul", "pautan", "tarikh", "masa", "tarikh_akhir", "jawab_sebelum", "tarikh_aduan", "bil"}
)
"""What may stand in a message that shows on a locked telephone: no name, no title, nothing anybody typed."""


class Kind(StrEnum):
    """What an error is about."""

    TEMPORARY = "temporary"
    CHANNEL = "channel"
    """Our account or number: nothing goes until somebody sees to it."""
    TEMPLATE = "template"
    RECIPIENT = "recipient"
    MESSAGE = "message"


_TEMPORARY = {1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 133016, 135000}
_CHANNEL = {0, 3, 10, 33, 190, 368, 131031, 131037, 131042, 131045, 131048, 131064, 130497, 2635, *range(200, 300)}
_TEMPLATE = {132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016}
_RECIPIENT = {131026, 131021, 131030, 131050, 131049, 137000, 131062}
_MESSAGE = {100, 131008, 131009, 131047, 131051, 131052, 131053}
_PAIR = 131056
_FATES: Mapping[Kind, Fate] = {
    Kind.TEMPORARY: Fate.TEMPORARY,
    Kind.CHANNEL: Fate.CHANNEL_DOWN,
    Kind.TEMPLATE: Fate.UNWRITTEN,
    Kind.RECIPIENT: Fate.PERMANENT,
    Kind.MESSAGE: Fate.UNWRITTEN,
}


def kind_of(code: int | None, status: int) -> Kind:
    """What an answer other than 200 is about: by its code, and by the HTTP status only where it has none we know."""
    for known, kind in (
        (_TEMPORARY, Kind.TEMPORARY),
        (_CHANNEL, Kind.CHANNEL),
        (_TEMPLATE, Kind.TEMPLATE),
        (_RECIPIENT, Kind.RECIPIENT),
        (_MESSAGE, Kind.MESSAGE),
    ):
        if code in known:
            return kind
    if status == 429 or status >= 500:
        return Kind.TEMPORARY
    return Kind.CHANNEL if status in (401, 403) else Kind.MESSAGE


def refused(code: int | None, status: int, retry_after: float | None = None) -> Outcome:
    """How an attempt ended that was answered with an error. The answer's words stay outside: they may repeat what was
    sent."""
    kind = kind_of(code, status)
    wait = retry_after
    if wait is None and code == _PAIR:
        wait = PAIR_SECONDS
    said = f"{kind}: {'no code' if code is None else code} (HTTP {status})"
    return Outcome(_FATES[kind], said, wait=wait if kind in (Kind.TEMPORARY, Kind.CHANNEL) else None, code=code)


_RANK: Mapping[Status, int] = {Status.SENT: 1, Status.FAILED: 2, Status.DELIVERED: 3, Status.READ: 4}
"""How far a message came. What was delivered was not lost after all, whoever said so before."""


class Heed(StrEnum):
    """What a receipt is to its delivery."""

    APPLY = "apply"
    IGNORE = "ignore"
    """It says less than is known, or is about an earlier attempt."""
    WAIT = "wait"
    """The attempt it may be about is under way: its end comes first."""


def heed(now: Status, told: Status, *, latest: bool) -> Heed:
    """Whether a receipt moves a delivery: only ever forward, whatever order receipts come in. `latest`: it is about
    the message of the delivery's last attempt."""
    if told is Status.FAILED:
        if now is Status.SENDING:
            return Heed.WAIT
        ended_so = now is Status.UNKNOWN or (now is Status.SENT and latest)
        return Heed.APPLY if ended_so else Heed.IGNORE
    return Heed.APPLY if _RANK.get(told, 0) > _RANK.get(now, 0) else Heed.IGNORE


def failed_after_all(code: int | None, *, tries: int) -> tuple[Outcome, Verdict]:
    """A message that was accepted and came to nothing. A refusal of our account or number is not tried again here:
    what was accepted once would be accepted again, and fail again."""
    outcome = refused(code, 200)
    match kind_of(code, 200):
        case Kind.TEMPORARY if tries < RECEIPT_TRIES:
            return outcome, Verdict(Status.PLANNED, wait=outcome.wait or FIRST_WAIT * GROWTH ** (tries - 1))
        case Kind.TEMPORARY | Kind.CHANNEL:
            return outcome, Verdict(Status.FAILED, Reason.CHANNEL_DOWN)
        case Kind.RECIPIENT:
            return outcome, Verdict(Status.FAILED, Reason.BOUNCED)
        case _:
            return outcome, Verdict(Status.FAILED)


def flag_days(code: int) -> int:
    """For how long a number that answered with this code is not tried."""
    return FLAG_DAYS.get(code, FLAG_DAYS_OTHERWISE)


def is_about_number(code: int | None) -> bool:
    """Whether this code speaks of the person's number, and not of the message."""
    return code in _RECIPIENT


def is_about_template(code: int | None) -> bool:
    """Whether this code speaks of the template."""
    return code in _TEMPLATE


def wa_number(phone: str) -> str | None:
    """E.164 -> the digits WhatsApp wants; None for what is no mobile number."""
    try:
        number = phonenumbers.parse(phone if phone.startswith("+") else f"+{phone}")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in MOBILE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")


class BadBody(ValueError):
    """A message as written cannot be a template."""


@dataclass(frozen=True, slots=True)
class Body:
    """The text of one template in one language: fixed words with placeholders, `{no_aduan}` or, where the event may
    not give it, `{tarikh_akhir|words that stand instead}`."""

    text: str

    @property
    def placeholders(self) -> tuple[str, ...]:
        """In the order of the template's parameters; one that stands twice is one parameter."""
        return tuple(dict.fromkeys(name for name, _ in self._slots()))

    @property
    def optional(self) -> frozenset[str]:
        """Placeholders the text can do without."""
        return frozenset(name for name, instead in self._slots() if instead)

    def as_template(self) -> str:
        """With `{{1}}`, as it is handed in for approval."""
        numbered = {name: f"{{{{{place}}}}}" for place, name in enumerate(self.placeholders, start=1)}
        return _SLOT.sub(lambda found: numbered[found[1]], self.text)

    def parameters(self, values: Mapping[str, Any]) -> list[str]:
        """What stands for `{{1}}`, `{{2}}`, ... Raises `BadBody` for a gap."""
        instead = dict(self._slots())
        given = []
        for name in self.placeholders:
            value = values.get(name)
            words = _calm(str(value)) if value is not None else instead[name]
            if not words:
                raise BadBody(f"nothing to stand for {name}")
            given.append(words)
        return given

    def filled(self, values: Mapping[str, Any]) -> str:
        """As a person reads it. Raises `BadBody` for a gap, or where it would be too long."""
        given = dict(zip(self.placeholders, self.parameters(values), strict=True))
        text = _SLOT.sub(lambda found: given[found[1]], self.text)
        if len(text) > LONGEST_BODY:
            raise BadBody(f"{len(text)} characters")
        return text

    def _slots(self) -> list[tuple[str, str]]:
        return [(name, instead or "") for name, instead in _SLOT.findall(self.text)]


_SLOT = re.compile(r"\{([a-z_]+)(?:\|([^{}|]+))?\}")


def _calm(value: str) -> str:
    """No line break, no tab, no run of blanks: Meta refuses a parameter that has them."""
    return " ".join(value.split())


def body(source: str) -> Body:
    """A body as it lies in its file. Raises `BadBody` for what Meta would not approve, or we would not show."""
    made = Body(" ".join(source.split()))
    bare = _SLOT.sub("", made.text)
    if "{" in bare or "}" in bare:
        raise BadBody("a brace that is no placeholder")
    if not made.text or made.text[0] == "{" or made.text[-1] == "}":
        raise BadBody("a body begins and ends with fixed words")
    if re.search(r"\}\s*\{", made.text):
        raise BadBody("two placeholders need words between them")
    if unfit := sorted(set(made.placeholders) - MAY_SAY):
        raise BadBody(f"must not be said here: {', '.join(unfit)}")
    return made
