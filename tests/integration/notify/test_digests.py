"""Digests and quiet hours with a real clock in the database: once for each person and morning, whoever makes them."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import pytest

from services.notify.timers.digests import Digests
from shared.envelope import Envelope
from shared.events import reference, workflow
from shared.events.complaint import Actor
from shared.events.preferences import CHOICES, GROUPS, TELL
from tests.integration.notify.conftest import HEAD, OFFICE, Desk, address_of, serving, staff
from tests.support.complaints import ADMIN, IMAN, RASHID, SITI, Course, sealed
from tests.support.eventually import eventually

ZONE = ZoneInfo("Asia/Kuala_Lumpur")
SATURDAY, SUNDAY, HOLIDAY, TUESDAY = (date(2026, 2, 28) + timedelta(days=n) for n in range(4))
FRIDAY = SATURDAY - timedelta(days=1)
LATE_EVENTS = int(os.environ.get("LATE_EVENTS", "600"))
COMPLAINANT = Actor(role="COMPLAINANT", name="Aminah binti Ali")


def at(day: date, hour: int = 8, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def a_number(position: int) -> str:
    return f"HD-2026-{position:06d}-A"


async def set_clock(desk: Desk, moment: datetime) -> None:
    """Business time is this now, and goes on."""
    connection = await asyncpg.connect(desk.infra.admin_url)
    try:
        await connection.execute("update helpdesk.clock set shift = $1::timestamptz - clock_timestamp()", moment)
    finally:
        await connection.close()


async def know_days(desk: Desk) -> None:
    """The office's calendar, and that no digest was ever made; it is Saturday."""
    await set_clock(desk, at(SATURDAY, 12))
    saved = reference.CalendarSaved(name="kelantan", zone="Asia/Kuala_Lumpur", weekend=(4, 5), holidays=(HOLIDAY,))
    await desk.hear(sealed(saved, subject="kelantan"))


async def choose(desk: Desk, sequence: int = 2, **wanted: dict[str, str]) -> None:
    """What people of the office chose: by the name in their id."""
    for one in OFFICE:
        chosen = wanted.get(one.id.removeprefix("s-"))
        if chosen is not None:
            await desk.hear(sealed(msgspec.structs.replace(one, preferences=chosen), sequence))


def loop_of(desk: Desk, settle: float = 0.0) -> Digests:
    async def hearing() -> bool:
        return True

    return Digests(desk.db, look_seconds=0.02, settle_seconds=settle, hearing=hearing, poke=lambda: None)


@asynccontextmanager
async def replicas(desk: Desk, count: int = 2, settle: float = 0.0) -> AsyncIterator[None]:
    """So many loops, beside each other."""
    tasks = [asyncio.create_task(loop_of(desk, settle).run()) for _ in range(count)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


async def is_done(desk: Desk, day: date) -> bool:
    return bool(await desk.rows("select from digest_day where day = $1", day))


async def go_through(desk: Desk, moment: datetime, count: int = 2) -> None:
    """The morning comes, and all of its digests are made."""
    await set_clock(desk, moment)
    async with replicas(desk, count):
        _: bool = await eventually(lambda: is_done(desk, moment.date()))


async def digests_of(desk: Desk) -> list[tuple[str, str]]:
    """Each digest in the ledger: what it is called, and whose."""
    rows = await desk.rows(
        "select event_id, recipient from delivery where template = 'ringkasan_harian' order by event_id"
    )
    return [(row["event_id"], row["recipient"].removeprefix("staff:")) for row in rows]


async def to_staff(desk: Desk, person: Any) -> list[tuple[str, str | None]]:
    rows = await desk.rows(
        "select status, reason from delivery where recipient = $1 and number is not null order by seq",
        f"staff:{person.id}",
    )
    return [(row["status"], row["reason"]) for row in rows]


def assigned(number: str, moment: datetime, **changes: Any) -> Course:
    """A complaint that Rashid has; it is due three days after it came."""
    return Course(number, at=moment).say(workflow.Assigned, "DIAGIHKAN", pic=RASHID, actor=ADMIN, **changes)


@pytest.fixture
async def days(desk: Desk) -> Desk:
    await know_days(desk)
    await go_nowhere(desk)
    return desk


async def go_nowhere(desk: Desk) -> None:
    """The system begins: what is past is past."""
    async with replicas(desk, 1):

        async def begun() -> bool:
            return bool(await desk.rows("select from digest_day"))

        _: bool = await eventually(begun)


async def test_two_replicas_make_one_digest_for_each_who_has_something_to_read(days: Desk) -> None:
    await days.hear(*assigned(a_number(1), at(FRIDAY, 9), due=at(SATURDAY, 17)).envelopes())
    await go_through(days, at(SUNDAY), count=4)
    assert await digests_of(days) == [
        (f"digest:2026-03-01:{one}", one) for one in sorted(("s-admin", HEAD.id, RASHID.id))
    ]


async def test_before_eight_and_on_days_off_there_is_none(days: Desk) -> None:
    await days.hear(*assigned(a_number(1), at(FRIDAY, 9), due=at(SATURDAY, 17)).envelopes())
    for moment in (at(SUNDAY, 7, 59), at(HOLIDAY, 9), at(FRIDAY + timedelta(days=7), 9)):
        await set_clock(days, moment)
        await loop_of(days)._round()
        assert await digests_of(days) == [], moment
    await set_clock(days, at(TUESDAY, 8))
    await loop_of(days)._round()
    assert len(await digests_of(days)) == 3


async def test_a_clock_that_is_moved_over_many_mornings_makes_one_digest_and_only_that_one(days: Desk) -> None:
    await days.hear(*assigned(a_number(1), at(FRIDAY, 9), due=at(SATURDAY, 17)).envelopes())
    far = TUESDAY + timedelta(days=7)
    await go_through(days, at(far, 15, 30))
    for _ in range(3):
        await loop_of(days)._round()
    assert {name for name, _ in await digests_of(days)} == {
        f"digest:{far}:{one}" for one in ("s-admin", HEAD.id, RASHID.id)
    }


async def test_the_first_morning_of_a_system_is_the_next_one(desk: Desk) -> None:
    await know_days(desk)
    await set_clock(desk, at(SUNDAY, 14))
    await desk.hear(*assigned(a_number(1), at(FRIDAY, 9), due=at(SATURDAY, 17)).envelopes())
    for _ in range(2):
        await loop_of(desk)._round()
    assert await digests_of(desk) == []


async def test_what_was_gathered_is_told_in_one_digest_and_the_ledger_says_in_which(days: Desk) -> None:
    await choose(days, rashid={"tell.work": "digest", "tell.summary": "off"})
    await days.hear(*assigned(a_number(1), at(SATURDAY, 9)).envelopes())
    assert await to_staff(days, RASHID) == [("skipped", "in_digest")]
    await go_through(days, at(SUNDAY))
    (mine,) = [name for name, who in await digests_of(days) if who == RASHID.id]
    (row,) = await days.rows(
        """
        select g.event_id, a.facts from delivery d join delivery g on g.id = d.digest
        join alert a on a.event_id = g.event_id where d.recipient = $1 and d.reason = 'in_digest'
        """,
        f"staff:{RASHID.id}",
    )
    assert row["event_id"] == mine
    assert [news["number"] for news in row["facts"]["digest"]["news"]] == [a_number(1)]
    assert row["facts"]["digest"]["own"] is None, "they do without the summary"
    await go_through(days, at(TUESDAY))
    assert [name for name, who in await digests_of(days) if who == RASHID.id] == [mine], "and it is told once"


async def test_an_office_that_does_away_with_digests_leaves_nobody_without_their_messages(days: Desk) -> None:
    await choose(days, rashid={"tell.work": "digest"})
    await days.hear(*assigned(a_number(1), at(SATURDAY, 9)).envelopes())
    await days.run("update rule set enabled = false where event = 'digest.due'")
    await go_through(days, at(SUNDAY))
    assert await digests_of(days) == []
    assert await to_staff(days, RASHID) == [("planned", None)]


async def test_who_left_before_the_morning_is_told_nothing_and_the_ledger_says_why(days: Desk) -> None:
    await choose(days, rashid={"tell.work": "digest"})
    await days.hear(*assigned(a_number(1), at(SATURDAY, 9)).envelopes())
    await days.hear(sealed(staff(RASHID, "PIC", active=False), 3))
    await go_through(days, at(SUNDAY))
    assert await to_staff(days, RASHID) == [("skipped", "no_address")]


async def test_who_stands_in_reads_of_the_absents_complaints_and_the_absent_do_not(days: Desk) -> None:
    away = reference.Away(from_=SUNDAY, until=SUNDAY, deputy=SITI.id)
    await days.hear(sealed(staff(RASHID, "PIC", away=(away,)), 2))
    await days.hear(*assigned(a_number(1), at(FRIDAY, 9), due=at(SATURDAY, 17)).envelopes())
    await go_through(days, at(SUNDAY))
    assert {who for _, who in await digests_of(days)} == {"s-admin", HEAD.id, SITI.id}
    await go_through(days, at(TUESDAY))
    assert f"digest:{TUESDAY}:{RASHID.id}" in {name for name, _ in await digests_of(days)}


async def test_quiet_hours_hold_what_can_wait_until_they_end_in_the_order_it_came(days: Desk) -> None:
    await choose(days, rashid={"quiet": "21:00-07:00"})
    await set_clock(days, at(SUNDAY, 23))
    course = assigned(a_number(1), at(SUNDAY, 22))
    course.say(workflow.Answered, text="Ada lagi.", actor=COMPLAINANT, audience=("P",), message="m")
    course.say(workflow.Escalated, level=1, actor=Actor(role="SYSTEM"))
    await days.hear(*course.envelopes())
    await loop_of(days)._round()
    held = [("planned", "quiet"), ("planned", "quiet"), ("planned", None)]
    assert await to_staff(days, RASHID) == held
    in_line = "select seq from delivery where recipient = $1 and next_at is not null order by next_at, seq"
    assert len(await days.rows(in_line, f"staff:{RASHID.id}")) == 1, "only what is urgent"
    await set_clock(days, at(HOLIDAY, 7))
    await loop_of(days)._round()
    found = [row["seq"] for row in await days.rows(in_line, f"staff:{RASHID.id}")]
    assert len(found) == 3
    assert sorted(found)[:2] == found[1:], "the two that waited, as they came"


async def test_the_digest_arrives_and_says_what_waits(days: Desk) -> None:
    await choose(days, rashid={"tell.work": "digest"})
    await days.hear(*assigned(a_number(1), at(FRIDAY, 9), due=at(SATURDAY, 17)).envelopes())
    await set_clock(days, at(SUNDAY))
    async with serving(days.app(catch_up_seconds=0.0)):
        (mail,) = await eventually(lambda: days.post.to(address_of(RASHID)))
    assert mail["Subject"] == "Ringkasan Helpdesk iSPEKS 01-03-2026: 1 aduan perlu tindakan"
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Lewat: 1 | Tamat tempoh hari ini: 0" in text
    assert f"/staf/aduan/{a_number(1)}" in text
    assert "diagihkan" in text
    assert "/staf/akaun/makluman" in text


def late(letter: Envelope) -> Envelope:
    """The same, from three hours ago: a version 7 id says when it was made."""
    stamp = int((datetime.now(UTC) - timedelta(hours=3)).timestamp() * 1000)
    rest = random.getrandbits(62)
    made = f"{stamp:012x}7000{0x8000 | rest >> 48:04x}{rest & (1 << 48) - 1:012x}"
    return msgspec.structs.replace(letter, id=f"{made[:8]}-{made[8:12]}-{made[12:16]}-{made[16:20]}-{made[20:]}")


async def test_after_an_outage_each_member_of_staff_gets_one_digest_and_the_complainants_get_theirs(days: Desk) -> None:
    await go_through(days, at(SUNDAY))
    assert await digests_of(days) == []
    await set_clock(days, at(SUNDAY, 11))
    complaints = LATE_EVENTS // 3
    letters: list[Envelope] = []
    for position in range(complaints):
        course = assigned(a_number(position), at(SUNDAY, 9))
        letters += [late(one) for one in course.say(workflow.Replied, text="Baik.", audience=("P",)).envelopes()]
    for start in range(0, len(letters), 200):
        await days.hear(*letters[start : start + 200])
    staffs = "select count(*) from delivery where recipient like 'staff:%' and next_at is not null"
    assert (await days.rows(staffs))[0]["count"] == 0, "no flood"
    async with replicas(days):

        async def none_waits() -> bool:
            return not await days.rows("select from delivery where reason = 'in_digest' and digest is null")

        _: bool = await eventually(none_waits)
    assert await digests_of(days) == [(f"digest:2026-03-01:{one}:late", one) for one in ("s-admin", RASHID.id)]
    theirs = await days.rows("select template, count(*) as n from delivery where next_at is not null group by 1")
    told = {"akuan_terima", "makluman_agihan_pengadu", "balasan_pic"}
    assert {row["template"]: row["n"] for row in theirs} == dict.fromkeys(told, complaints) | {"ringkasan_harian": 2}
    (row,) = await days.rows("select facts from alert where event_id = $1", f"digest:2026-03-01:{RASHID.id}:late")
    assert row["facts"]["digest"]["gathered"] == complaints
    assert row["facts"]["digest"]["late"] is True


async def test_an_outage_that_lasts_through_the_morning_ends_in_one_digest_and_not_in_two(days: Desk) -> None:
    await set_clock(days, at(SUNDAY, 10))
    async with replicas(days, settle=2.0):
        await days.hear(*[late(one) for one in assigned(a_number(1), at(FRIDAY, 9), due=at(SATURDAY, 17)).envelopes()])
        _: bool = await eventually(lambda: is_done(days, SUNDAY))
    await loop_of(days)._round()
    assert [name for name, who in await digests_of(days) if who == RASHID.id] == [f"digest:2026-03-01:{RASHID.id}"]
    assert await to_staff(days, RASHID) == [("skipped", "in_digest")]


def a_random_course(rng: random.Random, position: int, moment: datetime) -> Sequence[Envelope]:
    """Somebody's complaint, with what may happen to it."""
    course = assigned(a_number(position), moment, due=moment + timedelta(hours=rng.randint(1, 90)))
    for _ in range(rng.randint(0, 6)):
        match rng.randint(0, 4):
            case 0:
                course.say(workflow.Answered, text="Ada lagi.", actor=COMPLAINANT, audience=("P",), message="m")
            case 1:
                course.say(workflow.Reassigned, pic=rng.choice((RASHID, SITI)), actor=ADMIN)
            case 2:
                course.say(
                    workflow.Referred, "RUJUKAN_IMPLEMENTOR", text="sudah dicuba", claimant=rng.choice((None, IMAN))
                )
            case 3:
                course.say(workflow.Escalated, level=rng.choice((1, 2)), actor=Actor(role="SYSTEM"))
            case _:
                course.say(workflow.Closed, "DITUTUP", actor=COMPLAINANT)
                course.say(workflow.Reopened, "INPROGRESS", text="Berulang.", actor=COMPLAINANT, audience=("P",))
    letters = course.envelopes()
    return [late(one) for one in letters] if rng.random() < 0.3 else letters


def at_random(rng: random.Random) -> dict[str, str]:
    wanted = {TELL + group: rng.choice(CHOICES) for group in GROUPS if rng.random() < 0.7}
    return wanted | ({"quiet": rng.choice(("21:00-07:00", "00:00-12:00"))} if rng.random() < 0.5 else {})


@pytest.mark.parametrize("seed", range(4))
async def test_every_message_to_staff_is_sent_told_in_exactly_one_digest_or_says_why_not(days: Desk, seed: int) -> None:
    """Whatever people choose, whenever it is heard, and however many replicas look: nothing is left over."""
    rng = random.Random(seed)
    for sequence, day in enumerate((SUNDAY, HOLIDAY, TUESDAY, TUESDAY + timedelta(days=1)), start=2):
        await choose(days, sequence, **{one.id.removeprefix("s-"): at_random(rng) for one in OFFICE})
        for hour in (6, 8, 13, 22):
            await set_clock(days, at(day, hour, rng.randint(0, 59)))
            async with replicas(days):
                for position in range(3):
                    await days.hear(*a_random_course(rng, day.day * 1000 + hour * 10 + position, at(day, hour)))
                if hour == 13 and day != HOLIDAY:
                    _: bool = await eventually(lambda day=day: is_done(days, day))  # type: ignore[misc]
    await choose(days, 9, **{one.id.removeprefix("s-"): {} for one in OFFICE})
    await go_through(days, at(TUESDAY + timedelta(days=2), 13))
    held = "select from delivery where held_until is not null"
    async with replicas(days):

        async def none_held() -> bool:
            return not await days.rows(held)

        _ = await eventually(none_held)
    await nothing_is_left_over(days)


async def nothing_is_left_over(desk: Desk) -> None:
    lines = await desk.rows(
        """
        select d.event_id, d.recipient, d.channel, d.status, d.reason, d.digest, d.next_at, g.recipient as told,
            g.template
        from delivery d left join delivery g on g.id = d.digest where d.recipient like 'staff:%'
        """
    )
    told: dict[tuple[str, str, str], int] = {}
    for line in lines:
        if line["status"] == "planned":
            assert line["next_at"] is not None, dict(line)
        elif line["reason"] == "in_digest":
            assert (line["told"], line["template"]) == (line["recipient"], "ringkasan_harian"), dict(line)
        else:
            assert (line["status"], line["digest"]) == ("skipped", None), dict(line)
            assert line["reason"] in {"duplicate_person", "switched_off", "own_act", "absent", "chosen_off"}, dict(line)
            continue
        key = (line["event_id"], line["recipient"], line["channel"])
        told[key] = told.get(key, 0) + 1
    assert set(told.values()) == {1}
    assert any(line["reason"] == "in_digest" for line in lines)
    counted = await desk.rows(
        """
        select a.event_id, (a.facts #>> '{digest,gathered}')::int as said,
            (select count(distinct d.event_id) from delivery d join delivery g on g.id = d.digest
             where g.event_id = a.event_id) as told
        from alert a where a.event = 'digest.due'
        """
    )
    assert all(row["told"] == row["said"] for row in counted), [dict(row) for row in counted]
