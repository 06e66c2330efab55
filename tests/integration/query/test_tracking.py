"""Semakan Aduan shows exactly what process.md allows."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from shared.auth import TrackingTokens
from shared.db import Database
from shared.events import workflow
from tests.integration.query.conftest import NO_BROKER, Door, a_service, hear, hear_course, set_business_time
from tests.support import infra
from tests.support.complaints import (
    EMAIL,
    IC,
    NUMBER,
    PHONE,
    RASHID,
    SUNDAY,
    Course,
    a_contact,
    a_form,
    a_received,
    a_whole_course,
    sealed,
)
from tests.support.keys import TRACKING_KEYS

OTHER_IC = "800101990002"
OTHER_NUMBER = "HD-2026-000124-A"
ROOT = "HD-2026-000125-8"
TOKENS = TrackingTokens(TRACKING_KEYS)
LINK = TOKENS.make(NUMBER, SUNDAY)
THREAD = {
    "kind", "number", "state", "phase", "submitted_at", "changed_at", "custodian", "due", "outcome", "title",
    "description", "module", "module_name", "department", "department_name", "ptj", "ptj_name", "pic_name", "closing",
    "rated", "reopen_until", "can", "answer_by", "duplicate_of", "linked_to",
    "continued_as", "entries",
}  # fmt: skip
PAIR = {"number": NUMBER, "ic": IC}


def test_link_answer_ends_up_the_same_for_a_complaint() -> None:
    assert TOKENS.make(NUMBER, SUNDAY) == LINK


@pytest.mark.parametrize("by", ["link", "pair"])
async def test_a_link_and_the_pair_show_the_whole_public_thread(db: Database, door: Door, by: str) -> None:
    course = a_whole_course()
    await hear(db, sealed(a_form(), subject="form", source="intake"))
    await hear_course(db, course)
    answered = await (door.track(link=LINK) if by == "link" else door.track(PAIR))
    assert answered.status_code == 200
    thread = answered.json()
    assert thread.keys() == THREAD
    assert (thread["kind"], thread["number"], thread["state"]) == ("thread", NUMBER, "DITUTUP")
    assert thread["description"] == "Baucar bayaran tidak dapat diluluskan sejak pagi tadi."
    assert (thread["module"], thread["module_name"]) == ("gl", {"ms": "Lejar Am", "en": "General Ledger"})
    assert (thread["pic_name"], thread["closing"], thread["rated"]) == (None, 4, True)
    assert [entry["kind"] for entry in thread["entries"]] == [
        "received", "replied", "feedback_asked", "answered", "vendor_logged", "close_requested", "not_solved",
        "close_requested", "lapsed", "reopened", "marked_duplicate", "message_held", "reopened", "rejected", "reopened",
        "closed",
    ]  # fmt: skip
    assert all(
        entry.keys() == {"sequence", "at", "kind", "actor", "text", "held", "reason", "attachments"}
        for entry in thread["entries"]
    )


async def test_the_public_thread_keeps_what_is_for_staff(db: Database, door: Door) -> None:
    await hear_course(db, a_whole_course())
    thread = (await door.track(link=LINK)).json()
    said = str(thread)
    for private in (
        "looks like period 13", "restarted the batch", "batch is fine", "period 13 posts twice", "patched in 4.2",
        "TTSB", "posting period", "post again", "on leave", "not my module", "new address", "custodian_due",
        "s-rashid", "role:", "staff:", "pantas", "catatan.png", "log.pdf", "HD-2026-000100-K", IC, PHONE, EMAIL, "***",
    ):  # fmt: skip
        assert private not in said, private
    by_kind = {entry["kind"]: entry for entry in thread["entries"]}
    assert by_kind["vendor_logged"]["text"] == "Dirujuk."
    shown = {entry["kind"]: [file["name"] for file in entry["attachments"]] for entry in thread["entries"]}
    assert {kind: names for kind, names in shown.items() if names} == {
        "received": ["aduan.pdf", "aduan.png"],
        "message_held": ["lagi.jpg"],
    }
    assert by_kind["replied"]["actor"] == {"role": "PIC", "name": RASHID.name}
    assert by_kind["answered"]["actor"] == {"role": "COMPLAINANT", "name": None}
    assert by_kind["message_held"]["held"] == {"why": {"ms": "Aduan telah ditutup.", "en": "The complaint is closed."}}
    assert by_kind["close_requested"]["text"] == "Kini sudah."


async def test_a_vendor_report_without_a_public_text_is_not_on_the_thread(db: Database, door: Door) -> None:
    course = Course().say(workflow.Assigned, "DIAGIHKAN").say(workflow.VendorLogged, "TINDAKAN_VENDOR", text="secret")
    await hear_course(db, course)
    thread = (await door.track(PAIR)).json()
    assert thread["state"] == "TINDAKAN_VENDOR"
    assert [entry["kind"] for entry in thread["entries"]] == ["received"]


async def test_a_number_alone_shows_status_and_dates_and_nothing_else(db: Database, door: Door) -> None:
    course = Course().say(workflow.Assigned, "DIAGIHKAN").say(workflow.Noted, text="secret")
    await hear_course(db, course)
    for typed in (NUMBER, "hd 2026 000123 c", "HD2026000123C"):
        answered = await door.track({"number": typed})
        assert answered.json() == {
            "kind": "status",
            "number": NUMBER,
            "state": "DIAGIHKAN",
            "phase": "BARU",
            "submitted_at": "2026-03-01T01:00:00Z",
            "changed_at": "2026-03-01T02:00:00Z",
        }


async def test_an_ic_alone_says_one_sentence_hit_or_miss(db: Database, door: Door) -> None:
    await hear_course(db, a_whole_course())
    hit, miss = await door.track({"ic": IC}), await door.track({"ic": OTHER_IC})
    assert hit.json() == {"kind": "sent"}
    assert (hit.status_code, hit.content) == (miss.status_code, miss.content)


async def test_where_the_office_lists_by_ic_no_number_is_shown(db: Database, database: infra.Database) -> None:
    later = SUNDAY + timedelta(days=1)
    await hear_course(db, Course(), Course(OTHER_NUMBER, at=later, module="gl"))
    async with a_service(database, NO_BROKER, tracking_by_ic="list") as door:
        listed = (await door.track({"ic": "800101-99-0001"})).json()
        module = {"module_name": {"ms": "Akaun Belum Bayar", "en": "Accounts Payable"}, "phase": "BARU"}
        assert listed == {
            "kind": "list",
            "items": [
                {"submitted_at": "2026-03-02T01:00:00Z", "module": "gl", **module},
                {"submitted_at": "2026-03-01T01:00:00Z", "module": "ap", **module},
            ],
        }
        assert (await door.track({"ic": OTHER_IC})).json() == {"kind": "list", "items": []}


def shown(answered: httpx2.Response) -> tuple[Any, ...]:
    """All a visitor can tell two answers apart by."""
    body = answered.json()
    body.pop("instance")
    headers = {name: value for name, value in answered.headers.items() if name != "x-request-id"}
    return answered.status_code, len(answered.content), body, headers


async def test_a_miss_and_a_mismatch_answer_the_same(db: Database, door: Door) -> None:
    await hear_course(db, a_whole_course())
    mismatch = await door.track({"number": NUMBER, "ic": OTHER_IC})
    miss = await door.track({"number": OTHER_NUMBER, "ic": IC})
    assert mismatch.status_code == 404
    assert mismatch.json()["code"] == "not_found"
    for other in (
        miss,
        await door.track({"number": OTHER_NUMBER}),
        await door.track({"number": "nonsense", "ic": "x"}),
        await door.track({"number": "\u0000 HD' or 1=1", "ic": IC}),
        await door.track(link="1.HD-2026-000123-C.1772326800.AAAAAAAAAAAAAAAAAAAAAA"),
        await door.track(link="forged"),
        await door.track(link="x" * 2000),
    ):
        assert shown(other) == shown(mismatch)


async def test_a_wrong_ic_and_a_missing_number_cost_the_same_statements(
    db: Database, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.query.store import detail

    await hear_course(db, Course())
    asked: list[str] = []

    def counted(name: str, real: Any) -> Any:
        def asking(*given: Any) -> Any:
            asked.append(name)
            return real(*given)

        return asking

    for name in ("proof", "public_complaint", "entries", "public_status"):
        monkeypatch.setattr(detail, name, counted(name, getattr(detail, name)))
    await door.track({"number": NUMBER, "ic": OTHER_IC})
    mismatch = list(asked)
    asked.clear()
    await door.track({"number": OTHER_NUMBER, "ic": OTHER_IC})
    assert asked == mismatch == ["proof"]


async def test_dashes_and_case_do_not_matter(db: Database, door: Door) -> None:
    await hear_course(db, Course())
    assert (await door.track({"number": " hd-2026-000123-c ", "ic": "800101-99-0001"})).json()["kind"] == "thread"


async def test_a_good_link_without_a_row_says_that_it_is_being_registered(door: Door) -> None:
    answered = await door.track(link=LINK)
    assert answered.status_code == 200
    assert answered.json() == {
        "kind": "thread",
        "number": NUMBER,
        "state": None,
        "submitted_at": "2026-03-01T01:00:00Z",
    }


async def test_a_link_dies_sixty_days_after_the_closing_and_the_pair_does_not(
    db: Database, door: Door, database: infra.Database
) -> None:
    course = Course().say(workflow.Closed, "DITUTUP")
    await hear_course(db, course)
    await set_business_time(database, course.last.at + timedelta(days=59, hours=23))
    assert (await door.track(link=LINK)).status_code == 200
    await set_business_time(database, course.last.at + timedelta(days=60, minutes=1))
    dead = await door.track(link=LINK)
    assert shown(dead) == shown(await door.track({"number": OTHER_NUMBER}))
    assert (await door.track(PAIR)).json()["state"] == "DITUTUP"

    await hear_course(db, course.say(workflow.Reopened, "INPROGRESS"))
    assert (await door.track(link=LINK)).status_code == 200, "reopened, its link lives again"


async def test_a_link_of_an_ended_but_not_closed_complaint_lives(
    db: Database, door: Door, database: infra.Database
) -> None:
    await hear_course(db, Course().say(workflow.Lapsed, "SELESAI"))
    await set_business_time(database, SUNDAY + timedelta(days=300))
    thread = (await door.track(link=LINK)).json()
    assert thread["state"] == "SELESAI"
    assert thread["can"] == ["rate"], "the window workflow named for reopening is over"


async def test_of_the_original_a_duplicate_shows_status_and_dates_only(db: Database, door: Door) -> None:
    original = Course(OTHER_NUMBER, title="the other's title").say(workflow.Assigned, "DIAGIHKAN")
    duplicate = Course().say(workflow.MarkedDuplicate, "DITUTUP", duplicate_of=OTHER_NUMBER, outcome="duplicate")
    await hear_course(db, original, duplicate)
    thread = (await door.track(PAIR)).json()
    assert thread["duplicate_of"] == {
        "state": "DIAGIHKAN",
        "phase": "BARU",
        "submitted_at": "2026-03-01T01:00:00Z",
        "changed_at": "2026-03-01T02:00:00Z",
        "ended_at": None,
    }
    assert OTHER_NUMBER not in str(thread)
    assert "the other's title" not in str(thread)


async def test_a_duplicate_shows_what_becomes_of_the_original_at_once(db: Database, door: Door) -> None:
    root, middle = Course(ROOT), Course(OTHER_NUMBER)
    duplicate = Course().say(workflow.MarkedDuplicate, "DITUTUP", duplicate_of=OTHER_NUMBER, outcome="duplicate")
    await hear_course(db, root, middle, duplicate)

    async def original() -> tuple[str, str | None] | None:
        shown = (await door.track(PAIR)).json()["duplicate_of"]
        return (shown["state"], shown["ended_at"]) if shown else None

    assert await original() == ("BARU", None)
    await hear_course(db, middle.say(workflow.Assigned, "DIAGIHKAN").say(workflow.Lapsed, "SELESAI"))
    assert await original() == ("SELESAI", "2026-03-01T03:00:00Z")
    # marked in its turn, the one at the end of the row is what counts
    await hear_course(db, middle.say(workflow.Reopened, "BARU"))
    await hear_course(db, middle.say(workflow.MarkedDuplicate, "DITUTUP", duplicate_of=ROOT, outcome="duplicate"))
    assert await original() == ("BARU", None)
    await hear_course(db, root.say(workflow.Assigned, "DIAGIHKAN"))
    assert await original() == ("DIAGIHKAN", None)
    await hear_course(db, duplicate.say(workflow.Reopened, "INPROGRESS"))
    assert await original() is None


async def test_complaints_that_carry_each_other_on_name_each_other(db: Database, door: Door) -> None:
    await hear_course(db, Course(), Course(OTHER_NUMBER, linked_to=NUMBER), Course(ROOT, linked_to=NUMBER))
    old = (await door.track(PAIR)).json()
    new = (await door.track({"number": OTHER_NUMBER, "ic": IC})).json()
    assert (old["linked_to"], old["continued_as"]) == (None, [OTHER_NUMBER, ROOT])
    assert (new["linked_to"], new["continued_as"]) == (NUMBER, [])


async def test_why_it_was_rejected_is_said_in_both_languages_and_old_rejects_still_show(
    db: Database, door: Door
) -> None:
    course = Course().say(workflow.Rejected, "DITUTUP", text="Bukan iSPEKS.", audience=("P",), outcome="rejected")
    course.say(workflow.Reopened, "BARU")
    words = {"reason_code": "incomplete", "reason_ms": "Tidak lengkap", "reason_en": "Incomplete"}
    course.say(workflow.Rejected, "DITUTUP", audience=("P",), outcome="rejected", **words)
    await hear_course(db, course)
    rejected = [entry for entry in (await door.track(PAIR)).json()["entries"] if entry["kind"] == "rejected"]
    assert [(entry["reason"], entry["text"]) for entry in rejected] == [
        (None, "Bukan iSPEKS."),
        ({"ms": "Tidak lengkap", "en": "Incomplete"}, None),
    ]


async def test_after_a_message_its_fate_is_told(db: Database, door: Door) -> None:
    await hear_course(db, a_whole_course())
    accepted = (await door.track(link=LINK, after="m-1")).json()
    assert accepted["message"] == {"id": "m-1", "fate": "accepted", "why": None}
    assert accepted["entries"]
    held = (await door.track(PAIR, after="m-2")).json()
    why = {"ms": "Aduan telah ditutup.", "en": "The complaint is closed."}
    assert held["message"] == {"id": "m-2", "fate": "held", "why": why}


async def test_a_fate_is_waited_for_until_it_comes(db: Database, door: Door) -> None:
    course = Course().say(workflow.Assigned, "DIAGIHKAN")
    await hear_course(db, course)
    asked = asyncio.create_task(door.track(link=LINK, after="m-9"))
    course.say(workflow.Answered, text="Ini dia.", audience=("P",), message="m-9")
    await hear_course(db, course)
    answered = (await asyncio.wait_for(asked, 1.9)).json()
    assert answered["message"]["fate"] == "accepted"
    assert answered["entries"][-1]["text"] == "Ini dia."


async def test_a_fate_that_does_not_come_in_two_seconds_is_pending(db: Database, door: Door) -> None:
    await hear_course(db, Course())
    for asking in (door.track(link=LINK, after="m-never"), door.track(PAIR, after="m-never")):
        answered = (await asking).json()
        assert answered["message"] == {"id": "m-never", "fate": "pending", "why": None}
        assert answered["state"] == "BARU"


async def test_a_message_on_another_complaint_is_no_ones_business(db: Database, door: Door) -> None:
    other = Course(OTHER_NUMBER, contact=a_contact(OTHER_NUMBER, ic=OTHER_IC))
    await hear_course(db, Course(), other.say(workflow.Answered, message="m-theirs", audience=("P",)))
    assert (await door.track(link=LINK, after="m-theirs")).json()["message"]["fate"] == "pending"


async def test_nothing_given_is_a_field_message_in_both_languages(door: Door) -> None:
    for empty in ({}, {"number": " ", "ic": "-"}):
        answered = await door.track(empty)
        assert answered.status_code == 422
        assert answered.json()["errors"][0].keys() == {"field", "code", "ms", "en"}


async def test_an_address_may_try_sixty_times_a_minute(door: Door) -> None:
    async def tries(count: int, address: str) -> list[int]:
        return [(await door.track({"number": f"HD-2026-{n:06}-X"}, address=address)).status_code for n in range(count)]

    assert set(await tries(60, "203.0.113.7")) == {404}
    answered = await door.track({"number": NUMBER}, address="203.0.113.7")
    assert answered.status_code == 429
    assert int(answered.headers["Retry-After"]) > 0
    assert set(await tries(1, "203.0.113.8")) == {404}, "another address is another visitor"
    assert (await door.track(link=LINK, address="203.0.113.7")).status_code == 200, "a good link guesses nothing"
    believed = await door.client.post("/v1/tracking", json={"number": NUMBER}, headers={"Forwarded": "for=203.0.113.7"})
    assert believed.status_code == 404, "a forwarded address without the portal's token is not believed"


async def test_an_ic_may_be_tried_twenty_times_an_hour_from_wherever(db: Database, door: Door) -> None:
    await hear_course(db, Course())
    for n in range(20):
        answered = await door.track({"number": OTHER_NUMBER, "ic": IC}, address=f"198.51.100.{n}")
        assert answered.status_code == 404
    for body in (PAIR, {"ic": "800101-99-0001"}):
        assert (await door.track(body, address="198.51.100.99")).status_code == 429
    assert (await door.track({"ic": OTHER_IC}, address="198.51.100.99")).status_code == 200


async def test_what_html_and_control_characters_say_is_text(db: Database, door: Door) -> None:
    nasty = "<script>alert(1)</script>\r\n\u202etxt.exe \U0001f9fe"
    await hear(db, sealed(a_received(text=nasty, title=nasty)))
    thread = (await door.track(PAIR)).json()
    assert thread["title"] == thread["description"] == thread["entries"][0]["text"] == nasty
