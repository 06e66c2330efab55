"""What the form offers, who may change it, and that others hear of it."""

import asyncio
from typing import Any

import httpx2

from shared.envelope import decode
from shared.events.reference import FormSaved
from tests.integration.intake.desk import Intake, fields, running, staff
from tests.integration.intake.stream import said
from tests.support.eventually import eventually
from tests.support.infra import Broker, Database


async def form(intake: Intake) -> dict[str, Any]:
    answer: dict[str, Any] = (await intake.client.get("/v1/form")).json()
    return answer


async def listed(intake: Intake, name: str) -> list[dict[str, Any]]:
    answer = await intake.client.get(f"/v1/form/{name}", headers=staff("ADMIN"))
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def put(
    intake: Intake,
    name: str,
    items: list[dict[str, Any]],
    *,
    seen: str | None = None,
    roles: tuple[str, ...] = ("ADMIN",),
) -> httpx2.Response:
    """Saved on the version that stands, or on the one that is said to have been seen."""
    seen = (await intake.client.get("/v1/form")).headers["etag"] if seen is None else seen
    headers = {"If-Match": seen} if seen else {}
    return await intake.client.put(f"/v1/form/{name}", json={"items": items}, headers=staff(*roles) | headers)


async def versions(intake: Intake) -> list[int]:
    rows = await intake.rows("select sequence from event where about = 'form' order by sequence")
    return [row["sequence"] for row in rows]


async def test_the_form_offers_what_may_be_chosen(intake: Intake) -> None:
    offered = await form(intake)
    assert len(offered["modules"]) == 22
    assert offered["modules"][0] == {
        "slug": "sam",
        "code": "SAM",
        "name_ms": "Pentadbiran & Keselamatan",
        "name_en": "Administration & Security",
    }
    assert next(module for module in offered["modules"] if module["slug"] == "ac")["code"] is None
    assert offered["modules"][-1]["slug"] == "lain"
    assert len(offered["departments"]) == 34
    assert offered["departments"][0]["slug"] == "PKN"
    assert offered["departments"][0]["ptj"][0] == {"code": "101-001", "name": "Unit Teknologi Maklumat"}
    assert "MAIK" not in [department["slug"] for department in offered["departments"]]
    assert offered["limits"] == {"title": 200, "text": 32000, "attachments": 5, "attachment_bytes": 10485760}


async def test_the_form_is_said_once_however_often_intake_starts(
    intake: Intake, database: Database, broker: Broker
) -> None:
    async with running(database, broker), running(database, broker):
        assert await versions(intake) == [1]

    async def heard() -> bool:
        return [one.type for one in await said(broker)] == ["form.saved"]

    arrived: bool = await eventually(heard)
    assert arrived
    event = (await said(broker))[0].open_as(FormSaved)
    assert (len(event.modules), len(event.departments)) == (22, 52)
    assert next(department.slug for department in event.departments if not department.active) == "MAIK"


async def test_only_admin_sees_and_changes_the_lists(intake: Intake) -> None:
    for name in ("modules", "departments", "ptj"):
        items = await listed(intake, name)
        assert (await intake.client.get(f"/v1/form/{name}")).status_code == 401
        assert (await intake.client.put(f"/v1/form/{name}", json={"items": items})).status_code == 401
        for roles, status in ((("PIC",), 403), (("MANAGEMENT",), 403), (("PIC", "ADMIN"), 200)):
            answer = await put(intake, name, items, roles=roles)
            assert (name, answer.status_code) == (name, status)
            answer = await intake.client.get(f"/v1/form/{name}", headers=staff(*roles))
            assert (name, answer.status_code) == (name, status)


async def test_a_saved_list_is_offered_at_once_and_said(intake: Intake) -> None:
    modules = await listed(intake, "modules")
    modules.append(
        {"slug": "baru", "code": "BR", "name_ms": "Baru", "name_en": "New", "position": 0, "code_confirmed": True}
    )
    answer = await put(intake, "modules", modules)
    assert answer.json()["version"] == 2
    assert answer.headers["etag"] == '"v2"'
    assert (await form(intake))["modules"][0] == {"slug": "baru", "code": "BR", "name_ms": "Baru", "name_en": "New"}
    await intake.filed(module="baru")
    rows = await intake.rows("select body from event where about = 'form' order by sequence desc limit 1")
    assert decode(rows[0]["body"]).open_as(FormSaved).modules[0].slug == "baru"
    assert await versions(intake) == [1, 2]


async def test_a_department_that_is_not_offered_any_more_cannot_be_chosen(intake: Intake) -> None:
    departments = await listed(intake, "departments")
    departments[0]["active"] = False
    assert (await put(intake, "departments", departments)).status_code == 200
    assert "PKN" not in [department["slug"] for department in (await form(intake))["departments"]]
    assert fields(await intake.file()) == {"department": "choose"}


async def test_a_list_saved_since_the_last_complaint_counts_for_the_next(intake: Intake) -> None:
    await intake.filed()
    departments = await listed(intake, "departments")
    departments[0]["active"] = False
    await put(intake, "departments", departments)
    assert fields(await intake.file()) == {"department": "choose"}
    departments[0]["active"] = True
    await put(intake, "departments", departments)
    await intake.filed()


async def test_a_department_without_ptj_is_filed_without(intake: Intake) -> None:
    departments = await listed(intake, "departments")
    next(department for department in departments if department["slug"] == "MAIK")["active"] = True
    await put(intake, "departments", departments)
    await intake.filed(department="MAIK", ptj=None)


async def test_the_three_lists_hold_together(intake: Intake) -> None:
    departments, ptj = await listed(intake, "departments"), await listed(intake, "ptj")
    assert fields(await put(intake, "departments", departments[1:])) == {"items": "department_has_ptj"}
    ptj[0]["department"] = "TIADA"
    assert fields(await put(intake, "ptj", ptj)) == {"items.0.department": "choose"}
    assert fields(await put(intake, "modules", [])) == {"items": "required"}
    assert await versions(intake) == [1]


MALFORMED: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"code": "1-1", "department": "PKN"}, {"items.0.name": "required"}),
    ({"code": "1-1", "department": "PKN", "name": 5}, {"items.0.name": "string_type"}),
    ({"code": "1-1", "department": "PKN", "name": "x", "boss": "y"}, {"items.0.boss": "unexpected"}),
    (
        {"code": "a\0", "department": "PKN", "name": "x\0"},
        {"items.0.code": "key", "items.0.name": "control_character"},
    ),
]


async def test_a_malformed_row_is_a_field_error(intake: Intake) -> None:
    for row, said_of in MALFORMED:
        assert fields(await put(intake, "ptj", [row])) == said_of


async def test_an_editor_who_saw_an_older_form_is_told(intake: Intake) -> None:
    modules = await listed(intake, "modules")
    assert (await put(intake, "modules", modules, seen='"v1"')).status_code == 200
    stale = await put(intake, "modules", modules, seen='"v1"')
    assert (stale.status_code, stale.json()["version"]) == (412, 2)


async def test_an_editor_who_does_not_say_what_they_saw_overwrites_nobody(intake: Intake) -> None:
    for name in ("modules", "departments", "ptj"):
        answer = await put(intake, name, await listed(intake, name), seen="")
        assert (name, answer.status_code, answer.json()["code"]) == (name, 428, "if_match_required")
    assert await versions(intake) == [1]


async def test_of_two_editors_at_once_the_second_is_told(intake: Intake) -> None:
    modules, ptj = await listed(intake, "modules"), await listed(intake, "ptj")
    answers = await asyncio.gather(put(intake, "modules", modules, seen='"v1"'), put(intake, "ptj", ptj, seen='"v1"'))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert await versions(intake) == [1, 2]
