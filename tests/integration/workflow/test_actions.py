"""Every action of the table over HTTP, by every member of the crew, in every state: done as the office's table says, or
refused with what is allowed, or not found."""

import itertools
from typing import Any

import pytest

from tests.architecture import office as table
from tests.integration.workflow.office import CREW, SOLUTION, Office, a_number

STAFF = ("ADMIN", "PIC", "IMPLEMENTOR", "VENDOR")
ACTIONS = sorted({line.action for line in table.LINES})
FEW = ("claim", "close", "note", "reassign", "receive")
"""Tried by those who hold no role here: the answer is the same to all."""
FLAGS = {
    "pic_is_active": True,
    "within_window": True,
    "rejected": False,
    "reopened_after_reject": False,
    "rated": False,
    "is_claimant": False,
}


def role_of(who: str, state: str) -> str | None:
    """The role a member has on a complaint that `pic` holds, or none."""
    holding = {"implementor": "RUJUKAN_IMPLEMENTOR", "vendor": "TINDAKAN_VENDOR"}
    if who in holding:
        return who.upper() if state == holding[who] else None
    return {"admin": "ADMIN", "pic": "PIC" if state != "BARU" else None}.get(who)


def sees(who: str, state: str) -> bool:
    return who in {"admin", "management"} or role_of(who, state) is not None


def words(office: Office, action: str, other: str) -> dict[str, Any]:
    """Everything the action may need."""
    given: dict[str, Any] = {"text": "Teks untuk ujian."}
    match action:
        case "assign":
            given = {"pic": office.ids["pic"]}
        case "reassign":
            given = {"pic": office.ids["other_pic"], "reason": "Cuti"}
        case "request_close":
            given["solution"] = SOLUTION
        case "reject":
            given = {"reason_code": "not_ispeks"}
        case "mark_duplicate":
            given = {"duplicate_of": other}
        case "classify":
            given |= {"priority": "Tinggi"}
        case "correct_contact":
            given |= {"email": "aminah.ali@example.my"}
        case "start" | "claim":
            given = {}
    return given


@pytest.mark.parametrize("state", table.STANDING)
async def test_staff_do_exactly_what_the_table_says(office: Office, state: str) -> None:
    numbers = (a_number(position) for position in itertools.count(1))
    standing, other = next(numbers), next(numbers)
    await office.bring(standing, state)
    await office.file(other)
    stood = await office.look("admin", standing)
    for who in CREW:
        role = role_of(who, state)
        lines = {action: table.line_for(state, action, role or "", FLAGS) for action in ACTIONS}
        allowed = {action for action, line in lines.items() if line}
        if sees(who, state):
            seen = await office.look(who, standing)
            assert {one["action"] for one in seen["allowed"]} == allowed, who
            assert {one["role"] for one in seen["allowed"]} <= {role}
        for action in ACTIONS if role else FEW:
            line = lines[action]
            number = standing
            if line is not None:
                number = next(numbers)
                await office.bring(number, state)
            body = words(office, action, other)
            answer = await office.act(who, action, number, version=stood["version"], **body)
            said = answer.json()
            if line is not None:
                assert answer.status_code == 200, f"{who} {action}: {answer.text}"
                assert (said["state"], said["version"]) == (line.to or state, stood["version"] + 1)
                assert answer.headers["ETag"] == f'"v{said["version"]}"'
                event = (await office.get("admin", f"/v1/complaints/{number}/events")).json()["items"][-1]
                assert event["type"] == f"complaint.{line.event}"
                assert (event["data"]["actor"]["role"], event["data"]["actor"]["id"]) == (role, office.ids[who])
                continue
            if sees(who, state):
                assert answer.status_code == 409, f"{who} {action}: {answer.text}"
                assert (said["code"], said["state"], set(said["allowed"])) == ("action_not_allowed", state, allowed)
            else:
                assert (answer.status_code, said["code"]) == (404, "not_found"), f"{who} {action}"
    assert (await office.look("admin", standing))["version"] == stood["version"], "a refusal changes nothing"


async def test_the_same_needs_are_announced_and_asked_for(office: Office) -> None:
    await office.bring(a_number(1), "INPROGRESS")
    seen = await office.look("pic", a_number(1))
    for one in seen["allowed"]:
        line = table.line_for("INPROGRESS", one["action"], "PIC", FLAGS)
        assert line is not None
        assert one["needs"] == list(line.needs)
        assert one["label"]["ms"] != ""
        assert one["label"]["en"] != ""
        assert one["if_match"] == (one["action"] not in {"note", "reply"})
        required = [need for need in line.needs if not need.endswith("?")]
        answer = await office.act("pic", one["action"], a_number(1), version=seen["version"])
        if required:
            assert answer.status_code == 422, one["action"]
            assert len(answer.json()["errors"]) >= len(required)
            assert all(error["ms"] and error["en"] for error in answer.json()["errors"])


async def test_there_is_no_action_but_those_of_the_table(office: Office) -> None:
    await office.file(a_number(1))
    answer = await office.act("admin", "delete", a_number(1))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_table_is_told_as_json_and_as_a_picture(office: Office) -> None:
    told = (await office.client.get("/v1/workflow")).json()
    rows = {
        (one["name"], tuple(sorted(row["from"])), row["to"], tuple(sorted(row["who"])), tuple(row["needs"]))
        for one in told["actions"]
        for row in one["rows"]
    }
    assert rows == {
        (line.action, tuple(sorted(line.sources)), line.to, tuple(sorted(line.roles)), line.needs)
        for line in table.LINES
    }
    states = {one["name"]: (one["phase"], one["custodian"]) for one in told["states"]}
    assert states == table.STANDING
    picture = (await office.client.get("/v1/workflow.mmd")).text
    assert picture.startswith("stateDiagram-v2")


async def test_the_whole_contact_can_be_corrected_and_the_event_says_it_sealed(office: Office) -> None:
    await office.file(a_number(1))
    body = {"email": "Aminah.Ali@example.my", "phone": "019-876 5432", "reason": "Salah eja"}
    await office.do("admin", "correct_contact", a_number(1), **body)
    shown = (await office.post("admin", f"/v1/complaints/{a_number(1)}/contact")).json()
    assert (shown["email"], shown["phone"], shown["ic"]) == ("Aminah.Ali@example.my", "+60198765432", "800101990001")
    events = (await office.get("admin", f"/v1/complaints/{a_number(1)}/events")).text
    assert "ali@example.my" not in events.lower()
    assert "198765432" not in events
