"""A refusal is loud, and it tells nobody what they may not know."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

from services.workflow.domain.given import Given
from services.workflow.handlers import acting
from services.workflow.machine import Action
from shared.principals import Caller
from shared.privacy import Keyring
from tests.integration.workflow.office import NUMBER, SOLUTION, Office, a_number
from tests.support.eventually import eventually
from tests.support.keys import SEALING_KEYS

MISSING = a_number(999)


def telling(answer: Any) -> dict[str, Any]:
    """All that a refusal says, but for which request it was."""
    return {name: value for name, value in answer.json().items() if name != "instance"} | {"code": answer.status_code}


async def test_anothers_complaint_and_a_missing_one_answer_the_same(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    strangers = ("other_pic", "implementor", "vendor")
    for who, path in itertools.product(strangers, ("", "/events", "/suggested-pics")):
        theirs = await office.get(who, f"/v1/complaints/{NUMBER}{path}")
        missing = await office.get(who, f"/v1/complaints/{MISSING}{path}")
        assert telling(theirs) == telling(missing)
    for who, path in itertools.product(strangers, ("/actions/reply", "/actions/start", "/contact")):
        body = {"text": "Saya juga."}
        theirs = await office.post(who, f"/v1/complaints/{NUMBER}{path}", body, **{"If-Match": '"v3"'})
        missing = await office.post(who, f"/v1/complaints/{MISSING}{path}", body, **{"If-Match": '"v3"'})
        assert telling(theirs) == telling(missing)
        assert (theirs.status_code, theirs.json()["code"]) == (404, "not_found")


async def test_what_is_no_number_is_no_complaint(office: Office) -> None:
    await office.file()
    for number in ("x", f"{NUMBER} ", "HD-2026-1-A", "%00", f"{NUMBER}%00", "😀", "a" * 3000):
        answer = await office.get("admin", f"/v1/complaints/{number}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), number


async def test_a_refused_act_says_what_is_allowed_in_both_languages(office: Office) -> None:
    await office.bring(NUMBER, "MOHON_TUTUP")
    answer = await office.act("pic", "start")
    said = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert said["code"] == "action_not_allowed"
    assert said["type"] == "urn:helpdesk:problem:action_not_allowed"
    assert set(said["allowed"]) == {"reassign", "classify", "reply", "note", "take_back"} - {"reassign"}
    assert said["state"] == "MOHON_TUTUP"
    assert said["messages"]["ms"].startswith("Tindakan ini tidak dibenarkan")
    assert said["messages"]["en"] == said["detail"]
    assert said["instance"].startswith("urn:uuid:")


FAULTY: list[tuple[str, dict[str, Any], set[str]]] = [
    ("request_close", {"text": "Cuba."}, {"solution.cause", "solution.steps"}),
    ("request_close", {"text": "Cuba.", "solution": {"cause": "x", "steps": " "}}, {"solution.steps"}),
    ("reply", {}, {"text"}),
    ("reply", {"text": "a\x00b"}, {"text"}),
    ("reply", {"text": "a\ud800b"}, {"text"}),
    ("mark_duplicate", {"duplicate_of": NUMBER}, {"duplicate_of"}),
    ("mark_duplicate", {"duplicate_of": MISSING}, {"duplicate_of"}),
    ("mark_duplicate", {"duplicate_of": "x\x00"}, {"duplicate_of"}),
    ("refer", {"text": "x", "attachments": ["0190"]}, {"attachments"}),
    ("refer", {"text": "x", "colour": "red"}, {"colour"}),
    ("refer", {"text": 7}, {"text"}),
    ("classify", {"reason": "x", "priority": "Segera"}, {"priority"}),
    ("classify", {"reason": "x"}, {"priority", "module", "complex"}),
]


async def test_a_field_that_cannot_be_taken_is_named_in_both_languages(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    for action, body, fields in FAULTY:
        answer = await office.client.post(
            f"/v1/complaints/{NUMBER}/actions/{action}",
            content=json.dumps(body),  # pure ASCII: half a surrogate pair travels as an escape
            headers=office.as_("pic") | {"Content-Type": "application/json", "If-Match": '"v3"'},
        )
        assert answer.status_code == 422, f"{action} {body}: {answer.text}"
        assert {error["field"] for error in answer.json()["errors"]} == fields
        assert all(error["ms"] and error["en"] and error["code"] for error in answer.json()["errors"])


async def test_a_complaint_is_given_to_another_active_pic_only(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    for pic, code in (("nobody", "not_a_pic"), ("management", "not_a_pic"), ("\x00", "not_a_pic"), ("pic", "same_pic")):
        answer = await office.act("admin", "reassign", pic=office.ids.get(pic, pic), reason="Cuti")
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("pic", code)]


async def test_a_duplicate_of_a_duplicate_is_told_which_one_stands(office: Office) -> None:
    for position in (1, 2, 3, 4):
        await office.file(a_number(position))
    await office.do("admin", "mark_duplicate", a_number(2), duplicate_of=a_number(1).lower())
    answer = await office.act("admin", "mark_duplicate", a_number(3), duplicate_of=a_number(2))
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["code"]) == (422, "duplicate_itself")
    assert a_number(1) in error["ms"]
    assert a_number(1) in error["en"]
    await office.do("admin", "mark_duplicate", a_number(3), duplicate_of=a_number(1))
    # the one they rest on becomes a duplicate itself: nobody can close the ring
    await office.do("admin", "mark_duplicate", a_number(1), duplicate_of=a_number(4))
    for original in (1, 2, 3):
        answer = await office.act("admin", "mark_duplicate", a_number(4), duplicate_of=a_number(original))
        assert answer.json()["errors"][0]["code"] == "no_such_complaint"
    assert (await office.do("admin", "reopen", a_number(1), text="Berbeza"))["duplicate_of"] is None
    await office.do("admin", "mark_duplicate", a_number(4), duplicate_of=a_number(1))


async def test_nothing_is_a_duplicate_of_what_was_rejected(office: Office) -> None:
    await office.file(a_number(1))
    await office.file(a_number(2))
    await office.do("admin", "reject", a_number(1), reason_code="test_or_false")
    answer = await office.act("admin", "mark_duplicate", a_number(2), duplicate_of=a_number(1))
    assert answer.json()["errors"][0]["code"] == "rejected"
    await office.do("admin", "reopen", a_number(1), text="Disemak semula")
    await office.do("admin", "mark_duplicate", a_number(2), duplicate_of=a_number(1))


async def test_two_who_mark_each_other_at_once_leave_one_standing(office: Office) -> None:
    one, other = await office.file(a_number(1)), await office.file(a_number(2))
    admin = Caller(id=office.ids["admin"], session="", name="Rohani", roles=frozenset({"ADMIN"}), queues=frozenset())
    told: dict[str, Any] = {"pic": None, "version": 1, "keyring": Keyring(SEALING_KEYS), "correlation": str(uuid4())}
    async with office.app.state.db.transaction() as tx:
        await acting.act(tx, one, Action.MARK_DUPLICATE, Given(duplicate_of=other), admin, **told)
        second = asyncio.create_task(office.act("admin", "mark_duplicate", other, version=1, duplicate_of=one))

        async def waits() -> bool:
            waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
            return second.done() or bool(await tx.fetchval(waiting))

        waited: bool = await eventually(waits)
        assert waited
        assert not second.done(), "the second has to wait for what the first one does"
    answer = await second
    assert [error["code"] for error in answer.json()["errors"]] == ["no_such_complaint"]
    assert (await office.look("admin", other))["duplicate_of"] is None


async def test_a_reject_says_why_from_the_list_and_other_says_it_in_words(office: Office) -> None:
    await office.file()
    listed = (await office.get("admin", "/v1/workflow")).json()["reject_reasons"]
    assert [one["name"] for one in listed][-1] == "other"
    assert all(one["label"]["ms"] != one["label"]["en"] for one in listed)
    allowed = {one["action"]: one["needs"] for one in (await office.look("admin"))["allowed"]}
    assert allowed["reject"] == ["reason_code", "reason?"]
    faulty: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({}, {"reason_code": "required"}),
        ({"reason": "Bukan iSPEKS"}, {"reason_code": "required"}),
        ({"reason_code": "malas"}, {"reason_code": "unknown"}),
        ({"reason_code": "other"}, {"reason": "required"}),
        ({"reason_code": "other", "reason": " "}, {"reason": "required"}),
    ]
    for body, wrong in faulty:
        errors = (await office.act("admin", "reject", **body)).json()["errors"]
        assert {error["field"]: error["code"] for error in errors} == wrong, body
    await office.do("admin", "reject", reason_code="incomplete", reason="Tiada no. baucar.")
    said = (await office.get("admin", f"/v1/complaints/{NUMBER}/events")).json()["items"][-1]["data"]
    assert (said["reason_code"], said["text"]) == ("incomplete", "Tiada no. baucar.")
    assert {said["reason_ms"], said["reason_en"]} == set(listed[1]["label"].values())


async def test_two_complaints_cannot_be_duplicates_of_each_other(office: Office) -> None:
    await office.file(a_number(1))
    await office.file(a_number(2))
    await office.do("admin", "mark_duplicate", a_number(1), duplicate_of=a_number(2))
    answer = await office.act("admin", "mark_duplicate", a_number(2), duplicate_of=a_number(1))
    assert answer.json()["errors"][0]["code"] == "no_such_complaint"


async def test_a_body_that_cannot_be_read_is_a_422_problem(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    for body in (b"", b"{", b"[]", b'"text"', b"\xff\xfe", b'{"text": "\xff"}', b"null"):
        answer = await office.client.post(
            f"/v1/complaints/{NUMBER}/actions/note",
            content=body,
            headers=office.as_("pic") | {"Content-Type": "application/json"},
        )
        assert answer.status_code == 422, f"{body!r}: {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["messages"]["ms"] != answer.json()["messages"]["en"]


async def test_a_body_beyond_any_need_is_too_large(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")

    async def in_parts() -> AsyncIterator[bytes]:
        yield b'{"text": "'
        for _ in range(30):
            yield b"x" * 10_000
        yield b'"}'

    for content in (b'{"text": "%s"}' % (b"x" * 300_000), in_parts()):
        answer = await office.client.post(
            f"/v1/complaints/{NUMBER}/actions/note",
            content=content,
            headers=office.as_("pic") | {"Content-Type": "application/json"},
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.json()["messages"]["ms"] != answer.json()["messages"]["en"]


async def test_what_staff_write_is_kept_faithfully(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    text = "<script>alert('x')</script>\n\u202eterbalik 😀 'drop table' \\u0041 & <b>"
    await office.do("pic", "reply", text=text)
    await office.do("pic", "request_close", text=text, solution=SOLUTION | {"steps": text})
    history = (await office.get("pic", f"/v1/complaints/{NUMBER}/events")).json()["items"]
    assert history[-2]["data"]["text"] == history[-1]["data"]["text"] == text
    assert history[-1]["data"]["solution"]["steps"] == text


async def test_without_a_true_token_nothing_is_shown(office: Office) -> None:
    await office.file()
    for said in (None, "", "Bearer", "Bearer x", "Basic x", office.tokens["admin"]):
        headers = {} if said is None else {"Authorization": said}
        answer = await office.client.get(f"/v1/complaints/{NUMBER}", headers=headers)
        assert answer.status_code == 401, said
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_page_or_method_that_is_not_there_is_a_problem_in_both_languages(office: Office) -> None:
    for answer, code in (
        (await office.client.get("/v1/nothing"), "not_found"),
        (await office.client.delete("/v1/workflow"), "method_not_allowed"),
    ):
        assert answer.json()["code"] == code
        assert answer.json()["messages"]["ms"] != answer.json()["messages"]["en"]
