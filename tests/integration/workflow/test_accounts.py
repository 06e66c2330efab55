"""Passwords changed and reset, sessions seen and ended, locks opened, and who is written down for what."""

import time
from typing import Any
from uuid import UUID

import httpx2
import msgspec

from services.workflow.main import create_app
from services.workflow.settings import Settings
from shared.envelope import Envelope, decode
from shared.events.accounts import PasswordChanged, PasswordResetRequested
from shared.privacy import Keyring
from tests.integration.workflow.office import NUMBER, PASSWORD, Office, staff_ic
from tests.integration.workflow.test_people import NEW, tries
from tests.support import keys
from tests.support.infra import Broker
from tests.support.serving import serving

FRESH = "lima-gajah-biru"
NORA, FIRST = "850505990505", str(NEW["password"])


async def begun(office: Office, ic: str = "", password: str = PASSWORD, **headers: str) -> dict[str, Any]:
    body = {"ic": ic or staff_ic("pic"), "password": password}
    answer = await office.client.post("/v1/sessions", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()
    return session


def bearer(session: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['token']}"}


async def renew(office: Office, session: dict[str, Any]) -> int:
    headers = {"X-Session": session["session"]}
    return (await office.client.post("/v1/sessions/current", headers=headers)).status_code


async def change(office: Office, session: dict[str, Any], new: str, current: str = PASSWORD) -> httpx2.Response:
    body = {"current": current, "new": new}
    return await office.client.post("/v1/sessions/password", json=body, headers={"X-Session": session["session"]})


async def told(office: Office, kind: Any) -> list[tuple[Any, Envelope]]:
    """What was said of accounts and not yet carried away, or is in the stream: the outbox keeps it until the ack."""
    rows = await office.rows("select body from said_of_accounts order by seq")
    letters = [decode(bytes(row["body"])) for row in rows]
    return [(letter.open_as(kind), letter) for letter in letters if letter.type == kind.wire]


async def listen(office: Office) -> None:
    """Keep what passes the outbox from now on, which the relay empties at once."""
    async with office.app.state.db.transaction() as tx:
        await tx.execute("create table said_of_accounts (seq bigint, body bytea)")
        await tx.execute(
            """
            create function keep_said() returns trigger language plpgsql as $$
            begin insert into said_of_accounts values (new.seq, new.body); return null; end $$
            """
        )
        await tx.execute("create trigger keep_said after insert on outbox for each row execute function keep_said()")


def opened(said: PasswordResetRequested) -> str:
    """The token, as notify opens it when the mail leaves."""
    assert said.staff is not None
    return Keyring(keys.SEALING_KEYS).open(said.token_sealed, about=said.staff, field="reset")


async def asked_reset(office: Office, ic: str = "") -> httpx2.Response:
    return await office.client.post("/v1/password-resets", json={"ic": ic or staff_ic("pic")})


async def mailed_token(office: Office, ic: str = "") -> str:
    before = len(await told(office, PasswordResetRequested))
    assert (await asked_reset(office, ic)).status_code == 202
    return opened((await told(office, PasswordResetRequested))[before][0])


async def reset(office: Office, token: str, password: str = FRESH) -> httpx2.Response:
    return await office.client.post(f"/v1/password-resets/{token}", json={"password": password})


async def audit(office: Office, **asked: Any) -> list[tuple[str, str | None]]:
    items = (await office.get("admin", "/v1/access-audit", **asked)).json()["items"]
    return [(item["what"], item["number"] or item["member"]["name"]) for item in items]


# --- the first login ----------------------------------------------------------------------------------------------


async def test_whom_admin_added_can_do_nothing_before_the_password_is_their_own(office: Office) -> None:
    await office.post("admin", "/v1/staff", NEW)
    session = await begun(office, NORA, FIRST)
    assert session["must_change"] is True
    for method, path in (("GET", "/v1/staff"), ("GET", "/v1/sessions"), ("POST", f"/v1/complaints/{NUMBER}/contact")):
        answer = await office.client.request(method, path, headers=bearer(session))
        assert (answer.status_code, answer.json()["code"]) == (403, "password_must_change")
    fresh = (await change(office, session, FRESH, FIRST)).json()
    assert fresh["must_change"] is False
    assert (await office.client.get("/v1/sessions", headers=bearer(fresh))).status_code == 200
    assert (await begun(office, NORA, FRESH))["must_change"] is False


async def test_a_password_that_admin_reset_must_be_changed_too_and_the_lock_is_open(office: Office) -> None:
    old = await begun(office)
    for _ in range(5):
        await tries(office, staff_ic("pic"), "bukan-yang-ini")
    path = f"/v1/staff/{office.ids['pic']}"
    answer = await office.client.patch(path, json={"password": FRESH}, headers=office.as_("admin"))
    assert answer.status_code == 204
    assert await renew(office, old) == 401
    assert (await begun(office, password=FRESH))["must_change"] is True


async def test_where_the_first_change_is_off_nobody_is_held_up(office: Office, broker: Broker) -> None:
    await office.post("admin", "/v1/staff", NEW)
    environment = keys.settings("workflow", office.database.url("workflow"), broker.url("workflow"))
    async with serving(create_app(Settings(**environment, first_login_change="off"))) as client:
        session = (await client.post("/v1/sessions", json={"ic": NORA, "password": NEW["password"]})).json()
        assert session["must_change"] is False
        assert (await client.get("/v1/sessions", headers=bearer(session))).status_code == 200


# --- one's own password -------------------------------------------------------------------------------------------


async def test_a_new_password_of_ones_own_ends_the_other_sessions_and_is_told_to_its_owner(office: Office) -> None:
    await listen(office)
    mine, other = await begun(office), await begun(office)
    answer = await change(office, mine, FRESH)
    assert answer.status_code == 200
    assert [await renew(office, mine), await renew(office, other)] == [200, 401]
    assert (await office.client.get("/v1/sessions", headers=bearer(answer.json()))).status_code == 200
    assert (await office.log_in("pic")).status_code == 401
    await begun(office, password=FRESH)
    ((said, letter),) = await told(office, PasswordChanged)
    assert (said.staff, said.by, letter.sequence) == (office.ids["pic"], "self", 1)
    assert str(UUID(letter.subject)) == letter.subject


async def test_without_the_present_password_there_is_no_new_one_and_five_tries_lock(office: Office) -> None:
    session = await begun(office)
    for _ in range(5):
        wrong = await change(office, session, FRESH, "bukan-yang-ini")
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "current")
    assert (await change(office, session, FRESH)).json()["code"] == "account_locked"
    nobody = await change(office, {"session": "x" * 43}, FRESH)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "session_ended")


async def test_a_bad_password_is_told_in_both_languages_and_changes_nothing(office: Office) -> None:
    session = await begun(office)
    for new, code in (
        ("pendek", "too_short"),
        ("kata-laluan", "too_common"),
        (staff_ic("pic"), "is_ic"),
        ("azman-yusof", "is_name"),
        (PASSWORD, "unchanged"),
    ):
        answer = await change(office, session, new)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["field"], error["code"]) == (422, "new", code)
        assert error["ms"] != error["en"]
    await begun(office)


async def test_admin_cannot_give_a_bad_password_either(office: Office) -> None:
    path = f"/v1/staff/{office.ids['pic']}"
    for password in ("kata-laluan", staff_ic("pic"), PASSWORD):
        answer = await office.client.patch(path, json={"password": password}, headers=office.as_("admin"))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "password")
    everything = await office.post("admin", "/v1/staff", NEW | {"email": "x", "password": "nora-zaki-1"})
    assert [error["field"] for error in everything.json()["errors"]] == ["email", "password"]


# --- reset by mail ------------------------------------------------------------------------------------------------


async def test_a_mailed_link_sets_a_password_once_ends_all_sessions_and_opens_a_lock(office: Office) -> None:
    await listen(office)
    session = await begun(office)
    for _ in range(5):
        await tries(office, staff_ic("pic"), "bukan-yang-ini")
    token, spare = await mailed_token(office), await mailed_token(office)
    assert (await reset(office, token)).status_code == 204
    assert await renew(office, session) == 401
    await begun(office, password=FRESH)
    for used in (token, spare):
        again = await reset(office, used, "tujuh-gajah-biru")
        assert (again.status_code, again.json()["code"]) == (404, "reset_invalid")
    ((said, _),) = await told(office, PasswordChanged)
    assert (said.staff, said.by) == (office.ids["pic"], "link")


async def test_a_password_that_is_refused_leaves_the_link_as_it_was(office: Office) -> None:
    await listen(office)
    token = await mailed_token(office)
    for password in ("pendek", "kata-laluan", PASSWORD):
        answer = await reset(office, token, password)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "password")
    assert (await reset(office, token)).status_code == 204


async def test_a_link_is_good_for_thirty_minutes_and_for_those_who_still_work_here(office: Office) -> None:
    await listen(office)
    late, gone = await mailed_token(office), await mailed_token(office, staff_ic("vendor"))
    path = f"/v1/staff/{office.ids['vendor']}"
    await office.client.patch(path, json={"active": False}, headers=office.as_("admin"))
    ((left,),) = [
        row.values() for row in await office.rows("select max(ends_at) - clock_timestamp() as left from password_reset")
    ]
    assert 29 * 60 < left.total_seconds() <= 30 * 60
    await office.rows("update password_reset set ends_at = clock_timestamp() - interval '1 second' returning 1")
    for token in (late, gone, "x" * 43):
        assert (await reset(office, token)).json()["code"] == "reset_invalid"


async def test_nobody_learns_from_the_answer_whether_there_is_such_a_member(office: Office) -> None:
    await listen(office)
    path = f"/v1/staff/{office.ids['vendor']}"
    await office.client.patch(path, json={"active": False}, headers=office.as_("admin"))
    ics = [staff_ic("pic"), "900101990009", "bukan ic", "\x00", staff_ic("vendor")]
    answers = [await asked_reset(office, ic) for ic in ics]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(202, {})] * len(ics)
    said = await told(office, PasswordResetRequested)
    assert [one.staff for one, _ in said] == [office.ids["pic"], None, None, None, None]
    assert len({len(one.token_sealed) for one, _ in said}) == 1
    assert len(await office.rows("select 1 from password_reset")) == 1


async def test_a_hit_takes_as_long_as_a_miss(office: Office) -> None:
    spent: dict[str, list[float]] = {staff_ic("pic"): [], "900101990009": []}
    for _ in range(6):
        for ic, times in spent.items():
            started = time.perf_counter()
            await asked_reset(office, ic)
            times.append(time.perf_counter() - started)
    hit, miss = (min(times) for times in spent.values())
    assert 1 / 3 < hit / miss < 3


async def test_one_person_gets_three_links_an_hour_and_the_fourth_answer_is_the_same(office: Office) -> None:
    await listen(office)
    answers = [(await asked_reset(office)).json() for _ in range(5)]
    assert answers == [{}] * 5
    said = await told(office, PasswordResetRequested)
    assert [one.staff is not None for one, _ in said] == [True, True, True, False, False]


async def test_one_place_is_slowed_down_when_it_asks_for_many_people(office: Office) -> None:
    for _ in range(20):
        await office.app.state.limits.spend("reset", "127.0.0.1", limit=20, seconds=3600)
    answer = await asked_reset(office)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")


async def test_a_token_lies_nowhere_but_sealed_and_as_its_hash(office: Office) -> None:
    await listen(office)
    token = await mailed_token(office)
    assert len(token) >= 43, "256 bits"
    kept = await office.rows("select * from password_reset")
    said = [bytes(row["body"]) for row in await office.rows("select body from said_of_accounts")]
    assert token not in str(kept)
    assert token.encode() not in b"".join(said)
    assert token.encode() not in msgspec.json.encode([bytes(row["token_hash"]) for row in kept])


# --- sessions and locks -------------------------------------------------------------------------------------------


async def test_one_sees_where_one_is_logged_in_and_ends_what_is_not_ones_own_doing(office: Office) -> None:
    portal = {"X-Service-Token": keys.SERVICE_TOKEN}
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
    await office.rows("delete from session returning 1")
    there = await begun(office, **portal, **{"Forwarded": "for=203.0.113.7", "User-Agent": firefox})
    here = await begun(office)
    items = (await office.client.get("/v1/sessions", headers=bearer(here))).json()["items"]
    by_current = {item["current"]: item for item in items}
    assert (by_current[False]["address"], by_current[False]["browser"]) == ("203.0.113.7", "Firefox, Linux")
    assert {"begun_at", "seen_at"} < by_current[True].keys()
    path = f"/v1/sessions/{by_current[False]['id']}"
    stranger = await begun(office, staff_ic("other_pic"))
    assert (await office.client.delete(path, headers=bearer(stranger))).status_code == 404
    assert (await office.client.delete(path, headers=bearer(here))).status_code == 204
    assert [await renew(office, there), await renew(office, here)] == [401, 200]
    assert (await office.client.delete(path, headers=bearer(here))).status_code == 404


async def test_admin_sees_a_lock_opens_it_and_ends_sessions(office: Office) -> None:
    async def seen() -> dict[str, Any]:
        items = (await office.get("admin", "/v1/staff")).json()["items"]
        found: dict[str, Any] = next(item for item in items if item["id"] == office.ids["pic"])
        return found

    session = await begun(office)
    assert (await seen())["locked_until"] is None
    for _ in range(5):
        await tries(office, staff_ic("pic"), "bukan-yang-ini")
    assert (await seen())["locked_until"] is not None
    path = f"/v1/staff/{office.ids['pic']}"
    assert (await office.post("admin", f"{path}/unlock")).status_code == 204
    assert (await seen())["locked_until"] is None
    await begun(office)
    assert (await office.client.delete(f"{path}/sessions", headers=office.as_("admin"))).status_code == 204
    assert await renew(office, session) == 401


async def test_only_admin_unlocks_ends_and_reads_the_audit(office: Office) -> None:
    path = f"/v1/staff/{office.ids['pic']}"
    for who in ("pic", "management", "vendor", "implementor"):
        answers = [
            await office.post(who, f"{path}/unlock"),
            await office.client.delete(f"{path}/sessions", headers=office.as_(who)),
            await office.get(who, "/v1/access-audit"),
        ]
        assert [answer.status_code for answer in answers] == [403, 403, 403]
    nobody = "/v1/staff/01890a5d-ac96-774b-bcce-b302099a8057"
    assert (await office.post("admin", f"{nobody}/unlock")).status_code == 404
    assert (await office.client.delete(f"{nobody}/sessions", headers=office.as_("admin"))).status_code == 404


async def test_one_chooses_the_language_one_is_spoken_to_in(office: Office) -> None:
    path = "/v1/sessions/language"
    answer = await office.client.put(path, json={"language": "en"}, headers=office.as_("pic"))
    assert answer.status_code == 204
    assert (await begun(office))["staff"]["language"] == "en"
    assert (await office.client.put(path, json={"language": "fr"}, headers=office.as_("pic"))).status_code == 422


# --- the audit ----------------------------------------------------------------------------------------------------


async def test_every_reveal_and_every_act_on_an_account_is_on_record(office: Office) -> None:
    await office.bring(NUMBER, "INPROGRESS")
    await office.post("pic", f"/v1/complaints/{NUMBER}/contact")
    made = (await office.post("admin", "/v1/staff", NEW)).json()["id"]
    for body in (
        {"name": "Nora binti Zaki", "roles": ["PIC"]},
        {"roles": ["PIC", "ADMIN"], "phone": "012-345 6780"},
        {"password": FRESH},
        {"active": False},
        {"active": True},
    ):
        await office.client.patch(f"/v1/staff/{made}", json=body, headers=office.as_("admin"))
    await office.post("admin", f"/v1/staff/{made}/unlock")
    await office.client.delete(f"/v1/staff/{made}/sessions", headers=office.as_("admin"))
    acts = ["sessions_ended", "unlocked", "staff_enabled", "staff_disabled", "password_set", "staff_changed"]
    of_nora = [(what, "Nora binti Zaki") for what in (*acts, "staff_added")]
    assert await audit(office) == [*of_nora, ("contact", NUMBER)]
    assert await audit(office, staff=made) == of_nora
    assert await audit(office, staff=office.ids["pic"]) == [("contact", NUMBER)]
    assert await audit(office, number=NUMBER) == [("contact", NUMBER)]
    assert await audit(office, number="HD-2026-999999-Z") == []
    items = (await office.get("admin", "/v1/access-audit")).json()["items"]
    assert next(item["fields"] for item in items if item["what"] == "staff_changed") == ["phone", "roles"]
    assert items[-1]["staff"]["name"] == "Azman bin Yusof"


async def test_the_audit_is_read_page_by_page_and_nothing_new_disturbs_it(office: Office) -> None:
    path = f"/v1/staff/{office.ids['pic']}/unlock"
    for _ in range(5):
        await office.post("admin", path)
    seen: list[str] = []
    after: dict[str, str] = {}
    for _ in range(3):
        page = (await office.get("admin", "/v1/access-audit", limit=2, **after)).json()
        seen += [item["id"] for item in page["items"]]
        after = {"after": page["next"]}
        await office.post("admin", path)
    assert page["next"] is None
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, key=int, reverse=True)
