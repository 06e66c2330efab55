"""Logging in and out, and who is out at once."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import httpx2

from shared.auth import Caller
from tests.integration.workflow.office import NUMBER, PASSWORD, Office, staff_ic


def telling(answer: httpx2.Response) -> tuple[int, dict[str, Any]]:
    return answer.status_code, {name: value for name, value in answer.json().items() if name != "instance"}


async def tries(office: Office, ic: str, password: str) -> httpx2.Response:
    return await office.client.post("/v1/sessions", json={"ic": ic, "password": password})


async def renewed(office: Office, session: str) -> httpx2.Response:
    return await office.client.post("/v1/sessions/current", headers={"X-Session": session})


async def change(office: Office, who: str, body: dict[str, Any], by: str = "admin") -> httpx2.Response:
    return await office.client.patch(f"/v1/staff/{office.ids[who]}", json=body, headers=office.as_(by))


async def test_a_session_gives_fresh_tokens_until_it_is_ended(office: Office) -> None:
    begun = (await office.log_in("pic")).json()
    assert begun["staff"] == {
        "id": office.ids["pic"],
        "name": "Azman bin Yusof",
        "roles": ["PIC"],
        "queues": [],
        "language": "ms",
        "stands_in": [],
    }
    fresh = (await renewed(office, begun["session"])).json()
    assert "session" not in fresh
    office.tokens["pic"] = fresh["token"]
    assert (await office.get("pic", f"/v1/complaints/{NUMBER}")).status_code == 404
    headers = {"X-Session": begun["session"]}
    assert (await office.client.delete("/v1/sessions/current", headers=headers)).status_code == 204
    assert (await office.client.delete("/v1/sessions/current", headers=headers)).status_code == 204
    over = await renewed(office, begun["session"])
    assert (over.status_code, over.json()["code"]) == (401, "session_ended")
    assert (await office.get("pic", f"/v1/complaints/{NUMBER}")).json()["code"] == "session_ended"


async def test_an_ic_may_be_written_with_dashes(office: Office) -> None:
    ic = staff_ic("pic")
    assert (await tries(office, f"{ic[:6]}-{ic[6:8]}-{ic[8:]}", PASSWORD)).status_code == 200


async def test_a_wrong_password_and_an_unknown_ic_answer_the_same(office: Office) -> None:
    await change(office, "vendor", {"active": False})
    answers = [
        await tries(office, staff_ic("pic"), "bukan-yang-ini"),
        await tries(office, "900101990009", PASSWORD),
        await tries(office, "bukan ic", PASSWORD),
        await tries(office, "\x00", PASSWORD),
        await tries(office, staff_ic("vendor"), PASSWORD),
    ]
    assert [telling(answer) for answer in answers] == [telling(answers[0])] * len(answers)
    assert (answers[0].status_code, answers[0].json()["code"]) == (401, "login_failed")


async def test_an_unknown_ic_takes_as_long_as_a_wrong_password(office: Office) -> None:
    """Both hash; without that, the unknown one would answer in a tenth of the time."""
    known: list[float] = []
    unknown: list[float] = []
    for _ in range(4):
        for ic, spent in ((staff_ic("pic"), known), ("900101990009", unknown)):
            started = time.perf_counter()
            await tries(office, ic, "bukan-yang-ini")
            spent.append(time.perf_counter() - started)
    assert min(unknown) > min(known) / 3


async def test_half_a_surrogate_is_no_password_and_no_crash(office: Office) -> None:
    answer = await office.client.post(
        "/v1/sessions",
        content=json.dumps({"ic": staff_ic("pic"), "password": "\ud800"}),
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "password")


async def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(office: Office) -> None:
    for _ in range(5):
        assert (await tries(office, staff_ic("pic"), "bukan-yang-ini")).status_code == 401
    locked = await tries(office, staff_ic("pic"), PASSWORD)
    assert (locked.status_code, locked.json()["code"]) == (429, "account_locked")
    assert 0 < int(locked.headers["Retry-After"]) <= 15 * 60
    assert (await office.log_in("other_pic")).status_code == 200


async def test_an_ic_that_nobody_here_has_locks_alike_so_a_lock_tells_nothing(office: Office) -> None:
    known, unknown = staff_ic("pic"), "900101035555"
    answers = {
        ic: [
            (answer.status_code, answer.json()["code"])
            for answer in [await tries(office, ic, "salah") for _ in range(7)]
        ]
        for ic in (known, unknown)
    }
    assert answers[known] == answers[unknown]
    assert answers[known][-1] == (429, "account_locked")


async def test_a_locked_account_opens_again_after_its_time(office: Office) -> None:
    for _ in range(5):
        await tries(office, staff_ic("pic"), "bukan-yang-ini")
    await office.rows("update staff set locked_until = clock_timestamp() - interval '1 second' returning 1")
    assert (await office.log_in("pic")).status_code == 200


async def test_a_success_forgives_what_went_wrong_before(office: Office) -> None:
    for _ in range(2):
        for _ in range(4):
            await tries(office, staff_ic("pic"), "bukan-yang-ini")
        assert (await office.log_in("pic")).status_code == 200


async def test_a_disabled_member_is_out_at_once(office: Office) -> None:
    await office.bring(NUMBER, "DITUTUP")
    session = (await office.log_in("pic")).json()["session"]
    assert (await change(office, "pic", {"active": False})).status_code == 204
    for path in (f"/v1/complaints/{NUMBER}", f"/v1/complaints/{NUMBER}/events", "/v1/solutions"):
        answer = await office.get("pic", path)
        assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
    assert (await office.act("pic", "reply", text="Masih di sini?")).status_code == 401
    assert (await renewed(office, session)).status_code == 401
    assert (await office.log_in("pic")).status_code == 401


async def test_a_role_that_was_taken_away_is_gone_with_the_next_call(office: Office) -> None:
    assert (await office.get("admin", "/v1/settings")).status_code == 200
    await change(office, "admin", {"roles": ["PIC"]})
    assert (await office.get("admin", "/v1/settings")).status_code == 403


async def test_a_new_password_ends_every_session(office: Office) -> None:
    session = (await office.log_in("pic")).json()["session"]
    await change(office, "pic", {"password": "kata-laluan-baharu"})
    assert (await renewed(office, session)).status_code == 401
    assert (await office.log_in("pic")).status_code == 401
    assert (await office.log_in("pic", "kata-laluan-baharu")).status_code == 200


async def test_sessions_end_by_themselves(office: Office) -> None:
    idle = (await office.log_in("pic")).json()["session"]
    await office.rows("update session set seen_at = clock_timestamp() - interval '2 hours 1 second' returning 1")
    old = (await office.log_in("pic")).json()["session"]
    fresh = "seen_at > clock_timestamp() - interval '1 hour'"
    await office.rows(f"update session set ends_at = clock_timestamp() where {fresh} returning 1")
    for session in (idle, old, "x" * 43):
        assert (await renewed(office, session)).status_code == 401


async def test_a_session_is_stored_as_its_hash_only(office: Office) -> None:
    session = (await office.log_in("pic")).json()["session"]
    assert session not in str(await office.rows("select * from session"))
    assert session.encode() not in str(await office.rows("select * from session")).encode()


NEW = {
    "ic": "850505-99-0505",
    "name": "  Nora   binti Zaki ",
    "email": "nora@example.my",
    "phone": "012-345 6789",
    "roles": ["PIC"],
    "password": "kata-laluan-nora",
}


async def test_admin_adds_a_member_who_can_log_in_and_is_told_to_all(office: Office) -> None:
    made = await office.post("admin", "/v1/staff", NEW)
    assert made.status_code == 201
    assert (await tries(office, "850505990505", "kata-laluan-nora")).status_code == 200
    row = next(
        one for one in (await office.get("admin", "/v1/staff")).json()["items"] if one["id"] == made.json()["id"]
    )
    assert (row["name"], row["ic_masked"], row["email_masked"], row["phone_masked"]) == (
        "Nora binti Zaki",
        "******-**-0505",
        "n***@example.my",
        "+60 *** *789",
    )
    again = await office.post("admin", "/v1/staff", NEW)
    assert [(error["field"], error["code"]) for error in again.json()["errors"]] == [("ic", "taken")]


async def test_a_member_with_wrong_fields_is_told_all_of_them(office: Office) -> None:
    wrong = {
        "ic": "123",
        "name": "a\x00",
        "email": "x",
        "phone": "1",
        "roles": ["KING"],
        "queues": ["PIC"],
        "language": "fr",
        "password": "kata-laluan-ujian",
    }
    answer = await office.post("admin", "/v1/staff", wrong)
    assert answer.status_code == 422
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"ic", "name", "email", "phone", "roles", "queues", "language"}
    short = await office.post("admin", "/v1/staff", NEW | {"password": "pendek"})
    assert short.json()["errors"][0]["field"] == "password"
    assert (await office.post("admin", "/v1/staff", NEW | {"modules": ["g\x00l"]})).status_code == 422


async def test_only_admin_changes_people(office: Office) -> None:
    for who in ("pic", "management", "vendor", "implementor"):
        assert (await office.post(who, "/v1/staff", NEW)).status_code == 403
        assert (await change(office, "pic", {"active": False}, by=who)).status_code == 403
    assert (await office.get("pic", "/v1/staff")).status_code == 403
    assert (await office.get("management", "/v1/staff")).status_code == 200
    path = "/v1/staff/01890a5d-ac96-774b-bcce-b302099a8057"
    missing = await office.client.patch(path, json={"active": False}, headers=office.as_("admin"))
    assert missing.status_code == 404


async def test_too_many_logins_from_one_place_are_slowed_down(office: Office) -> None:
    portal = {"X-Service-Token": "service-token-of-the-tests"}
    for _ in range(60):
        await office.app.state.limits.spend("login", "203.0.113.7", limit=60, seconds=60)
    there = await office.log_in("pic", Forwarded="for=203.0.113.7", **portal)
    elsewhere = await office.log_in("pic", Forwarded="for=203.0.113.8", **portal)
    assert (there.status_code, there.json()["code"], elsewhere.status_code) == (429, "rate_limited", 200)


async def test_a_token_of_our_key_whose_session_is_no_id_is_refused(office: Office) -> None:
    caller = Caller(office.ids["pic"], "no-id", "Azman", frozenset({"PIC"}), frozenset())
    token, _ = office.app.state.staff_tokens.issue(caller, datetime.now(UTC))
    answer = await office.client.get("/v1/solutions", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
