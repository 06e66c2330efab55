"""What an event and its complaint give to a message: facts as kept in the ledger, and placeholders as written.

`gives` is read off the event classes, so that no list of ours can disagree with them. Texts of people are made harmless
for one-line places here; that they are text and not markup is the templates' part (autoescape).
"""

import re
import types
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Union, get_args, get_origin
from zoneinfo import ZoneInfo

import msgspec

from services.notify.domain.digests import Digest
from services.notify.domain.own import DeliveryBounced, DigestDue
from shared.envelope import Event
from shared.events.accounts import AccountEvent, PasswordResetRequested
from shared.events.complaint import ComplaintEvent
from shared.events.vendor import VendorLeg
from shared.events.workflow import Reminded

ZONE = ZoneInfo("Asia/Kuala_Lumpur")
NOTHING = "-"
"""Stands where a person wrote nothing that can be shown."""
OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "ms": {
        "solved": "diselesaikan",
        "withdrawn": "ditarik balik oleh pengadu",
        "rejected": "ditolak",
        "duplicate": "bertindih dengan aduan lain",
        "no_answer": "tiada maklum balas pengadu",
    },
    "en": {
        "solved": "solved",
        "withdrawn": "withdrawn by the complainant",
        "rejected": "rejected",
        "duplicate": "duplicate of another complaint",
        "no_answer": "no answer from the complainant",
    },
}


class Bounced(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a mail did not reach, and what the server said; the address masked."""

    name: str
    address: str | None
    answer: str


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the ledger keeps of an event: enough to write its messages at any later time. No contact is among it, and
    a token only as it came, sealed."""

    at: datetime
    audience: tuple[str, ...] = ()
    actor: str | None = None
    due: datetime | None = None
    answer_by: datetime | None = None
    due_before: datetime | None = None
    reopen_until: datetime | None = None
    text: str | None = None
    files: tuple[str, ...] = ()
    pic: str | None = None
    before: str | None = None
    outcome: str | None = None
    vendor_reference: str | None = None
    public_text: str | None = None
    days: int | None = None
    reason_ms: str | None = None
    reason_en: str | None = None
    linked_to: str | None = None
    why_ms: str | None = None
    why_en: str | None = None
    by: str | None = None
    token_sealed: str | None = None
    until: datetime | None = None
    minutes: int | None = None
    vendor: VendorLeg | None = None
    leg_files: tuple[tuple[str, str], ...] = ()
    """Files that the vendor may have: id and name. Of a reminder, those of the report."""
    report: str | None = None
    """Of a reminder to the vendor: what was reported."""
    nth: int | None = None
    digest: Digest | None = None
    """Of a digest, all that stands in it."""
    bounced: Bounced | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """A complaint as messages tell of it."""

    number: str
    submitted_at: datetime
    name: str
    title: str
    description: str
    department: str
    ptj: str | None
    module_ms: str
    module_en: str


def facts_of(event: Event, at: datetime) -> Facts:
    """The facts of an event that happened at `at`."""
    if isinstance(event, AccountEvent):
        told: dict[str, Any] = {name: getattr(event, name, None) for name in ("by", "token_sealed", "until", "minutes")}
        return Facts(at=at, **told)
    if isinstance(event, DeliveryBounced):
        return Facts(at=at, bounced=Bounced(name=event.name, address=event.address, answer=event.answer))
    if not isinstance(event, ComplaintEvent):
        return Facts(at=at)
    found: dict[str, Any] = {name: getattr(event, name, None) for name in Facts.__struct_fields__}
    for name in ("actor", "pic", "before"):
        person = found[name]
        found[name] = None if person is None else person.name
    files = tuple(file.name for file in event.files)
    found["leg_files"] = tuple((file.id, file.name) for file in event.files) if "V" in event.audience else ()
    if isinstance(event, Reminded) and event.cause is not None:
        found["nth"] = event.cause.nth
    return Facts(**(found | {"audience": event.audience, "files": files}))


def with_report(facts: Facts, reported: Facts) -> Facts:
    """The facts of a reminder to the vendor, with what it is reminded of."""
    return msgspec.structs.replace(facts, report=reported.text, leg_files=reported.leg_files)


def day(moment: datetime) -> str:
    """`24-01-2021`."""
    return moment.astimezone(ZONE).strftime("%d-%m-%Y")


def hour(moment: datetime) -> str:
    """`16:05`."""
    return moment.astimezone(ZONE).strftime("%H:%M")


def minute(moment: datetime | None) -> str | None:
    """`24-01-2021 16:05`."""
    return None if moment is None else f"{day(moment)} {hour(moment)}"


_UNSEEN = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """Text for a place of one line: no line breaks, control characters or direction overrides."""
    calm = _UNSEEN.sub("", text)
    return " ".join("".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in calm).split())


def lines(text: str) -> str:
    """Text for a place of its own: line breaks stay, other control characters go."""
    even = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(sign for sign in even if sign in "\n\t" or unicodedata.category(sign) != "Cc").strip()


def _line(text: str | None) -> str | None:
    return None if text is None else one_line(text)


def _block(text: str | None) -> str | None:
    return None if text is None else lines(text)


Write = Callable[[Facts, str, str], str | None]
"""(facts, language, reader) -> what stands in the message, or None where the event has no such thing."""
_MAY_READ = {"complainant": "P", "vendor": "V", "vendor_desk": "V", "staff": "S"}


def _reads(facts: Facts, reader: str) -> bool:
    staff_reads_all = reader == "staff"
    return staff_reads_all or _MAY_READ[reader] in facts.audience


def _text(facts: Facts, _language: str, reader: str) -> str | None:
    return _block(facts.text) if _reads(facts, reader) else None


def _files(facts: Facts, _language: str, reader: str) -> str | None:
    return "\n".join(one_line(name) or NOTHING for name in facts.files) if _reads(facts, reader) else None


def _latest_log(facts: Facts, _language: str, reader: str) -> str | None:
    logs = facts.vendor.logs if facts.vendor and reader != "complainant" else ()
    return _line(logs[-1].number) if logs else None


def _all_logs(facts: Facts, _language: str, reader: str) -> str | None:
    logs = facts.vendor.logs if facts.vendor and reader != "complainant" else ()
    return ", ".join(f"{one_line(log.number)} ({day(log.at)})" for log in logs) or None


def _report(facts: Facts, _language: str, reader: str) -> str | None:
    return None if reader == "complainant" else _block(facts.report)


def _leg_since(facts: Facts, _language: str, reader: str) -> str | None:
    return day(facts.vendor.since) if facts.vendor and reader != "complainant" else None


FROM_EVENT: Mapping[str, tuple[str, Write]] = {
    "tarikh": ("at", lambda facts, _l, _r: day(facts.at)),
    "masa": ("at", lambda facts, _l, _r: hour(facts.at)),
    "tarikh_akhir": ("due", lambda facts, _l, _r: minute(facts.due)),
    "jawab_sebelum": ("answer_by", lambda facts, _l, _r: minute(facts.answer_by)),
    "tarikh_asal": ("due_before", lambda facts, _l, _r: minute(facts.due_before)),
    "buka_semula_hingga": ("reopen_until", lambda facts, _l, _r: minute(facts.reopen_until)),
    "pelaku": ("actor", lambda facts, _l, _r: _line(facts.actor)),
    "pic": ("pic", lambda facts, _l, _r: _line(facts.pic)),
    "pic_terdahulu": ("before", lambda facts, _l, _r: _line(facts.before)),
    "sebab": ("text", _text),
    "lampiran": ("files", _files),
    "teks_awam": ("public_text", lambda facts, _l, _r: _block(facts.public_text)),
    "no_log_vendor": ("vendor_reference", lambda facts, _l, _r: _line(facts.vendor_reference)),
    "no_log_terkini": ("vendor", _latest_log),
    "senarai_log": ("vendor", _all_logs),
    "laporan": ("vendor", _report),
    "vendor_sejak": ("vendor", _leg_since),
    "peringatan_ke": ("vendor", lambda facts, _l, _r: None if facts.nth is None else str(facts.nth)),
    "bil_hari": ("days", lambda facts, _l, _r: None if facts.days is None else str(facts.days)),
    "alasan": (
        "reason_ms",
        lambda facts, language, _r: _line(facts.reason_ms if language == "ms" else facts.reason_en),
    ),
    "sambungan": ("linked_to", lambda facts, _l, _r: _line(facts.linked_to)),
    "hasil": ("outcome", lambda facts, language, _r: OUTCOMES[language].get(facts.outcome or "")),
    "mengapa": ("why_ms", lambda facts, language, _r: _block(facts.why_ms if language == "ms" else facts.why_en)),
}
"""Placeholder -> the field of the event it stands on, and how it is written."""
FROM_COMPLAINT = (
    "no_aduan",
    "tajuk",
    "modul",
    "jabatan",
    "jabatan_ptj",
    "nama",
    "tarikh_aduan",
    "masa_aduan",
    "keterangan",
    "pautan",
)
"""Placeholders every message may name: the complaint's copy has them, and they are never empty."""
OUTSIDE = frozenset({"vendor", "vendor_desk"})
FROM_BATCH = ("bil", "senarai")
"""How many, and those of them that are told one by one; `lagi` is how many more there are."""
FROM_ACCOUNT = ("nama", "pautan", "tarikh", "masa", "oleh")
"""What every message about an account may name. `oleh` is who changed it: `self`, `link` or `admin`."""
LEG_FILES = "fail_vendor"
"""Placeholder of the files the vendor may have: name and link of each."""
_NAMELESS = {"actor", "files"}
"""Fields that are always there and may yet have nothing to show: SYSTEM has no name, most texts have no files."""


def fill(matter: Matter, facts: Facts, *, language: str, reader: str, link: str) -> dict[str, Any]:
    """Every placeholder's value; None where the event has none: those are the templates' to step round. The vendor is
    told nothing of who complained, and not in whose words."""
    department = one_line(matter.department) or NOTHING
    module = matter.module_ms if language == "ms" else matter.module_en
    outside = reader in OUTSIDE
    values: dict[str, Any] = {
        "no_aduan": matter.number,
        "tajuk": one_line(matter.title) or NOTHING,
        "modul": one_line(module) or NOTHING,
        "jabatan": department,
        "jabatan_ptj": department if not matter.ptj else f"{department} / {one_line(matter.ptj)}",
        "nama": (not outside and one_line(matter.name)) or NOTHING,
        "tarikh_aduan": day(matter.submitted_at),
        "masa_aduan": hour(matter.submitted_at),
        "keterangan": (not outside and lines(matter.description)) or NOTHING,
        "pautan": link,
        "lagi": None,
    }
    for name, (_, write) in FROM_EVENT.items():
        values[name] = write(facts, language, reader) or None
    values[LEG_FILES] = [
        {"nama": one_line(name) or NOTHING, "pautan": f"{link}/lampiran/{file}"}
        for file, name in (facts.leg_files if reader == "vendor_desk" else ())
    ] or None
    return values | _of_bounced(facts)


def fill_bounced(facts: Facts, *, link: str) -> dict[str, str | None]:
    """Every placeholder's value of a message about a mail that did not arrive and was about no one complaint."""
    return {
        "no_aduan": None,
        "lagi": None,
        "pautan": link,
        "tarikh": day(facts.at),
        "masa": hour(facts.at),
    } | _of_bounced(facts)


def _of_bounced(facts: Facts) -> dict[str, str | None]:
    if facts.bounced is None:
        return {}
    return {
        "penerima": one_line(facts.bounced.name) or NOTHING,
        "alamat": _line(facts.bounced.address),
        "jawapan_pelayan": one_line(facts.bounced.answer) or NOTHING,
    }


def fill_account(name: str, facts: Facts, *, link: str) -> dict[str, str | None]:
    """Every placeholder's value of a message about the account of this person."""
    return {
        "nama": one_line(name) or NOTHING,
        "pautan": link,
        "tarikh": day(facts.at),
        "masa": hour(facts.at),
        "oleh": facts.by,
        "bil_minit": None if facts.minutes is None else str(facts.minutes),
    }


def gives(kind: type[Event]) -> dict[str, bool]:
    """The placeholders an event of this kind can fill -> whether it always does."""
    if kind is DigestDue:
        return {"nama": True, "pautan": True, "tarikh": True, "ringkasan": True}
    if kind is DeliveryBounced:
        always = dict.fromkeys(("penerima", "jawapan_pelayan", "tarikh", "masa", "pautan", *FROM_BATCH), True)
        return always | {"no_aduan": False, "alamat": False, "lagi": False}
    if issubclass(kind, AccountEvent):
        link = issubclass(kind, PasswordResetRequested)
        return dict.fromkeys(FROM_ACCOUNT, True) | ({"bil_minit": True, "oleh": False} if link else {})
    always = dict.fromkeys((*FROM_COMPLAINT, *FROM_BATCH), True)
    if not issubclass(kind, ComplaintEvent):
        return always | {"tarikh": True, "masa": True}
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    always[LEG_FILES] = always["lagi"] = False
    return always | {
        placeholder: not (_may_be_none(fields[name]) or name in _NAMELESS)
        for placeholder, (name, _) in FROM_EVENT.items()
        if name in fields
    }


def _may_be_none(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)
