"""The matrix as Admin works with it: its history, the way back, a dry run, a look at a message."""

from typing import Any

import httpx2
import pytest

from shared.events import reference, workflow
from shared.events.complaint import Person
from tests.integration.notify.conftest import ADMIN, HEAD, OTHER_ADMIN, Desk, serving, staff
from tests.integration.notify.reading import settled
from tests.integration.notify.test_api import admin, head, token
from tests.support.complaints import EMAIL, IC, NUMBER, RASHID, SITI, SUNDAY, Course, a_received, sealed


async def held(client: httpx2.AsyncClient) -> tuple[dict[str, str], list[dict[str, Any]]]:
    answer = await client.get("/v1/rules", headers=admin())
    return admin() | {"If-Match": answer.headers["etag"]}, answer.json()["items"]


async def rehearsed(client: httpx2.AsyncClient, event: str, **supposed: Any) -> Any:
    body = {"event": f"complaint.{event}", "complaint": NUMBER} | supposed
    answer = await client.post("/v1/rules/rehearsals", headers=admin(), json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(answer: Any) -> list[tuple[str, str, str | None]]:
    return [(one["recipient"]["name"], one["template"], one["reason"]) for one in answer["items"]]


async def test_a_saved_matrix_is_a_version_that_says_who_changed_what_and_why(desk: Desk) -> None:
    async with serving(desk.app()) as client:
        match, items = await held(client)
        items[0]["enabled"] = False
        saved = await client.put("/v1/rules", headers=match, json={"items": items, "why": "Cuba senyap."})
        assert (saved.status_code, saved.json()["why"]) == (200, "Cuba senyap.")
        page = (await client.get("/v1/rules/versions", headers=head())).json()
    newest, *others = page["items"]
    assert newest["saved_by"] == {"id": ADMIN.id, "name": ADMIN.name}
    assert (newest["version"], newest["why"]) == (saved.json()["version"], "Cuba senyap.")
    (change,) = newest["changes"]
    assert (change["event"], change["what"], change["fields"]) == ("complaint.received", "changed", ["enabled"])
    assert (change["before"]["enabled"], change["after"]["enabled"]) == (True, False)
    assert [one["version"] for one in others] == list(range(newest["version"] - 1, 0, -1))
    assert (others[-1]["saved_by"], others[-1]["changes"], page["next"]) == (None, [], None)


async def test_the_history_pages_and_an_earlier_version_says_what_going_back_would_change(desk: Desk) -> None:
    async with serving(desk.app()) as client:
        match, items = await held(client)
        good = [dict(item) for item in items]
        items[0]["enabled"] = False
        version = (await client.put("/v1/rules", headers=match, json={"items": items})).json()["version"]
        first = (await client.get("/v1/rules/versions", headers=admin(), params={"limit": 1})).json()
        assert ([one["version"] for one in first["items"]], len(first["items"][0]["changes"])) == ([version], 1)
        second = (
            await client.get("/v1/rules/versions", headers=admin(), params={"limit": 1, "after": first["next"]})
        ).json()
        assert [one["version"] for one in second["items"]] == [version - 1]
        earlier = (await client.get(f"/v1/rules/versions/{version - 1}", headers=admin())).json()
        assert earlier["items"] == good
        assert [(one["what"], one["fields"]) for one in earlier["back"]] == [("changed", ["enabled"])]
        match, _ = await held(client)
        back = await client.put("/v1/rules", headers=match, json={"items": earlier["items"]})
        assert (back.json()["version"], back.json()["items"]) == (version + 1, good)
        again = (await client.get(f"/v1/rules/versions/{version - 1}", headers=admin())).json()
        assert again["back"] == []
        missing = await client.get("/v1/rules/versions/999", headers=admin())
    assert missing.status_code == 404


async def test_a_dry_run_says_what_the_real_thing_then_does(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    await desk.hear(sealed(staff(RASHID, "PIC", away=(away(SITI),)), 2))
    async with serving(desk.app()) as client:
        await settled(desk)
        said = await rehearsed(client, "assigned", to="DIAGIHKAN", custodian="PIC", role="ADMIN", pic=RASHID.id)
        before = await desk.rows("select id from delivery")
        event = Course().say(workflow.Assigned, "DIAGIHKAN", pic=RASHID, at=SUNDAY).last
        await desk.hear(sealed(event, 2))
        rows = await desk.rows(
            "select name, template, reason from delivery join alert using (event_id) where event = 'complaint.assigned'"
            " and reason is distinct from 'sending_off' order by seq"
        )
    assert len(before) == 2
    assert told(said) == [tuple(row) for row in rows]
    assert (SITI.name, "agihan_pic", None) in told(said)
    deputy = next(one for one in said["items"] if one["recipient"]["name"] == SITI.name)
    assert deputy["stands_in_for"] == RASHID.name
    complainant = next(one for one in said["items"] if one["recipient"]["kind"] == "complainant")
    assert complainant["recipient"]["masked"] == "a***@kelantan.gov.my"
    assert said["supposed"]["from_state"] == "BARU"


def away(deputy: Person) -> reference.Away:
    day = SUNDAY.date()
    return reference.Away(from_=day, until=day.replace(year=day.year + 9), deputy=deputy.id)


async def test_a_dry_run_says_why_not(desk: Desk) -> None:
    await desk.hear(sealed(staff(OTHER_ADMIN, "ADMIN", "PIC")))
    await desk.hear(*Course().say(workflow.Assigned, "DIAGIHKAN", pic=OTHER_ADMIN).envelopes())
    async with serving(desk.app()) as client:
        escalated = await rehearsed(client, "escalated", level=1)
        reminded = await rehearsed(client, "reminded", kind="remind", custodian="COMPLAINANT")
        noted = await rehearsed(client, "noted")
    mine = [one for one in escalated["items"] if one["recipient"]["id"] == OTHER_ADMIN.id]
    assert [(one["reason"], one["told_as"]) for one in mine] == [(None, None), ("duplicate_person", mine[0]["line"])]
    (silent,) = [one for one in escalated["silent"] if one["audience"] == "management"]
    assert silent["unmet"] == ["level"]
    unmet = {one["template"]: one["unmet"] for one in reminded["silent"]}
    assert unmet["notis_tutup_automatik"] == ["kind"]
    assert noted["items"] == []
    assert noted["nobody"]


async def test_lines_that_are_not_saved_yet_are_tried_out_and_checked_like_saved_ones(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    async with serving(desk.app()) as client:
        _, items = await held(client)
        mine = [dict(item) for item in items if item["event"] == "complaint.rejected"]
        mine[0]["enabled"] = False
        said = await rehearsed(client, "rejected", items=mine, to="DITUTUP")
        mine[0]["template"] = "agihan_pic"
        body = {"event": "complaint.rejected", "complaint": NUMBER, "items": mine}
        wrong = await client.post("/v1/rules/rehearsals", headers=admin(), json=body)
        _, after = await held(client)
    assert (said["version"], [one["reason"] for one in said["items"]]) == (None, ["switched_off"])
    assert [error["field"] for error in wrong.json()["errors"]] == ["items.0.template"]
    assert after == items


@pytest.mark.parametrize("event", ["password.changed", "password_reset.requested", "tracking_link.requested"])
async def test_what_is_about_an_account_or_a_link_is_tried_out_too(desk: Desk, event: str) -> None:
    await desk.hear(sealed(a_received()))
    async with serving(desk.app()) as client:
        body = {"event": event} | ({"complaint": NUMBER} if "link" in event else {})
        answer = (await client.post("/v1/rules/rehearsals", headers=admin(), json=body)).json()
    names = ["Aminah binti Ali"] if "link" in event else [ADMIN.name]
    assert [one["recipient"]["name"] for one in answer["items"]] == names


async def test_a_digest_is_tried_out_for_everybody_the_lines_give_one(desk: Desk) -> None:
    await desk.hear(sealed(staff(OTHER_ADMIN, "ADMIN", preferences={"quiet": "00:00-23:59"}), 2))
    async with serving(desk.app()) as client:
        answer = await client.post("/v1/rules/rehearsals", headers=admin(), json={"event": "digest.due"})
    found = answer.json()
    assert answer.status_code == 200, answer.text
    names = {one["recipient"]["name"] for one in found["items"]}
    assert {ADMIN.name, OTHER_ADMIN.name, HEAD.name, RASHID.name, SITI.name} <= names
    assert "Meja TTSB" not in names
    assert len(found["items"]) == len(names)
    assert found["silent"] == []


async def test_a_message_with_a_whatsapp_body_is_looked_at_as_that_too(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    async with serving(desk.app()) as client:
        asked = {"template": "akuan_terima", "complaint": NUMBER}
        found = (await client.get("/v1/previews", headers=admin(), params=asked)).json()
        without = (await client.get("/v1/previews", headers=admin(), params={"template": "laporan_vendor"})).json()
    assert NUMBER in found["letters"]["ms"]["whatsapp"]
    assert found["letters"]["ms"]["whatsapp"] != found["letters"]["en"]["whatsapp"]
    assert without["letters"]["ms"]["whatsapp"] is None


async def test_a_message_is_looked_at_as_it_was_of_a_real_complaint_without_numbers_of_people(desk: Desk) -> None:
    text = f"No. KP saya {IC}, telefon 012-345 6789. <b>Tolong</b>"
    await desk.hear(*Course(text=text).say(workflow.Assigned, "DIAGIHKAN").envelopes())
    async with serving(desk.app()) as client:
        answer = await client.get(
            "/v1/previews", headers=head(), params={"template": "akuan_terima", "complaint": NUMBER}
        )
        found = answer.json()
    assert answer.status_code == 200, answer.text
    assert (found["reader"], found["event"]) == ("complainant", "complaint.received")
    assert found["happened_at"]
    assert NUMBER in found["letters"]["ms"]["subject"]
    assert "We have received" in found["letters"]["en"]["subject"]
    for letter in found["letters"].values():
        for part in letter.values():
            assert IC not in part
            assert "345 6789" not in part
        assert "<b>Tolong</b>" in letter["text"]
        assert "&lt;b&gt;Tolong&lt;/b&gt;" in letter["html"]
        assert "/a/contoh" in letter["text"]


async def test_every_message_can_be_looked_at_with_and_without_a_complaint(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    async with serving(desk.app()) as client:
        templates = (await client.get("/v1/rules", headers=admin())).json()["templates"]
        for template in templates:
            for complaint in ({}, {"complaint": NUMBER}):
                answer = await client.get("/v1/previews", headers=admin(), params={"template": template} | complaint)
                assert answer.status_code == 200, (template, complaint, answer.text)
                made = answer.json()["letters"]
                assert made["ms"]["text"] != made["en"]["text"]
        unknown = await client.get("/v1/previews", headers=admin(), params={"template": "tiada"})
        nowhere = await client.get(
            "/v1/previews", headers=admin(), params={"template": "akuan_terima", "complaint": "HD-2026-999999-X"}
        )
    assert (unknown.status_code, nowhere.status_code) == (404, 422)
    assert EMAIL not in str(made)


async def test_management_reads_and_tries_out_and_others_do_neither(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    body = {"event": "complaint.noted", "complaint": NUMBER}
    async with serving(desk.app()) as client:

        async def answers(headers: dict[str, str]) -> list[int]:
            return [
                (await client.get("/v1/rules/versions", headers=headers)).status_code,
                (await client.get("/v1/rules/versions/1", headers=headers)).status_code,
                (await client.post("/v1/rules/rehearsals", headers=headers, json=body)).status_code,
                (await client.get("/v1/previews", headers=headers, params={"template": "agihan_pic"})).status_code,
            ]

        assert await answers(token(HEAD.id, "MANAGEMENT")) == [200] * 4
        assert await answers(token(RASHID.id, "PIC")) == [403] * 4
        assert await answers({}) == [401] * 4
