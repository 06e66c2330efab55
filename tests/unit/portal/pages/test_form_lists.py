"""The lists of Borang Aduan, as Admin edits them."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from tests.unit.portal.outside import Asked, Outside, answer, problem
from tests.unit.portal.pages.staffing import ADMIN, MANAGEMENT, enter, staffed
from tests.unit.portal.reading import Page

MODULES: list[dict[str, Any]] = [
    {"slug": "gl", "code": "GL", "name_ms": "Lejar Am", "name_en": "Ledger", "position": 3, "code_confirmed": True},
    {"slug": "ac", "code": "AC", "name_ms": "Tuntutan", "name_en": "Claims", "position": 5, "code_confirmed": False},
    {"slug": "dws", "code": None, "name_ms": "DWS", "name_en": "DWS", "position": 9, "code_confirmed": False},
]
DEPARTMENTS: list[dict[str, Any]] = [
    {"slug": "PKN", "number": 101, "name": "Perbendaharaan", "category": "A", "active": True},
    {"slug": "MAIK", "number": 152, "name": "Majlis Agama", "category": "F", "active": False},
]
PTJ: list[dict[str, Any]] = [{"code": "101-001", "department": "PKN", "name": "Unit Teknologi Maklumat"}]
KEPT = {"modules": MODULES, "departments": DEPARTMENTS, "ptj": PTJ}


def lists(outside: Outside, version: int = 7, **changed: list[dict[str, Any]]) -> None:
    """Intake keeps these lists."""
    for name, items in {**KEPT, **changed}.items():
        outside.on("GET", f"/v1/form/{name}", answer({"version": version, "items": items}))


@pytest.fixture
async def admin(visitor: httpx2.AsyncClient, outside: Outside) -> httpx2.AsyncClient:
    staffed(outside, ADMIN)
    lists(outside)
    await enter(visitor)
    return visitor


async def opened(admin: httpx2.AsyncClient, name: str) -> dict[str, str]:
    """What the form of that list would send, untouched."""
    return Page(await admin.get(f"/staf/borang/{name}")).form("list").fields


async def sent(admin: httpx2.AsyncClient, name: str, fields: Mapping[str, str]) -> Page:
    return Page(await admin.post(f"/staf/borang/{name}", data=dict(fields)))


async def test_admin_finds_the_lists_in_the_menu_and_sees_them_whole(admin: httpx2.AsyncClient) -> None:
    assert "/staf/borang" in Page(await admin.get("/staf")).links
    page = Page(await admin.get("/staf/borang"))
    fields = page.form("list").fields
    assert (fields["r0-name_ms"], fields["r0-code_confirmed"], fields["r2-code"]) == ("Lejar Am", "1", "")
    assert "r1-code_confirmed" not in fields
    assert {"/staf/borang/modul", "/staf/borang/jabatan", "/staf/borang/ptj"} <= set(page.links)
    assert "active" not in fields
    page = Page(await admin.get("/staf/borang/ptj"))
    assert page.form("list").choices["r0-department"] == ["", "PKN", "MAIK"]
    assert Page(await admin.get("/staf/borang/jabatan")).form("list").fields["r1-name"] == "Majlis Agama"
    assert (await admin.get("/staf/borang/tiada")).status_code == 404


async def test_nobody_else_sees_or_changes_them(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, MANAGEMENT)
    lists(outside)
    await enter(visitor)
    assert "/staf/borang" not in Page(await visitor.get("/staf")).links
    assert (await visitor.get("/staf/borang")).status_code == 403
    assert (await visitor.post("/staf/borang/modul", data={"version": "7"})).status_code == 403
    assert outside.calls("PUT", "/v1/form/modules") == []


async def test_the_list_untouched_goes_back_as_it_came_with_its_version(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    for path, name in (("modul", "modules"), ("jabatan", "departments"), ("ptj", "ptj")):
        outside.on("PUT", f"/v1/form/{name}", answer({"version": 8, "items": []}))
        answered = await admin.post(f"/staf/borang/{path}", data=await opened(admin, path))
        asked = outside.last("PUT", f"/v1/form/{name}")
        assert (asked.body, asked.headers["If-Match"]) == ({"items": KEPT[name]}, '"v7"')
        assert answered.headers["Location"] == f"/staf/borang/{path}?simpan=1"
        assert "senarai telah disimpan" in Page(await admin.get(answered.headers["Location"])).text


async def test_rows_are_renamed_moved_added_confirmed_taken_off_and_made_inactive(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.on("PUT", "/v1/form/modules", answer({"version": 8, "items": []}))
    outside.on("PUT", "/v1/form/departments", answer({"version": 8, "items": []}))
    changed = {"r0-name_ms": "Lejar", "r0-position": "12", "r1-code_confirmed": "1", "r2-out": "1"}
    added = {"r3-slug": "baru", "r3-name_ms": "Baru", "r3-name_en": "New", "r3-position": "10"}
    await sent(admin, "modul", await opened(admin, "modul") | changed | added)
    assert outside.last("PUT", "/v1/form/modules").body["items"] == [
        {**MODULES[0], "name_ms": "Lejar", "position": 12},
        {**MODULES[1], "code_confirmed": True},
        {"slug": "baru", "name_ms": "Baru", "name_en": "New", "code": None, "code_confirmed": False, "position": 10},
    ]
    fields = await opened(admin, "jabatan")
    fields.pop("r0-active")
    await sent(admin, "jabatan", fields | {"r1-active": "1"})
    assert [one["active"] for one in outside.last("PUT", "/v1/form/departments").body["items"]] == [False, True]


async def test_more_rows_are_given_and_everything_typed_stays(admin: httpx2.AsyncClient, outside: Outside) -> None:
    fields = await opened(admin, "modul") | {"r3-slug": "baru", "r0-name_ms": "Lejar", "more": "1"}
    page = await sent(admin, "modul", fields)
    again = page.form("list").fields
    assert (page.status, again["r3-slug"], again["r0-name_ms"], again["version"]) == (200, "baru", "Lejar", "7")
    assert {"r4-slug", "r5-slug", "r6-slug"} <= again.keys()
    english = await sent(admin, "modul", fields | {"more": "", "lang": "en"})
    assert english.form("list").fields["r3-slug"] == "baru"
    assert "Lists on the Complaint Form" in english.text
    assert outside.calls("PUT", "/v1/form/modules") == []


async def test_what_is_wrong_is_said_beside_its_row_though_rows_before_it_were_taken_off(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    wrong = [("items.1.name_en", "Wajib diisi", "Required"), ("items.2.slug", "Huruf sahaja", "Letters only")]
    outside.on("PUT", "/v1/form/modules", problem(422, "invalid", errors=wrong))
    typed = {"r0-out": "1", "r2-name_en": "", "r2-position": "tiga", "r3-slug": "Baru!", "r3-name_ms": "Baru"}
    page = await sent(admin, "modul", await opened(admin, "modul") | typed)
    assert page.status == 422
    assert {"r2-name_en-error", "r3-slug-error"} <= set(page.ids)
    assert {"#r2-name_en", "#r3-slug"} <= set(page.links)
    assert "dws, Nama (English): Wajib diisi" in page.text
    fields = page.form("list").fields
    assert {name: fields[name] for name in typed} == typed
    assert outside.last("PUT", "/v1/form/modules").body["items"][1]["position"] == "tiga"


async def test_a_list_that_is_wrong_as_a_whole_says_so(admin: httpx2.AsyncClient, outside: Outside) -> None:
    wrong = problem(422, "invalid", errors=[("items", "Senarai tidak boleh kosong", "Empty")])
    outside.on("PUT", "/v1/form/ptj", wrong)
    page = await sent(admin, "ptj", await opened(admin, "ptj") | {"r0-out": "1"})
    assert (page.status, "Senarai tidak boleh kosong" in page.text) == (422, True)
    assert outside.last("PUT", "/v1/form/ptj").body == {"items": []}


async def test_a_stale_save_overwrites_nothing_shows_what_changed_and_keeps_what_was_typed(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    typed = {"r0-name_ms": "Lejar Saya", "r2-name_en": "Data", "r3-slug": "baru", "r3-name_ms": "Baru"}
    fields = await opened(admin, "modul") | typed
    theirs = [
        {**MODULES[0], "name_ms": "Lejar Mereka", "position": 1},
        {**MODULES[1], "name_en": "Advances"},
        {**MODULES[2], "slug": "bi", "name_ms": "Laporan", "name_en": "Reports"},
    ]
    lists(outside, version=9, modules=theirs)
    outside.on("PUT", "/v1/form/modules", problem(412, "stale", version=9))
    page = await sent(admin, "modul", fields)
    assert page.status == 412
    for said in (
        "gl Lejar Mereka : diubah: Nama (Bahasa Melayu) Lejar Am → Lejar Mereka ; Kedudukan 3 → 1",
        "bi Laporan : ditambah.",
        "dws DWS : dikeluarkan.",
        "Orang lain menyimpan: Lejar Mereka",
    ):
        assert said in page.text
    now = page.form("list").fields
    assert now["version"] == "9"
    # mine over theirs; theirs where I had changed nothing; what is gone comes back where I had changed it
    assert (now["r0-name_ms"], now["r0-position"]) == ("Lejar Saya", "1")
    assert now["r1-name_en"] == "Advances"
    assert [now[f"r{row}-slug"] for row in (3, 4)] == ["dws", "baru"]
    assert now["r3-name_en"] == "Data"

    def saved(asked: Asked) -> httpx2.Response:
        assert asked.headers["If-Match"] == '"v9"'
        return answer({"version": 10, "items": []})

    outside.on("PUT", "/v1/form/modules", saved)
    assert (await sent(admin, "modul", now)).status == 303


async def test_while_intake_is_away_everything_typed_stays(admin: httpx2.AsyncClient, outside: Outside) -> None:
    fields = await opened(admin, "ptj") | {"r0-name": "Unit IT"}
    outside.down.add("intake")
    page = await sent(admin, "ptj", fields)
    assert (page.status, page.form("list").fields["r0-name"]) == (503, "Unit IT")
    assert page.form("list").fields["r0-department"] == "PKN"


async def test_a_list_of_a_thousand_rows_is_not_too_long_for_the_form(
    admin: httpx2.AsyncClient, outside: Outside
) -> None:
    many = [{**PTJ[0], "code": f"101-{n}"} for n in range(1000)]
    lists(outside, ptj=many)
    outside.on("PUT", "/v1/form/ptj", answer({"version": 8, "items": []}))
    assert (await sent(admin, "ptj", await opened(admin, "ptj"))).status == 303
    assert outside.last("PUT", "/v1/form/ptj").body["items"] == many


async def test_a_session_that_ended_meanwhile_loses_nothing(admin: httpx2.AsyncClient) -> None:
    fields = await opened(admin, "modul") | {"r0-name_ms": "Lejar"}
    admin.cookies.clear()
    assert "Lejar" in (await sent(admin, "modul", fields)).html
