"""Files hung on a complaint and on a complainant's words: used once, with the text and never without it."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx2

from shared.envelope import decode
from shared.events.intake import ComplainantActed, ComplaintSubmitted
from tests.integration.intake.desk import IC, NAME, OTHER_IC, Intake, fields, filing, fresh_key, link_of


async def say(intake: Intake, receipt: dict[str, Any], headers: dict[str, str] | None = None, **body: Any) -> Any:
    said = {"action": "answer", "text": "Lihat gambar."} | body
    path = f"/v1/complaints/{receipt['number']}/messages"
    return await intake.client.post(path, json=said, headers=headers or fresh_key() | link_of(receipt))


async def last_body(intake: Intake, number: str) -> bytes:
    rows = await intake.rows("select body from event where about = $1 order by sequence desc limit 1", number)
    body: bytes = rows[0]["body"]
    return body


async def user_of(intake: Intake, upload: str) -> str | None:
    rows = await intake.rows("select used_by from upload where id = $1", upload)
    user: str | None = rows[0]["used_by"]
    return user


async def written(intake: Intake) -> tuple[int, int]:
    """What is kept for good. The outbox is not: the relay empties it behind the test's back."""
    return await intake.count("submission"), await intake.count("event")


async def test_a_complaint_carries_its_files_as_they_were_named(intake: Intake) -> None:
    named = [await intake.brought(f"skrin {n}.png") for n in range(5)][::-1]
    receipt = await intake.filed(attachments=named)
    event = decode(await last_body(intake, receipt["number"])).open_as(ComplaintSubmitted)
    assert list(event.attachments) == [file.id for file in event.files] == named
    assert [file.name for file in event.files] == [f"skrin {n}.png" for n in range(5)][::-1]
    assert {(file.type, file.scan) for file in event.files} == {("image/png", "not_scanned")}
    assert {await user_of(intake, one) for one in named} == {receipt["number"]}


async def test_words_carry_their_files_by_link_and_by_ic_and_name(intake: Intake) -> None:
    receipt = await intake.filed()
    for action, headers, proof in (
        ("answer", None, {}),
        ("close", None, {"text": ""}),
        ("reopen", fresh_key(), {"ic": IC, "name": NAME, "altcha": await intake.solved()}),
    ):
        upload = await intake.brought("bukti.png")
        answer = await say(intake, receipt, headers, action=action, attachments=[upload], **proof)
        assert answer.status_code == 202, answer.text
        event = decode(await last_body(intake, receipt["number"])).open_as(ComplainantActed)
        assert (event.action, event.attachments) == (action, (upload,))
        assert [(file.id, file.name) for file in event.files] == [(upload, "bukti.png")]


async def test_a_rating_takes_no_files(intake: Intake) -> None:
    receipt = await intake.filed()
    body = {"score": 5, "attachments": [await intake.brought()]}
    answer = await intake.client.post(
        f"/v1/complaints/{receipt['number']}/rating", json=body, headers=fresh_key() | link_of(receipt)
    )
    assert fields(answer) == {"attachments": "unexpected"}


async def test_a_file_that_cannot_be_used_stops_the_complaint_and_the_words(intake: Intake) -> None:
    receipt = await intake.filed()
    used, mine, of_staff = [await intake.brought() for _ in range(3)]
    await intake.filed(attachments=[used])
    async with intake.app.state.db.transaction() as tx:
        await tx.execute("update upload set owner = 'staff:s-1' where id = $1", of_staff)
    before = await written(intake)
    cases = [
        ([used], "no_such_file"),
        ([of_staff], "no_such_file"),
        ([str(uuid4())], "no_such_file"),
        (["../../x"], "no_such_file"),
        ([""], "no_such_file"),
        (["\0"], "no_such_file"),
        ([mine.upper()], "no_such_file"),
        ([mine, used], "no_such_file"),
        ([mine, mine], "named_twice"),
        ([mine] + [str(uuid4()) for _ in range(5)], "too_many"),
    ]
    for named, code in cases:
        for answer in (
            await intake.file(attachments=named),
            await intake.file(attachments=named, altcha=None),
            await intake.client.post("/v1/complaints/check", json=filing(attachments=named)),
            await say(intake, receipt, attachments=named),
        ):
            assert fields(answer) == {"attachments": code}, named
            error = answer.json()["errors"][0]
            assert error["ms"] != error["en"]
    assert await written(intake) == before
    assert await user_of(intake, mine) is None
    await intake.filed(attachments=[mine])


async def test_a_missing_file_is_said_with_everything_else_that_is_wrong(intake: Intake) -> None:
    answer = await intake.file(attachments=[str(uuid4())], ic="1", title="")
    assert fields(answer) == {"attachments": "no_such_file", "ic": "ic", "title": "required"}


async def test_checking_uses_no_file_up(intake: Intake) -> None:
    upload = await intake.brought()
    for _ in range(2):
        checked = await intake.client.post("/v1/complaints/check", json=filing(attachments=[upload]))
        assert checked.status_code == 204
    assert await user_of(intake, upload) is None
    await intake.filed(attachments=[upload])
    again = await intake.client.post("/v1/complaints/check", json=filing(attachments=[upload]))
    assert fields(again) == {"attachments": "no_such_file"}


async def test_what_is_refused_leaves_its_file_to_be_used_again(intake: Intake) -> None:
    upload, receipt = await intake.brought(), await intake.filed()
    fields(await intake.file(attachments=[upload], ic="1"))
    fields(await say(intake, receipt, attachments=[upload], text=" "))
    await intake.filed(attachments=[upload])


async def test_a_wrong_proof_learns_nothing_of_a_file_and_uses_none(intake: Intake) -> None:
    receipt, upload = await intake.filed(), await intake.brought()
    wrong = {"ic": OTHER_IC, "name": NAME}
    for named in ([upload], [str(uuid4())]):
        answer: httpx2.Response = await say(intake, receipt, fresh_key(), attachments=named, **wrong)
        assert answer.status_code == 404
    assert await user_of(intake, upload) is None


async def test_the_same_key_gets_the_same_answer_though_the_file_is_used(intake: Intake) -> None:
    for payload in (await intake.solved(), None):
        upload, key = await intake.brought(), fresh_key()
        answers = [await intake.file(key, altcha=payload, attachments=[upload]) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201] * 3
        assert len({answer.content for answer in answers}) == 1
        receipt, said_once = answers[0].json(), await intake.brought()
        once = fresh_key() | link_of(receipt)
        words = [await say(intake, receipt, once, attachments=[said_once]) for _ in range(2)]
        assert [word.status_code for word in words] == [202, 202]
        assert words[0].content == words[1].content


async def test_of_two_complaints_with_the_same_file_one_is_filed(intake: Intake) -> None:
    upload = await intake.brought()
    payloads = [await intake.solved() for _ in range(4)]
    answers = await asyncio.gather(*(intake.file(altcha=payload, attachments=[upload]) for payload in payloads))
    filed = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert len(filed) == 1
    assert all(fields(answer) == {"attachments": "no_such_file"} for answer in refused)
    assert await user_of(intake, upload) == filed[0].json()["number"]
    assert await intake.count("submission") == 1


async def test_a_file_swept_while_the_form_was_filled_in_can_be_brought_again(intake: Intake) -> None:
    upload = await intake.brought()
    async with intake.app.state.db.transaction() as tx:
        await tx.execute("update upload set at = at - interval '25 hours'")
    await intake.app.state.desk.uploads.sweep()
    before = await written(intake)
    key, payload = fresh_key(), await intake.solved()
    assert fields(await intake.file(key, altcha=payload, attachments=[upload])) == {"attachments": "no_such_file"}
    assert await written(intake) == before
    again = await intake.file(key, altcha=payload, attachments=[await intake.brought()])
    assert again.status_code == 201, "neither the key nor the robot check was used up"
