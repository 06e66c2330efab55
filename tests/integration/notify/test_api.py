"""The ledger and the rules over HTTP: who may see what, and what may be changed."""

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from shared.auth import Caller, StaffTokens
from shared.events import workflow
from tests.integration.notify.conftest import Desk, serving
from tests.integration.notify.reading import settled
from tests.support import keys
from tests.support.complaints import EMAIL, NUMBER, RASHID, SITI, Course, a_contact, a_received, sealed


def token(who: str, *roles: str) -> dict[str, str]:
    caller = Caller(who, "session", who, frozenset(roles), frozenset())
    made, _ = StaffTokens(private=keys.STAFF_PRIVATE_KEY).issue(caller, datetime.now(UTC))
    return {"Authorization": f"Bearer {made}"}


def admin() -> dict[str, str]:
    return token("s-admin", "ADMIN")


def head() -> dict[str, str]:
    return token("s-head", "MANAGEMENT")


async def listed(client: httpx2.AsyncClient, headers: dict[str, str], **filters: object) -> Any:
    answer = await client.get("/v1/deliveries", headers=headers, params={k: str(v) for k, v in filters.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_ledger_says_what_was_sent_to_whom_and_masks_addresses(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    async with serving(desk.app()) as client:
        await settled(desk)
        page = await listed(client, head(), complaint=NUMBER, status="sent")
    mine = next(item for item in page["items"] if item["recipient"]["kind"] == "complainant")
    assert mine["event"] == "complaint.received"
    assert mine["complaint"] == NUMBER
    assert mine["template"] == "akuan_terima"
    assert mine["recipient"] == {
        "kind": "complainant",
        "id": None,
        "name": "Aminah binti Ali",
        "masked": "a***@kelantan.gov.my",
    }
    assert (mine["channel"], mine["status"], mine["reason"]) == ("email", "sent", None)
    assert [attempt["result"] for attempt in mine["attempts"]] == ["sent"]
    assert page["next"] is None
    assert page["as_of"]


async def test_the_ledger_pages_without_gaps_or_repeats(desk: Desk) -> None:
    for position in range(5):
        number = f"HD-2026-00050{position}-A"
        await desk.hear(sealed(a_received(number, contact=a_contact(number))))
    async with serving(desk.app()) as client:
        await settled(desk)
        whole = await listed(client, admin())
        ids: list[str] = []
        after = ""
        while True:
            page = await listed(client, admin(), limit=3, **({"after": after} if after else {}))
            ids += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            after = page["next"]
    assert ids == [item["id"] for item in whole["items"]]
    assert len(ids) == 10


async def test_a_pic_reads_of_complaints_they_can_see_and_of_no_others(desk: Desk) -> None:
    await desk.hear(*Course().say(workflow.Assigned, "DIAGIHKAN", pic=RASHID).envelopes())
    async with serving(desk.app()) as client:
        assert (await listed(client, token(RASHID.id, "PIC"), complaint=NUMBER))["items"]
        answers = [
            await client.get("/v1/deliveries", headers=headers, params=filters)
            for headers, filters in (
                (token(SITI.id, "PIC"), {"complaint": NUMBER}),
                (token(RASHID.id, "PIC"), {"complaint": "HD-2026-999999-A"}),
                (token(RASHID.id, "PIC"), {}),
                (token("s-vendor", "VENDOR"), {"complaint": NUMBER}),
                ({}, {}),
            )
        ]
    assert [answer.status_code for answer in answers] == [404, 404, 403, 403, 401]


async def test_an_admin_puts_a_bounced_mail_back_in_line_and_a_sent_one_never(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    desk.post.on_rcpt = lambda address: "550 no such user" if address == EMAIL else "250 ok"
    async with serving(desk.app()) as client:
        await settled(desk)
        (failed,) = (await listed(client, admin(), status="failed"))["items"]
        assert failed["reason"] == "bounced"
        desk.post.on_rcpt = lambda _address: "250 ok"
        refused = await client.post(f"/v1/deliveries/{failed['id']}/retry", headers=head())
        answer = await client.post(f"/v1/deliveries/{failed['id']}/retry", headers=admin())
        assert (refused.status_code, answer.status_code, answer.json()["status"]) == (403, 200, "planned")
        await settled(desk)
        (sent,) = [item for item in (await listed(client, admin()))["items"] if item["id"] == failed["id"]]
        assert [attempt["result"] for attempt in sent["attempts"]] == ["permanent", "sent"]
        again = await client.post(f"/v1/deliveries/{failed['id']}/retry", headers=admin())
        missing = await client.post("/v1/deliveries/00000000-0000-7000-8000-000000000000/retry", headers=admin())
    assert (again.status_code, again.json()["code"], again.json()["status"]) == (409, "not_retryable", 409)
    assert missing.status_code == 404
    assert len(desk.post.to(EMAIL)) == 1


async def test_rules_are_read_changed_as_a_whole_and_obeyed_at_once(desk: Desk) -> None:
    async with serving(desk.app()) as client:
        before = await client.get("/v1/rules", headers=head())
        next_one = before.json()["version"] + 1
        items = before.json()["items"]
        for item in items:
            if item["template"] == "akuan_terima":
                item["enabled"] = False
        saved = await client.put(
            "/v1/rules", headers=admin() | {"If-Match": before.headers["etag"]}, json={"items": items}
        )
        assert (saved.status_code, saved.headers["etag"]) == (200, f'"v{next_one}"'), saved.text
        assert saved.json()["items"] == items
        await desk.hear(sealed(a_received()))
        await settled(desk)
        page = await listed(client, admin(), status="skipped")
    assert [(item["template"], item["reason"]) for item in page["items"]] == [("akuan_terima", "switched_off")]
    assert desk.post.to(EMAIL) == []


async def test_a_matrix_that_would_leave_somebody_out_is_refused_with_every_fault(desk: Desk) -> None:
    async with serving(desk.app()) as client:
        before = await client.get("/v1/rules", headers=admin())
        match = admin() | {"If-Match": before.headers["etag"]}
        good = before.json()["items"]

        async def errors(items: list[dict[str, Any]]) -> list[str]:
            answer = await client.put("/v1/rules", headers=match, json={"items": items})
            assert answer.status_code == 422, answer.text
            return [error["field"] for error in answer.json()["errors"]]

        def changed(position: int, **to: Any) -> list[dict[str, Any]]:
            return [item | to if index == position else item for index, item in enumerate(good)]

        assert await errors([item for item in good if item["event"] != "complaint.rated"]) == ["items"]
        assert await errors(changed(0, template="tiada")) == ["items.0.template"]
        assert await errors(changed(0, audience="everybody")) == ["items.0.audience", "items.0.template"]
        assert await errors(changed(0, channel="pigeon")) == ["items.0.channel"]
        assert await errors(changed(0, audience="pic")) == ["items.0.template"]
        assert await errors(changed(0, template="log_vendor")) == ["items.0.template"]
        assert await errors(changed(0, condition={"moon": "full"})) == ["items.0.condition"]
        assert await errors(changed(0, condition={"in_state": ["TIDUR"]})) == ["items.0.condition"]
        none = next(index for index, item in enumerate(good) if item["audience"] is None)
        assert await errors(changed(none, why=None)) == [f"items.{none}.why"]
        assert (await client.put("/v1/rules", headers=admin(), json={"items": good})).status_code == 428
        stale = await client.put("/v1/rules", headers=admin() | {"If-Match": '"v9"'}, json={"items": good})
        assert (stale.status_code, stale.json()["version"]) == (412, before.json()["version"])
        assert (await client.put("/v1/rules", headers=match | head(), json={"items": good})).status_code == 403
    assert await desk.rows("select from matrix where version > $1", before.json()["version"]) == []


@pytest.mark.parametrize("path", ["/readyz", "/livez", "/metrics", "/openapi.json"])
async def test_the_service_answers_for_itself(desk: Desk, path: str) -> None:
    async with serving(desk.app()) as client:
        answer = await client.get(path)
    assert answer.status_code == (503 if path == "/readyz" else 200)
    if path == "/readyz":
        assert all("nats" in why for why in answer.json()["why"])
