"""The digest: a member of staff's summary of a morning, and what was gathered for them instead of told at once.

Pure: (complaints as notify follows them, the office's calendar, now) -> what stands in it, or nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import msgspec

from shared.calendar import Calendar

MORNING = time(8, 0)
GRACE = timedelta(minutes=15)
"""Later than this after the morning, the digest is a late one: there was an outage."""
LONGEST_TABLE = 40
"""Rows; the rest is counted and lies in the inbox."""
ENDED = frozenset({"SELESAI", "DITUTUP"})


@dataclass(frozen=True, slots=True)
class Duty:
    """An open complaint, as far as a digest needs to know it."""

    number: str
    title: str
    module_ms: str
    module_en: str
    state: str
    custodian: str
    submitted_at: datetime
    since: datetime
    """When its custodian got it."""
    due: datetime | None
    pic: str | None
    pic_name: str | None
    claimant: str | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """A delivery that is told in the digest: of which event of which complaint; `-` where it is about none."""

    id: UUID
    event_id: str
    number: str
    title: str
    event: str
    at: datetime
    late: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint in the table. `why` is `late`, `today`, `vendor` or `new`; `age` in working days."""

    number: str
    title: str
    module_ms: str
    module_en: str
    why: str
    age: int
    due: datetime | None = None
    pic: str | None = None


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """How many are late, due today, longer with the vendor than its reminder, and not assigned."""

    late: int = 0
    today: int = 0
    vendor: int = 0
    new: int = 0


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One's own complaints, or the office's. `more` are those the table leaves out."""

    numbers: Numbers
    rows: tuple[Row, ...] = ()
    more: int = 0


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one complaint since the last digest: how often which event, the latest last."""

    number: str
    title: str
    events: tuple[tuple[str, int], ...]
    at: datetime


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """As the ledger keeps it, so that it says the same whenever it is written."""

    day: date
    vendor_days: int
    late: bool = False
    """It carries what came late, after an outage."""
    own: Section | None = None
    office: Section | None = None
    news: tuple[News, ...] = ()
    news_more: int = 0
    gathered: int = 0
    """How many messages it stands for."""
    needing: int = 0
    """How many complaints its sections count, each once."""


def day_of(calendar: Calendar, now: datetime) -> date | None:
    """The working day whose digest is due by now; None before the morning, and on a day off."""
    here = now.astimezone(calendar.zone)
    return here.date() if here.time() >= MORNING and calendar.is_working_day(here.date()) else None


def is_belated(calendar: Calendar, now: datetime) -> bool:
    """Whether the morning of this day is long past."""
    here = now.astimezone(calendar.zone)
    return here - datetime.combine(here.date(), MORNING, calendar.zone) > GRACE


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a digest is made. `people`: themselves, and whom they stand in for; none for somebody who is away."""

    people: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    office: bool = False
    """Admin and management read of the whole office."""
    triage: bool = False
    """Those who assign also read of what is due, and of what nobody has yet; the others only when something is late."""


def compose(
    reader: Reader, duties: Sequence[Duty], gathered: Sequence[Gathered], calendar: Calendar, now: datetime, days: int
) -> Digest | None:
    """What there is to tell this reader; None when there is nothing. `days`: how many working days the vendor has
    until its reminder."""
    mine = [duty for duty in duties if _is_mine(duty, reader)]
    own = _sorted_out(mine, calendar, now, days, others=False)
    every = _sorted_out(duties, calendar, now, days, others=True) if reader.office else []
    if not reader.triage and all(why != "late" for _, why in every):
        every = []
    if not (own or every or gathered):
        return None
    news, more = news_of(gathered)
    return Digest(
        day=now.astimezone(calendar.zone).date(),
        vendor_days=days,
        late=any(one.late for one in gathered),
        own=_section(own, calendar, now, others=False),
        office=_section(every, calendar, now, others=True),
        news=news,
        news_more=more,
        gathered=len({one.event_id for one in gathered}),
        needing=len({duty.number for duty, _ in (*own, *every)}),
    )


def _is_mine(duty: Duty, reader: Reader) -> bool:
    if duty.custodian == "IMPLEMENTOR":
        return duty.claimant in reader.people if duty.claimant is not None else "IMPLEMENTOR" in reader.queues
    return duty.pic in reader.people and duty.custodian in {"PIC", "VENDOR"}


def news_of(gathered: Sequence[Gathered]) -> tuple[tuple[News, ...], int]:
    """The gathered events by complaint, the one with the latest first, and how many complaints are left out. What was
    gathered for two channels comes once."""
    by_complaint: dict[str, list[Gathered]] = {}
    once = {one.event_id: one for one in gathered}
    for one in sorted(once.values(), key=lambda one: one.at):
        by_complaint.setdefault(one.number, []).append(one)
    found = []
    for number, events in by_complaint.items():
        counted: dict[str, int] = {}
        for one in events:
            counted[one.event] = counted.pop(one.event, 0) + 1
        found.append(
            News(number=number, title=events[-1].title, events=tuple(counted.items()), at=events[-1].at),
        )
    found.sort(key=lambda news: (news.at, news.number), reverse=True)
    return tuple(found[:LONGEST_TABLE]), max(len(found) - LONGEST_TABLE, 0)


_Found = Sequence[tuple[Duty, str]]


def _sorted_out(
    duties: Iterable[Duty], calendar: Calendar, now: datetime, days: int, *, others: bool
) -> list[tuple[Duty, str]]:
    found = [(duty, why) for duty in duties if (why := _why(duty, calendar, now, days, others=others)) is not None]
    return sorted(found, key=lambda one: (_ORDER.index(one[1]), one[0].due or one[0].since, one[0].number))


def _section(found: _Found, calendar: Calendar, now: datetime, *, others: bool) -> Section | None:
    if not found:
        return None
    rows = tuple(
        Row(
            number=duty.number,
            title=duty.title,
            module_ms=duty.module_ms,
            module_en=duty.module_en,
            why=why,
            age=calendar.days_between(duty.submitted_at, now),
            due=duty.due,
            pic=duty.pic_name if others else None,
        )
        for duty, why in found[:LONGEST_TABLE]
    )
    count = {name: sum(why == name for _, why in found) for name in _ORDER}
    return Section(numbers=Numbers(**count), rows=rows, more=len(found) - len(rows))


_ORDER = ("late", "today", "vendor", "new")


def _why(duty: Duty, calendar: Calendar, now: datetime, days: int, *, others: bool) -> str | None:
    """Why it stands in a digest, the worst first; None when it does not."""
    if duty.state in ENDED:
        return None
    if duty.custodian == "VENDOR":
        # The vendor's own deadline is the vendor's; what the office does about it is to ask.
        return "vendor" if calendar.days_between(duty.since, now) > days else None
    if duty.due is not None:
        if duty.due < now:
            return "late"
        if duty.due.astimezone(calendar.zone).date() == now.astimezone(calendar.zone).date():
            return "today"
    return "new" if others and duty.state == "BARU" else None
