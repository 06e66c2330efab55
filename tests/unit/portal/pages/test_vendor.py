"""The page of the vendor's signed link: the leg and a form; and the panel of the leg on a complaint's own page."""

from typing import Any

import httpx2

from tests.unit.portal.outside import NUMBER, Outside, answer, problem
from tests.unit.portal.pages.staffing import ADMIN, VENDOR, detail, enter, entry, row, staffed, stands
from tests.unit.portal.reading import Page

LINK = f"1.{NUMBER}.1769000000.BBBBBBBBBBBBBBBBBBBBBB"
LOGS = [
    {"number": "BKP-61", "at": "2026-11-23T09:00:00+08:00"},
    {"number": "TTSB-9", "at": "2026-11-24T09:00:00+08:00"},
]
LEG: dict[str, Any] = {
    "number": NUMBER,
    "title": "Baucar bayaran tidak dapat disahkan",
    "module": {"ms": "Lejar Am", "en": "General Ledger"},
    "department": "Jabatan Kerja Raya",
    "ptj": "Ibu Pejabat JKR",
    "since": "2026-11-23T09:00:00+08:00",
    "due": "2026-12-14T17:00:00+08:00",
    "days": 15,
    "used": 1,
    "left": 14,
    "logs": LOGS,
    "entries": [
        {
            "sequence": 4,
            "at": "2026-11-23T09:00:00+08:00",
            "kind": "vendor_logged",
            "actor": {"role": "PIC", "name": "Aisyah", "by_link": False},
            "text": "Ralat GL-102 semasa mengesahkan baucar.",
            "vendor_reference": "BKP-61",
            "attachments": [{"id": "f1", "name": "ralat.pdf", "type": "application/pdf", "size": 2048}],
        },
        {
            "sequence": 5,
            "at": "2026-11-24T09:00:00+08:00",
            "kind": "vendor_updated",
            "actor": {"role": "VENDOR", "name": "Helpdesk BKP/TTSB", "by_link": True},
            "text": None,
            "vendor_reference": "TTSB-9",
            "attachments": [],
        },
    ],
}
OURS = {name: LEG[name] for name in ("since", "due", "days", "used", "left", "logs")} | {"until": None}
REPORTED = entry(
    3,
    "vendor_logged",
    "PIC",
    "Ralat GL-102.",
    audience=["S", "V"],
    at="2026-11-23T09:00:00+08:00",
    vendor_reference="BKP-61",
)


def opened(outside: Outside) -> None:
    """Workflow opens the link."""
    outside.on("GET", "/v1/vendor-leg", answer(LEG))
    for what in ("update", "answer"):
        outside.on("POST", f"/v1/vendor-leg/{what}", answer({"number": NUMBER, "version": 6}))


async def sent(visitor: httpx2.AsyncClient, **typed: str) -> httpx2.Response:
    form = Page(await visitor.get(f"/vendor/{LINK}")).form("answer")
    return await visitor.post(form.action, data={**form.fields, **typed})


async def test_the_link_shows_the_leg_and_its_address_goes_nowhere(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    opened(outside)
    shown = await visitor.get(f"/vendor/{LINK}")
    page = Page(shown)
    assert shown.headers["referrer-policy"] == "no-referrer"
    for words in ("Ralat GL-102", "BKP-61", "TTSB-9", "Jabatan Kerja Raya", "1 daripada 15 hari bekerja", "14-12-2026"):
        assert words in page.text, words
    assert f"/vendor/{LINK}/lampiran/f1" in page.links
    assert outside.last("GET", "/v1/vendor-leg").headers["x-vendor-token"] == LINK
    assert {asked.method for asked in outside.asked if asked.service == "workflow"} == {"GET"}


async def test_an_update_is_sent_once_and_leads_back(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    opened(outside)
    answered = await sent(visitor, what="kemas-kini", vendor_reference="TTSB-10", text="  ")
    assert (answered.status_code, answered.headers["location"]) == (303, f"/vendor/{LINK}?siap=kemas-kini")
    asked = outside.last("POST", "/v1/vendor-leg/update")
    assert asked.body == {"vendor_reference": "TTSB-10"}
    assert len(asked.headers["idempotency-key"]) == 40
    assert "Kemas kini diterima" in Page(await visitor.get(answered.headers["location"])).text


async def test_the_answer_is_thanked_for_since_its_address_opens_nothing_any_more(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    opened(outside)
    answered = await sent(visitor, what="jawapan", text="Dibaiki dalam versi 4.2.")
    assert (answered.status_code, Page(answered).title.split(" - ")[0]) == (200, "Jawapan diterima")
    assert outside.last("POST", "/v1/vendor-leg/answer").body == {"text": "Dibaiki dalam versi 4.2."}


async def test_what_was_refused_comes_back_with_everything_typed(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    opened(outside)
    wrong = problem(422, "invalid", errors=[("text", "Isi sekurang-kurangnya satu", "Fill in at least one")])
    outside.on("POST", "/v1/vendor-leg/answer", wrong)
    answered = await sent(visitor, what="jawapan", vendor_reference="TTSB-10")
    assert answered.status_code == 422
    assert "Isi sekurang-kurangnya satu" in Page(answered).text
    assert Page(answered).form("answer").fields["vendor_reference"] == "TTSB-10"


async def test_a_link_that_opens_nothing_is_the_page_of_what_is_not_there(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.on("GET", "/v1/vendor-leg", problem(404, "not_found"))
    outside.on("POST", "/v1/vendor-leg/answer", problem(404, "not_found"))
    gone = await visitor.get("/tiada-halaman-ini")
    tries = [
        await visitor.get(f"/vendor/{LINK}"),
        await visitor.get("/vendor/x"),
        await visitor.get("/vendor/%E2%82%AC"),
        await visitor.post(f"/vendor/{LINK}/hantar", data={"what": "jawapan", "text": "x"}),
        await visitor.get(f"/vendor/{LINK}/lampiran/f1"),
    ]
    assert {(one.status_code, Page(one).title) for one in tries} == {(404, Page(gone).title)}


async def test_the_panel_tells_the_vendors_clock_and_gives_a_letter_without_who_complained(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside)
    reminder = entry(5, "reminded", "SYSTEM", at="2026-11-30T17:00:00+08:00", detail={"rule": "vendor.remind"})
    before = entry(2, "reminded", "SYSTEM", at="2026-11-22T17:00:00+08:00", detail={"rule": "vendor.remind"})
    seen = detail(entries=[before, REPORTED, reminder])
    stands(outside, seen, state="TINDAKAN_VENDOR", custodian="VENDOR", vendor=OURS)
    await enter(visitor)
    page = Page(await visitor.get(f"/staf/aduan/{NUMBER}"))
    assert "1 daripada 15 hari bekerja digunakan" in page.text
    panel = page.html.partition('id="vendor"')[2].partition("</section>")[0]
    assert panel.count("30-11-2026 17:00") == 1
    assert "22-11-2026 17:00" not in panel, "of another leg"
    assert f"[{NUMBER}] [TTSB-9] Laporan masalah iSPEKS Kelantan" in panel
    assert "Ralat GL-102." in panel
    assert "Aminah" not in panel


async def test_the_vendors_account_sees_its_leg_without_letter_and_reminders(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside, VENDOR)
    stands(outside, detail(entries=[REPORTED], description=None), state="TINDAKAN_VENDOR", vendor=OURS, allowed=[])
    await enter(visitor)
    page = Page(await visitor.get(f"/staf/aduan/{NUMBER}"))
    assert "vendor" in page.ids
    assert "vendor-letter" not in page.ids


async def test_the_list_names_the_log_numbers(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside)
    listed = {
        "items": [row(vendor_logs=["BKP-61", "TTSB-9"])],
        "next": None,
        "as_of": REPORTED["at"],
        "folders": {},
        "badge": 0,
    }
    outside.on("GET", "/v1/inbox", answer(listed))
    await enter(visitor)
    assert "BKP-61, TTSB-9" in Page(await visitor.get("/staf/peti")).text


async def test_the_helpdesks_address_is_admins_to_set(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, ADMIN)
    outside.on("GET", "/v1/settings/vendor", answer({"email": "helpdesk@ttsb.example"}))
    outside.on("PUT", "/v1/settings/vendor", answer(status=204))
    await enter(visitor)
    form = Page(await visitor.get("/staf/vendor")).form("desk")
    assert form.fields["email"] == "helpdesk@ttsb.example"
    answered = await visitor.post(form.action, data={"email": ""})
    assert answered.headers["location"] == "/staf/vendor?siap=1"
    assert outside.last("PUT", "/v1/settings/vendor").body == {"email": ""}
    staffed(outside)
    await visitor.post("/log-keluar")
    await enter(visitor)
    assert (await visitor.get("/staf/vendor")).status_code == 403
    assert (await visitor.post("/staf/vendor", data={"email": "x@y.my"})).status_code == 403
