"""What messages may name, and what stands there: placeholders as they are written from an event and its complaint.

`gives` is read off the event classes, so that no list of ours can disagree with them.
"""

import types
from collections.abc import Callable, Mapping
from typing import Any, Union, get_args, get_origin

import msgspec

from services.notify.domain.facts import Facts, Matter
from services.notify.domain.own import (
    ChannelBack,
    ChannelDown,
    DeliveryBounced,
    DigestDue,
    News,
    TemplateRefused,
)
from services.notify.domain.texts import NOTHING, day, hour, lines, minute, one_line
from shared.envelope import Event
from shared.events.accounts import AccountEvent, PasswordResetRequested
from shared.events.complaint import ComplaintEvent

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
OF_NEWS: Mapping[type[News], tuple[str, ...]] = {
    DeliveryBounced: ("penerima", "jawapan_pelayan"),
    ChannelDown: ("saluran", "sejak", "jawapan_pelayan"),
    ChannelBack: ("saluran", "sejak"),
    TemplateRefused: ("templat", "bahasa", "kod"),
}
"""What a message may name besides of something that staff must see to."""
WAYS_CALLED: Mapping[str, Mapping[str, str]] = {
    "ms": {"email": "E-mel", "whatsapp": "WhatsApp"},
    "en": {"email": "E-mail", "whatsapp": "WhatsApp"},
}
TONGUES: Mapping[str, Mapping[str, str]] = {
    "ms": {"ms": "Bahasa Melayu", "en": "Bahasa Inggeris"},
    "en": {"ms": "Malay", "en": "English"},
}
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
    return values | _of_news(facts, language)


def fill_news(facts: Facts, *, language: str, link: str) -> dict[str, str | None]:
    """Every placeholder's value of a message about something that staff must see to and that is about no one
    complaint."""
    return {
        "no_aduan": None,
        "lagi": None,
        "pautan": link,
        "tarikh": day(facts.at),
        "masa": hour(facts.at),
    } | _of_news(facts, language)


def _of_news(facts: Facts, language: str) -> dict[str, str | None]:
    if facts.bounced is not None:
        return {
            "penerima": one_line(facts.bounced.name) or NOTHING,
            "alamat": _line(facts.bounced.address),
            "jawapan_pelayan": one_line(facts.bounced.answer) or NOTHING,
        }
    house, ways = facts.house, WAYS_CALLED[language]
    if house is None:
        return {}
    return {
        "saluran": ways.get(house.channel or "", _line(house.channel)),
        "sejak": minute(house.since),
        "jawapan_pelayan": _line(house.answer) or NOTHING,
        "templat": _line(house.template),
        "bahasa": TONGUES[language].get(house.language or "", _line(house.language)),
        "kod": None if house.code is None else str(house.code),
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
    if issubclass(kind, News):
        always = dict.fromkeys(("tarikh", "masa", "pautan", *FROM_BATCH, *OF_NEWS.get(kind, ())), True)
        return always | {"no_aduan": False, "lagi": False} | ({"alamat": False} if kind is DeliveryBounced else {})
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
