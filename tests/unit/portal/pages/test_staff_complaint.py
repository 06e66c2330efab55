"""A complaint's own page: what is shown, to whom, and which actions are on it."""

import re
from typing import Any

import httpx2
import pytest

from tests.unit.portal.outside import NUMBER, Outside, answer, problem
from tests.unit.portal.pages.staffing import (
    ADMIN,
    ALLOWED,
    CONTACT,
    MANAGEMENT,
    NOW,
    VENDOR,
    detail,
    enter,
    entry,
    staffed,
    stands,
)
from tests.unit.portal.reading import Page

ADDRESS = f"/staf/aduan/{NUMBER}"


async def opened(visitor: httpx2.AsyncClient, address: str = ADDRESS) -> Page:
    await enter(visitor)
    return Page(await visitor.get(address))


async def test_workflow_is_asked_first_and_query_for_that_version(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside)
    await opened(visitor)
    first, second = outside.calls("GET", f"/v1/complaints/{NUMBER}")
    assert (first.service, second.service, second.params["seen"]) == ("workflow", "query", f"{NUMBER}:4")


async def test_after_an_act_query_is_waited_for_with_what_was_seen(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside)
    await opened(visitor, f"{ADDRESS}?seen={NUMBER}:9")
    assert outside.last("GET", f"/v1/complaints/{NUMBER}").params["seen"] == f"{NUMBER}:9"


async def test_everything_the_guide_promises_is_on_the_page(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside)
    page = await opened(visitor)
    for said in (
        NUMBER,
        "22-11-2026 09:05",
        "Aminah binti Ismail",
        "******-**-0001",
        "+60 *** *789",
        "a***@kelantan.example",
        "Perbendaharaan Negeri Kelantan",
        "Unit Teknologi Maklumat",
        "Lejar Am (GL)",
        "Baucar bayaran tidak dapat disahkan",
        "Mesej ralat GL-0042 dipaparkan.",
        "Kami sedang menyemak.",
        "Umur Aduan (hari bekerja) 2 hari bekerja 3 hari kalendar",
        "Pemegang kini 1 hari bekerja",
        "Jawapan pertama Sebelum 25-11-2026 17:00",
        "1 daripada 2 hari bekerja dengan Admin (25%)",
        "1 daripada 2 hari bekerja dengan PIC (75%)",
    ):
        assert said in page.text, said


async def test_exactly_the_allowed_actions_stand_there_with_exactly_their_fields(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside)
    form = (await opened(visitor)).form("act")
    hidden = {"key", "version", "state", "unversioned"}
    assert form.fields.keys() - hidden == {
        "reply-text",
        "note-text",
        "refer-text",
        "log_vendor-text",
        "log_vendor-vendor_reference",
        "log_vendor-public_text",
        "request_close-text",
        "request_close-cause",
        "request_close-steps",
    }
    assert (form.fields["version"], form.fields["unversioned"]) == ("4", "reply note")
    page = await opened(visitor)
    offered = [name for name in ALLOWED if f'value="{name}">' in page.html]
    assert offered == ["start", "reply", "note", "refer", "log_vendor", "request_close"]


async def test_the_composer_says_who_will_read_it_and_the_note_stands_open(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside)
    page = await opened(visitor)
    folds = {fold.split('"', 1)[0]: fold.split("</details>")[0] for fold in page.html.split('id="act-')[1:]}
    assert "Hanya kakitangan membaca ini" in folds["note"]
    assert "Pengadu membaca ini" in folds["reply"]
    assert "Helpdesk BKP/TTSB membaca ini" in folds["log_vendor"]
    assert "Status: Mohon Pengadu Tutup Aduan" in folds["request_close"]
    assert [name for name, fold in folds.items() if " open>" in fold.split(">", 1)[0] + ">"] == ["note"]
    asked_for = Page(await visitor.get(f"{ADDRESS}?tulis=reply"))
    assert 'data-act="reply" open' in asked_for.html


async def test_an_assigning_admin_chooses_among_the_suggested_first(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside, ADMIN)
    allowed = [ALLOWED[name] for name in ("assign", "classify", "correct_contact")]
    stands(outside, allowed=allowed, pic=None, state="BARU", custodian="ADMIN")
    page = await opened(visitor)
    form = page.form("act")
    assert form.choices["assign-pic"] == ["", "s1", "s2"]
    assert page.text.index("Aisyah (3 aduan terbuka)") < page.text.index("Siti Hajar (1 aduan terbuka)")
    # what stands is not offered as a change
    assert form.choices["classify-priority"] == ["", "Kritikal", "Tinggi", "Rendah"]
    assert form.choices["classify-module"] == ["", "ac", "lain"]
    assert "Kekal: Lejar Am (GL)" in page.text


async def test_a_new_complaint_is_handed_out_in_one_step(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, ADMIN)
    stands(outside, state="BARU", allowed=[ALLOWED["note"], ALLOWED["assign"], ALLOWED["reply"]])
    folds = re.findall(r'<details[^>]*id="act-(\w+)"[^>]*?( open)?>', (await opened(visitor)).html)
    assert folds == [("assign", " open"), ("note", ""), ("reply", "")]


async def test_internal_public_and_vendor_s_entries_cannot_be_taken_for_one_another(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    solution = {"cause": "Pepijat versi 5.0", "steps": "Pasang tampalan"}
    held = {"why": {"ms": "Aduan telah ditutup.", "en": "Closed."}}
    entries = [
        entry(1, "received", "COMPLAINANT", "x", audience=["P"]),
        entry(2, "noted", "PIC", "Rahsia pejabat"),
        entry(3, "replied", "PIC", "Untuk pengadu", audience=["P"]),
        entry(
            4,
            "vendor_logged",
            "PIC",
            "Laporan teknikal",
            audience=["S", "V"],
            vendor_reference="TTSB-1",
            detail={"public_text": "Telah dilaporkan"},
        ),
        entry(5, "answered", "COMPLAINANT", "Jawapan saya", audience=["P"]),
        entry(6, "close_requested", "PIC", "Sila tutup", audience=["P"], solution=solution),
        entry(7, "message_held", "SYSTEM", "Terlewat", audience=["P"], held=held),
        entry(8, "rated", "COMPLAINANT", None, detail={"score": 5}),
        entry(9, "escalated", "SYSTEM", None, detail={"level": 1, "rule": "due"}),
    ]
    staffed(outside)
    stands(outside, detail(entries=entries))
    page = await opened(visitor)
    shown = {one.split('"', 1)[0]: one.split("</li>")[0] for one in page.html.split('id="entry-')[1:]}
    kinds = {key: page.html.split(f'id="entry-{key}"')[0].rsplit('class="', 1)[1].split('"')[0] for key in shown}
    assert {key: kind.split()[-1] for key, kind in kinds.items()} == {
        "1": "small-entry",
        "2": "internal",
        "3": "public",
        "4": "vendor",
        "5": "theirs",
        "6": "public",
        "7": "held",
        "8": "small-entry",
        "9": "small-entry",
    }
    assert "Dalaman: kakitangan sahaja" in shown["2"]
    assert "Pengadu membaca" in shown["3"]
    assert "Kakitangan dan vendor sahaja" in shown["4"]
    assert "Telah dilaporkan" in shown["4"].split("Untuk pengadu")[1]
    assert "Pepijat versi 5.0" in shown["6"].split("untuk kakitangan sahaja")[1]
    assert "Aduan telah ditutup." in shown["7"]
    assert "5 - Sangat puas hati" in shown["8"]
    assert "Eskalasi tahap 1" in shown["9"]


async def test_what_people_wrote_is_text_and_long_ones_are_folded(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside)
    wild = "<script>alert(1)</script> \u202egnirts\u202c سلام வணக்கம் 😀 " + "A" * 31_000
    entries = [entry(1, "replied", "PIC", wild, audience=["P"])]
    stands(outside, detail(entries=entries, description=wild, title="<b>tebal</b>", name="N" * 200))
    page = await opened(visitor)
    assert "<script>alert" not in page.html
    assert "<b>tebal" not in page.html
    assert "Baca semuanya (31," in page.text


async def test_another_s_complaint_is_not_found(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside).on("GET", f"/v1/complaints/{NUMBER}", problem(404, "not_found"))
    page = await opened(visitor)
    assert page.status == 404
    assert "Aduan tidak dijumpai" in page.text
    assert Page(await visitor.get("/staf/aduan/..%2Fstaff")).status == 404
    assert Page(await visitor.get(f"{ADDRESS}/jejak")).status == 404


async def test_management_reads_and_does_nothing(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, MANAGEMENT)
    stands(outside, allowed=[], role=None)
    page = await opened(visitor)
    assert "act" not in page.forms
    assert "Anda melihat aduan ini sahaja" in page.text
    assert "Papar maklumat hubungan" not in page.text


async def test_the_vendor_sees_its_own_part_only(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, VENDOR)
    vendors = {
        "action": "vendor_answered",
        "label": {"ms": "Vendor telah menjawab"},
        "role": "VENDOR",
        "needs": ["text"],
    }
    masked: dict[str, Any] = {
        "name": "A***** b**** I*****",
        "description": None,
        "phone_masked": None,
        "email_masked": None,
    }
    stands(outside, detail(entries=[], **masked), allowed=[vendors], role="VENDOR", custodian="VENDOR")
    page = await opened(visitor)
    assert "Halaman ini menunjukkan bahagian vendor sahaja." in page.text
    assert page.form("act").fields.keys() >= {"vendor_answered-text"}
    for hidden in ("Papar maklumat hubungan", "Jejak Audit", "Masa di tangan siapa"):
        assert hidden not in page.text


async def test_the_contact_is_shown_once_and_only_when_asked_for_by_post(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside)
    page = await opened(visitor)
    assert CONTACT["phone"] not in page.html
    asked = {**page.form("act").fields, "note-text": "separuh siap"}
    shown = Page(await visitor.post(f"{ADDRESS}/hubungan", data=asked))
    for plain in CONTACT.values():
        assert plain in shown.text
    assert "Paparan ini telah direkodkan." in shown.text
    assert shown.form("act").fields["note-text"] == "separuh siap"
    assert len(outside.calls("POST", f"/v1/complaints/{NUMBER}/contact")) == 1
    assert CONTACT["phone"] not in (await visitor.get(ADDRESS)).text


async def test_a_get_where_something_is_posted_leads_to_the_page(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside)
    await enter(visitor)
    for part in ("tindakan", "hubungan"):
        assert (await visitor.get(f"{ADDRESS}/{part}")).headers["Location"] == ADDRESS
    assert [asked for asked in outside.asked if asked.method == "POST" and "complaints" in asked.path] == []


async def test_the_audit_trail_lists_what_happened_without_its_words(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    event = {
        "id": "01a20399-87d2-7788-8d72-b7d5d51dbca2",
        "sequence": 2,
        "time": NOW,
        "type": "complaint.noted",
        "data": {"actor": {"role": "PIC", "name": "Aisyah"}, "from": "BARU", "to": "DIAGIHKAN", "text": "Rahsia"},
    }
    staffed(outside).on("GET", f"/v1/complaints/{NUMBER}/events", answer({"items": [event]}))
    page = await opened(visitor, f"{ADDRESS}/jejak")
    for said in ("2. Catatan dalaman", "Aisyah", "Diagihkan kepada PIC", "24-11-2026 10:00", event["id"]):
        assert str(said) in page.text
    assert "Rahsia" not in page.text


async def test_while_query_has_not_caught_up_the_page_says_so_and_the_act_is_checked_against_what_was_shown(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside)
    stands(outside, detail(version=3), version=5)
    page = await opened(visitor)
    assert "Perkembangan terkini sedang dimuatkan." in page.text
    assert page.form("act").fields["version"] == "3"
    stands(outside, problem(404, "not_found"), version=1)
    page = Page(await visitor.get(ADDRESS))
    assert page.status == 200
    assert page.form("act").fields["version"] == "1"


async def test_what_came_since_is_pointed_out(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside)
    page = await opened(visitor, f"{ADDRESS}?sejak=2")
    assert "2 perkara berlaku sejak anda membuka halaman ini" in page.text
    assert {"#entry-3", "#entry-4"} <= set(page.links)


async def test_the_way_back_is_the_list_last_looked_at(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside)
    await enter(visitor)
    await visitor.get("/staf/peti?folder=overdue&q=baucar")
    assert "/staf/peti?folder=overdue&q=baucar" in Page(await visitor.get(ADDRESS)).links


@pytest.mark.parametrize("language", ["ms", "en"])
async def test_the_page_speaks_both_languages_to_the_last_word(
    visitor: httpx2.AsyncClient, outside: Outside, language: str
) -> None:
    staffed(outside)
    page = await opened(visitor, f"{ADDRESS}?lang={language}")
    ours, others = ("Balas pengadu", "Reply") if language == "ms" else ("Reply", "Balas pengadu")
    assert f">{ours}<" in page.html
    assert f">{others}<" not in page.html
