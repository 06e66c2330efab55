"""A complainant's words over HTTP: by link, by IC and name; wrong proof looks like nothing there."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2

from services.intake.domain.numbers import complaint_number
from shared.auth import TrackingTokens
from shared.envelope import decode
from shared.events.intake import ComplainantActed
from tests.integration.intake.desk import IC, NAME, OTHER_IC, Intake, fields, fresh_key, from_address, link_of
from tests.integration.intake.stream import said
from tests.support.eventually import eventually
from tests.support.infra import Broker
from tests.support.keys import TRACKING_KEYS, key

PROOF: dict[str, Any] = {"ic": IC, "name": NAME}
ANSWER = {"action": "answer", "text": "Masih berlaku pagi ini.", "attachments": []}


async def say(intake: Intake, number: str, headers: dict[str, str] | None = None, **body: Any) -> httpx2.Response:
    return await intake.client.post(
        f"/v1/complaints/{number}/messages", json=ANSWER | body, headers=fresh_key() | (headers or {})
    )


async def rate(intake: Intake, number: str, headers: dict[str, str] | None = None, **body: Any) -> httpx2.Response:
    return await intake.client.post(
        f"/v1/complaints/{number}/rating", json={"score": 5} | body, headers=fresh_key() | (headers or {})
    )


def told(response: httpx2.Response) -> tuple[int, dict[str, Any]]:
    """All of an answer but the request's own id."""
    return response.status_code, {name: value for name, value in response.json().items() if name != "instance"}


async def test_words_by_link_are_taken_down_under_the_id_they_are_answered_with(intake: Intake, broker: Broker) -> None:
    receipt = await intake.filed()
    answer = await say(intake, receipt["number"], link_of(receipt))
    assert answer.status_code == 202
    assert UUID(answer.json()["id"]).version == 7

    async def arrived() -> bool:
        return answer.json()["id"] in [one.id for one in await said(broker)]

    heard: bool = await eventually(arrived)
    assert heard
    first, second = [one for one in await said(broker) if one.subject == receipt["number"]]
    event = second.open_as(ComplainantActed)
    assert (first.sequence, second.sequence) == (1, 2)
    assert (event.number, event.message, event.action) == (receipt["number"], answer.json()["id"], "answer")
    assert (event.text, event.proof, event.score) == (ANSWER["text"], "link", None)


async def test_words_by_ic_and_name_need_no_link(intake: Intake) -> None:
    number = (await intake.filed())["number"]
    answer = await say(
        intake, number.lower(), ic="800101-99-0001", name="AMINAH   ISMAIL", altcha=await intake.solved()
    )
    assert answer.status_code == 202
    event = await _last(intake, number)
    assert event.proof == "ic_and_name"
    assert event.number == number


async def _last(intake: Intake, number: str) -> ComplainantActed:
    rows = await intake.rows("select body from event where about = $1 order by sequence desc limit 1", number)
    return decode(rows[0]["body"]).open_as(ComplainantActed)


async def test_a_rating_is_said_as_an_act(intake: Intake) -> None:
    receipt = await intake.filed()
    assert (await rate(intake, receipt["number"], link_of(receipt), comment="Cepat")).status_code == 202
    event = await _last(intake, receipt["number"])
    assert (event.action, event.score, event.text) == ("rate", 5, "Cepat")


async def test_a_complaints_events_are_counted_without_a_gap_however_many_come_at_once(intake: Intake) -> None:
    receipt = await intake.filed()
    answers = await asyncio.gather(
        *(say(intake, receipt["number"], link_of(receipt), text=f"{at}") for at in range(12))
    )
    assert {answer.status_code for answer in answers} == {202}
    rows = await intake.rows("select sequence from event where about = $1 order by sequence", receipt["number"])
    assert [row["sequence"] for row in rows] == list(range(1, 14))


async def test_the_same_key_says_it_once(intake: Intake) -> None:
    receipt = await intake.filed()
    once = fresh_key() | link_of(receipt)
    answers = await asyncio.gather(*(say(intake, receipt["number"], once) for _ in range(3)))
    assert len({answer.content for answer in answers}) == 1
    assert await intake.count("event where type = 'complainant.acted'") == 1


async def test_the_same_key_says_it_once_by_ic_and_name_too(intake: Intake) -> None:
    number, once, payload = (await intake.filed())["number"], fresh_key(), await intake.solved()
    first = await say(intake, number, once, altcha=payload, **PROOF)
    second = await say(intake, number, once, altcha=payload, **PROOF)
    assert (first.status_code, first.content) == (second.status_code, second.content) == (202, first.content)


async def test_wrong_proof_and_no_such_complaint_are_the_same(intake: Intake) -> None:
    receipt = await intake.filed()
    number, missing = receipt["number"], complaint_number(2026, 999_999)
    forged = TrackingTokens(f"1:{key('forged')}").make(number, _filed_at(receipt))
    of_another = link_of(await intake.filed())
    elsewhen = TrackingTokens(TRACKING_KEYS).make(number, _filed_at(receipt).replace(year=2020))
    unfiled = TrackingTokens(TRACKING_KEYS).make(missing, _filed_at(receipt))
    answers = [
        await say(intake, number, ic=OTHER_IC, name=NAME),
        await say(intake, number, ic=IC, name="Aminah binti Ismal"),
        await say(intake, missing, **PROOF),
        await say(intake, "HD-2026-000001-X", **PROOF),
        await say(intake, number, {"X-Tracking-Token": forged}),
        await say(intake, number, {"X-Tracking-Token": "x"}),
        await say(intake, number, {"X-Tracking-Token": elsewhen}),
        await say(intake, number, of_another),
        await say(intake, missing, {"X-Tracking-Token": unfiled}),
        await rate(intake, number, ic=OTHER_IC, name=NAME),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert all(told(answer) == told(answers[0]) for answer in answers)
    assert len({len(answer.content) for answer in answers}) == 1
    assert await intake.count("event where type = 'complainant.acted'") == 0


def _filed_at(receipt: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(receipt["submitted_at"])


async def test_a_link_that_proves_nothing_is_not_helped_by_ic_and_name(intake: Intake) -> None:
    number = (await intake.filed())["number"]
    assert (await say(intake, number, {"X-Tracking-Token": "x"}, **PROOF)).status_code == 404


async def test_three_wrong_tries_a_day_for_a_complaint(limited: Intake) -> None:
    number = (await limited.filed())["number"]
    answers = []
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"):
        payload = await limited.solved()
        answers.append(await say(limited, number, from_address(address), ic=OTHER_IC, name=NAME, altcha=payload))
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    right = await say(limited, number, from_address("10.0.0.5"), altcha=await limited.solved(), **PROOF)
    assert right.status_code == 429


async def test_tries_run_out_for_a_missing_complaint_just_the_same(limited: Intake) -> None:
    missing = complaint_number(2026, 999_999)
    answers = [await say(limited, missing, altcha=await limited.solved(), **PROOF) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]


async def test_a_right_try_gives_the_wrong_ones_back(limited: Intake) -> None:
    number = (await limited.filed())["number"]
    statuses = []
    for ic in (OTHER_IC, OTHER_IC, IC, OTHER_IC, OTHER_IC, IC):
        statuses.append((await say(limited, number, ic=ic, name=NAME, altcha=await limited.solved())).status_code)
    assert statuses == [404, 404, 202, 404, 404, 202]


async def test_a_link_still_works_when_the_tries_have_run_out(limited: Intake) -> None:
    receipt = await limited.filed()
    for _ in range(4):
        await say(limited, receipt["number"], ic=OTHER_IC, name=NAME, altcha=await limited.solved())
    assert (await say(limited, receipt["number"], link_of(receipt))).status_code == 202


async def test_thirty_messages_an_hour_for_a_complaint(limited: Intake) -> None:
    receipt = await limited.filed()
    statuses = [(await say(limited, receipt["number"], link_of(receipt))).status_code for _ in range(31)]
    assert statuses == [202] * 30 + [429]


async def test_without_a_robot_check_words_count_against_the_address(limited: Intake) -> None:
    number = (await limited.filed())["number"]
    statuses = [(await say(limited, number, **PROOF)).status_code for _ in range(6)]
    assert statuses == [202] * 5 + [429]


async def test_each_wrong_try_uses_a_robot_check_up(intake: Intake) -> None:
    number, payload = (await intake.filed())["number"], await intake.solved()
    assert (await say(intake, number, ic=OTHER_IC, name=NAME, altcha=payload)).status_code == 404
    assert fields(await say(intake, number, ic=OTHER_IC, name=NAME, altcha=payload)) == {
        "altcha": "robot_check_replayed"
    }
    assert fields(await say(intake, number, altcha=payload, **PROOF)) == {"altcha": "robot_check_replayed"}


WRONG_WORDS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"text": " "}, {"text": "required"}),
    ({"text": "a\0"}, {"text": "control_character"}),
    ({"text": "x" * 32_001}, {"text": "too_long"}),
    ({"action": "assign"}, {"action": "choose"}),
    ({"action": None, "text": None}, {"action": "required", "text": "required"}),
    ({"attachments": ["a"] * 2}, {"attachments": "named_twice"}),
    ({"state": "DITUTUP"}, {"state": "unexpected"}),
    ({"text": ["x"]}, {"text": "string_type"}),
]


async def test_wrong_words_are_field_errors(intake: Intake) -> None:
    receipt = await intake.filed()
    for body, said_of in WRONG_WORDS:
        assert fields(await say(intake, receipt["number"], link_of(receipt), **body)) == said_of


WRONG_RATINGS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"score": 6}, {"score": "score"}),
    ({"score": "5"}, {"score": "int_type"}),
    ({"score": True}, {"score": "int_type"}),
    ({"score": None}, {"score": "required"}),
    ({"comment": "a\x1b"}, {"comment": "control_character"}),
]


async def test_a_wrong_rating_is_a_field_error(intake: Intake) -> None:
    receipt = await intake.filed()
    for body, said_of in WRONG_RATINGS:
        assert fields(await rate(intake, receipt["number"], link_of(receipt), **body)) == said_of


async def test_without_a_link_ic_and_name_are_required(intake: Intake) -> None:
    number = (await intake.filed())["number"]
    assert fields(await say(intake, number, text="")) == {"ic": "required", "name": "required", "text": "required"}
    assert fields(await say(intake, number, ic="1", name=NAME, altcha="x")) == {
        "ic": "ic",
        "altcha": "robot_check_wrong",
    }


async def test_closing_needs_no_words(intake: Intake) -> None:
    receipt = await intake.filed()
    assert (await say(intake, receipt["number"], link_of(receipt), action="close", text="")).status_code == 202
    assert (await _last(intake, receipt["number"])).action == "close"
