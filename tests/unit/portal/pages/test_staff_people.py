"""Kakitangan and Penyelesaian."""

import re

import httpx2

from tests.unit.portal.outside import NUMBER, Outside, answer, problem
from tests.unit.portal.pages.staffing import ADMIN, MANAGEMENT, enter, staffed
from tests.unit.portal.reading import Page

NEW = {
    "ic": "800101990001",
    "name": "Pegawai Baharu",
    "email": "baharu@pkn.example",
    "phone": "0123456789",
    "password": "kata-laluan-panjang",
    "language": "en",
    "roles": ["PIC", "IMPLEMENTOR"],
    "modules": ["gl", "ac"],
}


async def test_admin_sees_everybody_with_roles_modules_and_load(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, ADMIN)
    await enter(visitor)
    page = Page(await visitor.get("/staf/kakitangan"))
    for said in ("Aisyah", "******-**-0001", "a***@pkn.example", "Lejar Am (GL)", "3 aduan terbuka", "Tidak aktif"):
        assert said in page.text
    assert "/staf/kakitangan/s1" in page.links


async def test_whom_mail_does_not_reach_is_marked_and_the_list_stands_without_notify(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    one = {"staff": "s1", "at": "2026-03-01T10:15:00+08:00", "masked": "a***@pkn.example"}
    staffed(outside, ADMIN).on("GET", "/v1/refused-staff", answer({"items": [one]}))
    await enter(visitor)
    assert Page(await visitor.get("/staf/kakitangan")).text.count("Mel ditolak pada 01-03-2026 10:15") == 1
    outside.on("GET", "/v1/refused-staff", problem(503, "unavailable"))
    page = Page(await visitor.get("/staf/kakitangan"))
    assert page.status == 200
    assert "Aisyah" in page.text
    assert "Mel ditolak" not in page.text


async def test_management_reads_and_a_pic_is_shown_the_door(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, MANAGEMENT)
    await enter(visitor)
    page = Page(await visitor.get("/staf/kakitangan"))
    assert "Aisyah" in page.text
    assert "/staf/kakitangan/s1" not in page.links
    assert Page(await visitor.get("/staf/kakitangan/s1")).status == 403
    staffed(outside)
    await enter(visitor)
    page = Page(await visitor.get("/staf/kakitangan"))
    assert (page.status, "/staf/kakitangan" in page.links) == (403, False)


async def test_a_new_member_goes_to_workflow_and_an_implementor_joins_the_queue(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside, ADMIN).on("POST", "/v1/staff", answer({"id": "s1"}, 201))
    await enter(visitor)
    form = Page(await visitor.get("/staf/kakitangan/baharu")).form("member")
    assert form.choices["modules"] == ["gl", "ac", "lain"]
    saved = await visitor.post(form.action, data=NEW)
    assert outside.last("POST", "/v1/staff").body == {**NEW, "queues": ["IMPLEMENTOR"]}
    assert saved.headers["Location"] == "/staf/kakitangan?simpan=s1"
    assert "Aisyah telah disimpan." in Page(await visitor.get(saved.headers["Location"])).text


async def test_what_is_wrong_is_said_beside_the_field_and_everything_but_the_password_is_kept(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    errors = [("ic", "Sudah didaftarkan", "Taken"), ("roles", "Pilih peranan", "Choose")]
    staffed(outside, ADMIN).on("POST", "/v1/staff", problem(422, "invalid", errors=errors))
    await enter(visitor)
    page = Page(await visitor.post("/staf/kakitangan/baharu", data=NEW))
    assert page.status == 422
    assert "Sudah didaftarkan" in page.text
    form = page.form("member")
    assert form.fields["name"] == NEW["name"]
    ticked = re.findall(r'name="(?:roles|modules)" value="(\w+)" checked', page.html)
    assert ticked == ["PIC", "IMPLEMENTOR", "gl", "ac"]
    assert "kata-laluan-panjang" not in page.html


async def test_a_change_leaves_out_what_was_left_empty(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, ADMIN).on("PATCH", "/v1/staff/s1", answer(status=204))
    await enter(visitor)
    form = Page(await visitor.get("/staf/kakitangan/s1")).form("member")
    assert (form.fields["name"], form.fields["active"], form.fields["email"]) == ("Aisyah", "1", "")
    sent = {**form.fields, "roles": "PIC", "modules": ["gl", "lain"]}
    sent.pop("active")
    await visitor.post("/staf/kakitangan/s1", data=sent)
    assert outside.last("PATCH", "/v1/staff/s1").body == {
        "name": "Aisyah",
        "roles": ["PIC"],
        "queues": [],
        "modules": ["gl", "lain"],
        "language": "ms",
        "active": False,
    }


async def test_while_workflow_is_away_the_form_keeps_what_was_filled_in(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside, ADMIN)
    await enter(visitor)
    outside.down.add("workflow")
    page = Page(await visitor.post("/staf/kakitangan/baharu", data=NEW))
    assert (page.status, page.form("member").fields["name"]) == (503, NEW["name"])


async def test_nobody_of_that_id_is_not_found(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, ADMIN)
    await enter(visitor)
    assert (await visitor.get("/staf/kakitangan/tiada")).status_code == 404
    assert (await visitor.post("/staf/kakitangan/tiada", data={"name": "x"})).status_code == 404


async def test_solutions_are_found_by_words(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    solved = {
        "id": NUMBER,
        "number": NUMBER,
        "module": "gl",
        "module_name": {"ms": "Lejar Am", "en": "General Ledger"},
        "symptom": "Baucar ditolak",
        "cause": "<b>Pepijat</b>",
        "steps": "1. Pasang\n2. Cuba",
        "published": False,
    }
    staffed(outside).on("GET", "/v1/solutions", answer({"items": [solved]}))
    await enter(visitor)
    page = Page(await visitor.get("/staf/penyelesaian?q=baucar"))
    assert outside.last("GET", "/v1/solutions").params["q"] == "baucar"
    for said in ("1 penyelesaian dijumpai.", "Baucar ditolak", "<b>Pepijat</b>", "Kakitangan sahaja"):
        assert said in page.text
    # a PIC cannot open another's complaint, so its number leads nowhere
    assert f"/staf/aduan/{NUMBER}" not in page.links
    outside.on("GET", "/v1/solutions", answer({"items": []}))
    assert "Tiada penyelesaian yang sepadan" in Page(await visitor.get("/staf/penyelesaian?q=xyz")).text
