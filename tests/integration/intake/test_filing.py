"""Filing a complaint over HTTP, on real Postgres and NATS."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from services.intake.api.desk import FILED_BY_ADDRESS
from shared.auth import TrackingTokens
from shared.envelope import decode
from shared.events.intake import ComplaintSubmitted
from shared.privacy import Keyring, blind_index, parse_key
from tests.integration.intake.desk import (
    DESCRIPTION,
    EMAIL,
    IC,
    NAME,
    TITLE,
    Intake,
    fields,
    filing,
    fresh_key,
    running,
)
from tests.integration.intake.stream import said
from tests.support.eventually import eventually
from tests.support.infra import Broker, Database
from tests.support.keys import INDEX_KEY, SEALING_KEYS, TRACKING_KEYS


async def test_a_complaint_gets_its_number_and_a_receipt(intake: Intake) -> None:
    receipt = await intake.filed()
    submitted_at = datetime.fromisoformat(receipt["submitted_at"])
    assert receipt["number"].startswith(f"HD-{submitted_at.astimezone(ZoneInfo('Asia/Kuala_Lumpur')).year}-000001-")
    assert abs(datetime.now(UTC) - submitted_at) < timedelta(minutes=1)
    assert receipt["answer_by"].endswith("T17:00:00+08:00")
    assert receipt["email_masked"] == "a***@example.test"
    link, _, token = receipt["tracking_url"].rpartition("/")
    assert link == "http://127.0.0.1:8000/a"
    assert TrackingTokens(TRACKING_KEYS).check(token)[0] == receipt["number"]


async def test_filing_writes_one_submission_one_event_and_one_outbox_row(intake: Intake, broker: Broker) -> None:
    broker.kill()
    receipt = await intake.filed()
    number = receipt["number"]
    assert [row["number"] for row in await intake.rows("select number from submission")] == [number]
    events = await intake.rows("select id, sequence, type, subject, body from event where about = $1", number)
    assert [(row["sequence"], row["type"]) for row in events] == [(1, "complaint.submitted")]
    waiting = await intake.rows("select subject, body from outbox where event_id = $1", events[0]["id"])
    assert [(row["subject"], row["body"]) for row in waiting] == [(events[0]["subject"], events[0]["body"])]
    broker.start()

    async def arrived() -> bool:
        return number in [one.subject for one in await said(broker)]

    heard: bool = await eventually(arrived)
    assert heard


async def test_the_event_arrives_in_the_stream_and_the_outbox_empties(intake: Intake, broker: Broker) -> None:
    receipt = await intake.filed()

    async def arrived() -> bool:
        return receipt["number"] in [one.subject for one in await said(broker)]

    heard: bool = await eventually(arrived)
    assert heard
    envelope = next(one for one in await said(broker) if one.subject == receipt["number"])
    event = envelope.open_as(ComplaintSubmitted)
    assert (envelope.source, envelope.type, envelope.sequence) == ("intake", "complaint.submitted", 1)
    assert (event.number, event.title, event.description) == (receipt["number"], TITLE, DESCRIPTION)
    assert (event.department_name, event.ptj_name) == ("Perbendaharaan Negeri Kelantan", "Unit Teknologi Maklumat")
    assert (event.module_ms, event.robot_check, event.channel) == ("Lejar Am", "passed", "web")
    assert event.contact.name == NAME

    async def emptied() -> bool:
        return await intake.count("outbox") == 0

    empty: bool = await eventually(emptied)
    assert empty


async def test_the_contact_is_sealed_for_its_complaint_and_nothing_is_plain(intake: Intake) -> None:
    receipt = await intake.filed()
    row = (await intake.rows("select * from submission"))[0]
    ring = Keyring(SEALING_KEYS)
    opened = {
        field: ring.open(row[f"{field}_sealed"], about=receipt["number"], field=field)
        for field in ("ic", "phone", "email")
    }
    assert opened == {"ic": IC, "phone": "+60123456789", "email": EMAIL}
    assert row["ic_index"] == blind_index(parse_key(INDEX_KEY), "ic", IC)
    bodies = b"".join(one["body"] for one in await intake.rows("select body from event"))
    for plain in (IC, "123456789", EMAIL, "aminah.ismail"):
        assert plain.encode() not in bodies
        assert plain not in str(row)


async def test_texts_are_kept_as_they_were_typed(intake: Intake) -> None:
    title = "<script>alert('x')</script> \u202eterbalik\u202c 😀"
    description = "Baris satu\r\nبيان جاوي\tதமிழ் <b>&amp;</b> {{ 7*7 }} '; drop table submission; --"
    await intake.filed(title=title, description=description)
    row = (await intake.rows("select title, description from submission"))[0]
    assert row["title"] == title
    assert row["description"] == description.replace("\r\n", "\n")


async def test_the_longest_text_fits(intake: Intake) -> None:
    await intake.filed(description="ஆ" * 32_000)
    assert fields(await intake.file(description="x" * 32_001)) == {"description": "too_long"}


async def test_a_complaint_is_tied_to_another_by_whoever_holds_its_link(intake: Intake) -> None:
    earlier = await intake.filed()
    link = earlier["tracking_url"].rpartition("/")[2]
    receipt = await intake.filed(linked_to=link)
    body = await intake.rows("select body from event where about = $1", receipt["number"])
    event = decode(body[0]["body"]).open_as(ComplaintSubmitted)
    assert event.linked_to == earlier["number"]
    assert link.encode() not in body[0]["body"]


async def test_nobody_ties_a_complaint_to_a_strangers(intake: Intake) -> None:
    earlier = await intake.filed()
    submitted_at = datetime.fromisoformat(earlier["submitted_at"])
    tokens = TrackingTokens(TRACKING_KEYS)
    another = tokens.make("HD-2026-000009-X", submitted_at)
    second_before = tokens.make(earlier["number"], submitted_at - timedelta(seconds=1))
    forged = earlier["tracking_url"].rpartition("/")[2][:-1] + "!"
    for link in (earlier["number"], forged, another, second_before, "x"):
        assert fields(await intake.file(linked_to=link)) == {"linked_to": "link"}, link
        checked = await intake.client.post("/v1/complaints/check", json=filing(linked_to=link))
        assert fields(checked) == {"linked_to": "link"}
    assert await intake.count("submission") == 1
    for nothing in (None, ""):
        await intake.filed(linked_to=nothing)


async def test_every_wrong_field_is_named_at_once(intake: Intake) -> None:
    response = await intake.file(ic="1", phone="1", email="x", module="zz", confirmed=False, title="a\r\nb", ptj=...)
    assert fields(response) == {
        "ic": "ic",
        "phone": "phone",
        "email": "email",
        "module": "choose",
        "confirmed": "required",
        "title": "one_line",
        "ptj": "required",
    }
    ic = next(error for error in response.json()["errors"] if error["field"] == "ic")
    assert ic["ms"] == "No. Kad Pengenalan mesti 12 digit yang sah"
    assert ic["en"] == "Enter a valid 12-digit IC number"
    assert await intake.count("submission") == 0


async def test_what_a_line_cannot_hold_is_refused_in_every_field(intake: Intake) -> None:
    for field in ("ic", "name", "department", "ptj", "phone", "email", "module", "title"):
        for typed in ("a\0b", "a\rb\nc"):
            response = await intake.client.post("/v1/complaints/check", json=filing(**{field: typed}))
            assert list(fields(response)) == [field]


WRONG_TYPES: list[tuple[dict[str, object], dict[str, str]]] = [
    ({"name": 5}, {"name": "string_type"}),
    ({"confirmed": "yes"}, {"confirmed": "bool_type"}),
    ({"attachments": "x"}, {"attachments": "list_type"}),
    ({"altcha": {}}, {"altcha": "string_type"}),
    ({"priority": "Kritikal"}, {"priority": "unexpected"}),
    ({"attachments": ["a"]}, {"attachments": "no_such_file"}),
    ({"department": ["PKN"]}, {"department": "string_type"}),
]


async def test_a_wrong_type_or_an_unknown_field_is_a_field_error(intake: Intake) -> None:
    for changes, said_of in WRONG_TYPES:
        assert (
            fields(await intake.client.post("/v1/complaints", json=filing(**changes), headers=fresh_key())) == said_of
        )


async def test_bytes_that_are_no_form_are_refused_and_never_a_500(intake: Intake) -> None:
    json = {"Content-Type": "application/json"}
    for raw in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"\\ud800": 1}', b'{"name": "\\ud800"}', b'{"name": NaN}'):
        response = await intake.client.post("/v1/complaints", content=raw, headers=json)
        assert response.status_code == 422, raw
        assert response.headers["content-type"] == "application/problem+json"


async def test_the_same_key_files_one_complaint_and_answers_the_same(intake: Intake) -> None:
    key, payload = fresh_key(), await intake.solved()
    first = await intake.file(key, altcha=payload)
    second = await intake.file(key, altcha=payload)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert await intake.count("submission") == 1


async def test_a_double_click_files_one_complaint(intake: Intake) -> None:
    key, payload = fresh_key(), await intake.solved()
    answers = await asyncio.gather(*(intake.file(key, altcha=payload) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await intake.count("submission") == 1


async def test_a_key_is_for_one_content(intake: Intake) -> None:
    key, payload = fresh_key(), await intake.solved()
    await intake.file(key, altcha=payload)
    assert fields(await intake.file(key, altcha=payload, title="Lain")) == {"Idempotency-Key": "key_reused"}


async def test_a_corrected_form_may_use_the_key_of_the_wrong_one(intake: Intake) -> None:
    key, payload = fresh_key(), await intake.solved()
    fields(await intake.file(key, altcha=payload, ic="1"))
    assert (await intake.file(key, altcha=payload)).status_code == 201


async def test_complaints_filed_at_once_get_numbers_of_their_own(intake: Intake) -> None:
    receipts = await asyncio.gather(*(intake.filed(name=f"Aminah {letter}") for letter in "abcdefghijklmnop"))
    assert len({receipt["number"] for receipt in receipts}) == len(receipts)
    assert await intake.count("submission") == len(receipts)


async def test_a_wrong_form_takes_no_number(intake: Intake) -> None:
    fields(await intake.file(ic="1"))
    fields(await intake.file(module="zz"))
    assert "-000001-" in (await intake.filed())["number"]


async def test_whoever_has_sent_too_many_gets_no_number(database: Database, broker: Broker) -> None:
    async with running(database, broker, rate_limits="on") as intake:
        await intake.rows("insert into spent values ('filed', '127.0.0.1', now(), $1)", FILED_BY_ADDRESS)
        refused = await intake.file()
        assert refused.status_code == 429
        assert 3590 < int(refused.headers["Retry-After"]) <= 3600
        await intake.rows("delete from spent")
        assert "-000001-" in (await intake.filed())["number"]


async def test_the_year_is_the_offices_and_each_year_counts_anew(intake: Intake) -> None:
    year = int((await intake.filed())["number"].split("-")[1])
    connection = await asyncpg.connect(intake.admin_url)
    try:
        # 00:30 on New Year's Day in Kelantan is still the old year in UTC.
        await connection.execute(
            "update helpdesk.clock set shift = $1::timestamptz - clock_timestamp()",
            datetime(year, 12, 31, 16, 30, tzinfo=UTC),
        )
    finally:
        await connection.close()
    receipt = await intake.filed()
    assert receipt["number"].startswith(f"HD-{year + 1}-000001-")


async def test_checking_says_the_same_and_writes_nothing(intake: Intake) -> None:
    payload = await intake.solved()
    checked = await intake.client.post("/v1/complaints/check", json=filing(altcha=payload))
    assert checked.status_code == 204
    wrong = await intake.client.post("/v1/complaints/check", json=filing(altcha=payload, ic="1"))
    assert fields(wrong) == {"ic": "ic"}
    assert await intake.count("submission") == 0
    assert await intake.count("used_challenge") == 0
    await intake.filed(altcha=payload)


async def test_nothing_typed_is_in_the_log(intake: Intake, capfd: pytest.CaptureFixture[str]) -> None:
    await intake.filed()
    await intake.file(ic="1", name="")
    written = "".join(capfd.readouterr())
    for typed in (IC, NAME, EMAIL, "123456789", TITLE, DESCRIPTION):
        assert typed not in written
