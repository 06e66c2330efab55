"""A refusal is loud, and it tells nobody what they may not know."""

import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

from tests.integration.workflow.office import NUMBER, SOLUTION, Office, a_number

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
