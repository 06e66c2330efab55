"""Penghantaran and Saluran: what was sent to whom and what became of it, put back in line; how the ways out do."""

import re
from typing import Any

import httpx2
import pytest

from tests.unit.portal.outside import AISYAH, NUMBER, Outside, answer, problem
from tests.unit.portal.pages.sending import (
    CHANNEL,
    DELIVERY,
    TEMPLATE,
    TEMPLATES,
    WRITTEN,
    alert,
    channels,
    delivery,
    ledger,
    told,
    written,
)
from tests.unit.portal.pages.staffing import ADMIN, MANAGEMENT, VENDOR, detail, enter, staffed, stands
from tests.unit.portal.reading import Page

ALL, WAYS, OF = (
    "/staf/pemberitahuan/penghantaran",
    "/staf/pemberitahuan/saluran",
    f"/staf/aduan/{NUMBER}/pemberitahuan",
)


async def test_the_ledger_says_who_was_told_what_and_what_became_of_it(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    ledger(staffed(outside, ADMIN), delivery(status="failed", reason="bounced", retryable=True))
    await enter(visitor)
    page = await visitor.get(ALL)
    assert page.status_code == 200
    for words in ("Gagal", "Ditolak untuk selamanya", "Aminah binti Ali", "a***@example.my", "Akuan penerimaan"):
        assert words in page.text, words
    assert "Aduan diterima" in page.text, "the event in the office's words"
    assert DELIVERY["template"] not in page.text


async def test_what_is_asked_goes_to_notify_by_its_own_names_and_stays_on_the_page(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    ledger(staffed(outside, ADMIN))
    await enter(visitor)
    page = await visitor.get(
        f"{ALL}?aduan={NUMBER.lower()}&status=failed&sebab=bounced&saluran=email&dari=2026-01-02&hingga=2026-01-03"
    )
    asked = outside.last("GET", "/v1/deliveries").params
    assert {name: asked.get(name) for name in ("complaint", "status", "reason", "channel", "from", "to", "staff")} == {
        "complaint": NUMBER,
        "status": "failed",
        "reason": "bounced",
        "channel": "email",
        "from": "2026-01-02",
        "to": "2026-01-03",
        "staff": None,
    }
    fields = Page(page).form(ALL).fields
    assert (fields["aduan"], fields["status"], fields["dari"]) == (NUMBER, "failed", "2026-01-02")


async def test_a_filter_that_is_none_is_said_at_its_name_and_nothing_typed_is_lost(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside = staffed(outside, ADMIN)
    outside.on("GET", "/v1/deliveries", problem(422, "invalid", errors=[("from", "Bukan tarikh", "Not a day")]))
    await enter(visitor)
    page = await visitor.get(f"{ALL}?dari=kelmarin&aduan=HD-1")
    assert page.status_code == 422
    assert "Bukan tarikh" in page.text
    assert 'value="HD-1"' in page.text
    assert re.search(r'id="dari"[^>]*aria-invalid', page.text)


async def test_those_ticked_go_back_in_line_and_the_page_says_how_many(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside = staffed(outside, ADMIN)
    ledger(outside, delivery(status="failed", reason="bounced", retryable=True), delivery(id="d2"))
    came = [{"id": DELIVERY["id"], "done": True, "code": None}, {"id": "d2", "done": False, "code": "not_retryable"}]
    outside.on("POST", "/v1/deliveries/retry", answer({"items": came}))
    await enter(visitor)
    page = await visitor.get(f"{ALL}?status=failed")
    assert page.text.count('name="id"') == 1, "only what can be tried again is offered"
    sent = await visitor.post(ALL, data={"id": [DELIVERY["id"], "d2"], "back": f"{ALL}?status=failed"})
    assert outside.last("POST", "/v1/deliveries/retry").body == {"ids": [DELIVERY["id"], "d2"]}
    assert sent.headers["location"] == f"{ALL}?status=failed&siap=1&daripada=2"
    assert "1 daripada 2 dimasukkan semula" in (await visitor.get(sent.headers["location"])).text
    away = await visitor.post(ALL, data={"id": "d2", "back": "https://elsewhere.example/"})
    assert away.headers["location"].startswith(ALL)


@pytest.mark.parametrize(("who", "status"), [(ADMIN, 200), (MANAGEMENT, 200), (AISYAH, 403), (VENDOR, 403)])
async def test_overseers_read_and_only_admin_puts_back_or_names(
    visitor: httpx2.AsyncClient, outside: Outside, who: dict[str, Any], status: int
) -> None:
    outside = staffed(outside, who)
    ledger(outside, delivery(status="failed", reason="bounced", retryable=True))
    channels(outside)
    await enter(visitor)
    pages = [await visitor.get(path) for path in (ALL, WAYS)]
    assert [page.status_code for page in pages] == [status, status]
    acts = [await visitor.post(path, data={"id": "d1"}) for path in (ALL, WAYS)]
    assert all((act.status_code == 403) == (who is not ADMIN) for act in acts)
    if who is MANAGEMENT:
        assert 'name="id"' not in pages[0].text
        assert "Simpan nama" not in pages[1].text


async def test_a_complaint_shows_each_event_with_its_messages_and_why_nobody_was_told(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    mail = delivery(
        attempts=[
            {"at": "2026-03-01T10:15:02+08:00", "result": "temporary", "detail": "451 later"},
            {"at": "2026-03-01T10:25:02+08:00", "result": "sent", "detail": "250 ok"},
        ]
    )
    own = delivery(id="d2", status="skipped", reason="own_act", audience="admins")
    told(
        staffed(outside, AISYAH),
        alert("complaint.noted", nobody="Internal notes are read on the page."),
        alert("complaint.received", mail, own),
    )
    await enter(visitor)
    page = await visitor.get(OF)
    assert page.status_code == 200
    for words in ("Aduan diterima", "2 percubaan", "451 later", "Perbuatan orang itu sendiri", "Tiada sesiapa"):
        assert words in page.text, words
    assert 'name="id"' not in page.text, "a PIC puts nothing back"


async def test_another_ones_complaint_is_not_found_and_a_reader_without_the_right_is_told_so(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside = staffed(outside, AISYAH)
    await enter(visitor)
    found = []
    for refusal in (problem(404, "not_found"), problem(403, "denied"), problem(422, "invalid")):
        outside.on("GET", "/v1/alerts", refusal)
        found.append((await visitor.get(OF)).status_code)
    assert found == [404, 403, 404]


@pytest.mark.parametrize(
    ("mails", "warned"),
    [
        ([], False),
        ([{"status": "sent"}], False),
        ([{"status": "failed", "reason": "bounced"}], True),
        ([{"status": "planned"}, {"status": "failed", "reason": "no_address"}], True),
        ([{"status": "sent"}, {"status": "failed", "reason": "bounced"}], False),
        ([{"status": "failed", "recipient": {"kind": "staff", "id": "s1", "name": "Rashid", "masked": None}}], False),
    ],
)
async def test_the_complaints_page_warns_while_the_complainants_last_mail_did_not_arrive(
    visitor: httpx2.AsyncClient, outside: Outside, mails: list[dict[str, Any]], warned: bool
) -> None:
    outside = staffed(outside, ADMIN)
    stands(outside, detail())
    ledger(outside, *(delivery(id=f"d{n}", **one) for n, one in enumerate(mails)))
    await enter(visitor)
    page = await visitor.get(f"/staf/aduan/{NUMBER}")
    assert page.status_code == 200
    assert ("E-mel terakhir kepada pengadu tidak sampai" in page.text) == warned
    assert f'href="{OF}"' in page.text


async def test_what_was_written_on_whatsapp_is_read_beside_the_complaint(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside = written(staffed(outside, AISYAH), WRITTEN, {**WRITTEN, "kind": "image", "text": None})
    stands(outside, detail())
    told(outside)
    await enter(visitor)
    page = await visitor.get(f"/staf/aduan/{NUMBER}")
    assert "Ada mesej WhatsApp tentang aduan ini, terakhir pada 01-03-2026 10:15." in page.text
    page = await visitor.get(OF)
    assert WRITTEN["text"] in page.text
    assert "(gambar, suara atau fail; tidak disimpan di sini)" in page.text
    written(outside)
    assert "WhatsApp" not in (await visitor.get(f"/staf/aduan/{NUMBER}")).text


async def test_the_complaints_page_does_without_notify(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    outside = staffed(outside, ADMIN)
    stands(outside, detail())
    outside.down.add("notify")
    await enter(visitor)
    assert (await visitor.get(f"/staf/aduan/{NUMBER}")).status_code == 200


async def test_each_channel_says_how_it_is_and_what_became_of_the_past_day(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    down = {**CHANNEL, "name": "whatsapp", "state": "down", "failures": 3, "detail": "503", "waiting": 7}
    channels(staffed(outside, ADMIN), CHANNEL, {**down, "oldest_seconds": 185.0})
    await enter(visitor)
    page = await visitor.get(WAYS)
    for words in ("Berfungsi", "Tidak menjawab selepas 3 cubaan", "503", "paling lama 3 minit"):
        assert words in page.text, words


async def test_names_are_saved_on_the_version_seen_and_what_is_refused_stands_at_its_field(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside = staffed(outside, ADMIN)
    channels(outside)
    outside.on("PUT", "/v1/whatsapp/templates", answer(TEMPLATES))
    await enter(visitor)
    form = Page(await visitor.get(WAYS)).form(WAYS).fields
    key = f"{TEMPLATE['message']}-{TEMPLATE['language']}"
    saved = await visitor.post(WAYS, data={**form, f"name-{key}": "nama_baharu"})
    asked = outside.last("PUT", "/v1/whatsapp/templates")
    assert asked.headers["if-match"] == f'"v{TEMPLATES["version"]}"'
    assert asked.body["items"] == [
        {"message": TEMPLATE["message"], "language": "ms", "name": "nama_baharu", "enabled": True}
    ]
    assert saved.status_code == 303
    wrong = [("items.0.name", "Huruf kecil sahaja", "Small letters only")]
    outside.on("PUT", "/v1/whatsapp/templates", problem(422, "invalid", errors=wrong))
    refused = await visitor.post(WAYS, data={**form, f"name-{key}": "Nama Besar"})
    assert refused.status_code == 422
    assert re.search(rf'id="name-{key}"[^>]*value="Nama Besar"[^>]*aria-invalid', refused.text)
    assert refused.text.count("Huruf kecil sahaja") == 2, "in the summary and at the field"
    outside.on("PUT", "/v1/whatsapp/templates", problem(412, "stale", "Telah diubah oleh orang lain.", "Changed."))
    stale = await visitor.post(WAYS, data={**form, f"name-{key}": "nama_lain"})
    assert stale.status_code == 409
    assert 'value="nama_lain"' in stale.text
    assert "Telah diubah oleh orang lain." in stale.text
