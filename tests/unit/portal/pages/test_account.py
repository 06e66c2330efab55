"""Passwords, sessions and the access audit as pages: what is asked of workflow, and what is never given back."""

import httpx2

from tests.unit.portal.outside import AISYAH, LOGIN, Outside, answer, browser, portal, problem
from tests.unit.portal.pages.staffing import ADMIN, MANAGEMENT, enter, staffed
from tests.unit.portal.reading import Page

FORCED = {**LOGIN, "must_change": True}
TOKEN = "A" * 43
TYPED = {"current": "kata-laluan-lama", "new": "lima gajah biru", "repeat": "lima gajah biru"}
SESSIONS = {
    "items": [
        {
            "id": "0199-b",
            "begun_at": "2026-11-24T08:00:00+08:00",
            "seen_at": "2026-11-24T09:00:00+08:00",
            "address": "203.0.113.7",
            "browser": "Firefox, Linux",
            "current": False,
        },
        {
            "id": "0199-a",
            "begun_at": "2026-11-24T09:00:00+08:00",
            "seen_at": "2026-11-24T10:00:00+08:00",
            "address": "",
            "browser": "",
            "current": True,
        },
    ]
}
WRONG = problem(
    422, "invalid", errors=[("current", "Kata laluan semasa tidak betul", "The present password is not right")]
)


def forced(outside: Outside) -> Outside:
    outside.on("POST", "/v1/sessions", answer(FORCED))
    outside.on("POST", "/v1/sessions/current", answer(FORCED))
    outside.on("POST", "/v1/sessions/password", answer(LOGIN))
    return outside


async def log_in(visitor: httpx2.AsyncClient, **more: str) -> httpx2.Response:
    return await visitor.post("/log-masuk", data={"ic": "800101990001", "password": "rahsia", **more})


async def test_whose_password_must_change_sees_no_staff_page_before_it_has(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    forced(outside)
    page = Page(await log_in(visitor, next="/staf/peti?folder=mine"))
    assert page.form("password").fields["next"] == "/staf/peti?folder=mine"
    sent_away = await visitor.get("/staf/peti?folder=mine")
    assert sent_away.headers["Location"] == "/staf/kata-laluan?next=%2Fstaf%2Fpeti%3Ffolder%3Dmine"
    fragment = await visitor.get("/staf/lencana", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (204, "/staf/kata-laluan?next=%2Fstaf%2Flencana")
    form = Page(await visitor.get(sent_away.headers["Location"])).form("password")
    done = await visitor.post(form.action, data={**form.fields, **TYPED})
    assert (done.status_code, done.headers["Location"]) == (303, "/staf/peti?folder=mine")
    asked = outside.last("POST", "/v1/sessions/password")
    assert (asked.body, asked.headers["X-Session"]) == (
        {"current": TYPED["current"], "new": TYPED["new"]},
        "sesi-rahsia",
    )
    assert (await visitor.get("/staf/kata-laluan")).headers["Location"] == "/staf/akaun"


async def test_a_refused_password_is_said_at_its_field_and_never_given_back(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    forced(outside).on("POST", "/v1/sessions/password", WRONG)
    await log_in(visitor)
    page = Page(await visitor.post("/staf/kata-laluan", data=TYPED))
    assert (page.status, "Kata laluan semasa tidak betul" in page.text) == (422, True)
    differing = Page(await visitor.post("/staf/kata-laluan", data={**TYPED, "repeat": "x", "lang": ""}))
    assert "lang" not in differing.form("password").fields
    switched = Page(await visitor.post("/staf/kata-laluan", data={**TYPED, "lang": "en"}))
    assert "Change Your Password First" in switched.text
    for shown in (page, differing, switched):
        assert all(word not in shown.html for word in TYPED.values())


async def test_two_new_passwords_that_differ_ask_nobody(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    forced(outside)
    await log_in(visitor)
    page = Page(await visitor.post("/staf/kata-laluan", data={**TYPED, "repeat": "enam gajah biru"}))
    assert "Kedua-dua kata laluan baharu tidak sama." in page.text
    assert "Terdapat 3 ralat" in Page(await visitor.post("/staf/kata-laluan", data={"next": "/staf"})).text
    assert outside.calls("POST", "/v1/sessions/password") == []


async def test_a_session_that_ended_over_a_password_form_keeps_no_password(outside: Outside) -> None:
    staffed(outside)
    over = portal(outside)
    async with browser(over) as other:
        outside.on("POST", "/v1/sessions/current", problem(401, "session_ended"))
        for path in ("/staf/akaun/kata-laluan", "/staf/kata-laluan", "/staf/kakitangan/s1"):
            sent = {**TYPED, "password": "rahsia-besar-sekali"}
            said = await other.post(path, data=sent, headers={"Cookie": "sesi=sesi-lama"})
            assert (said.status_code, said.headers["Location"]) == (303, "/log-masuk?next=%2Fstaf")
        named = Page(
            await other.post("/staf/kakitangan/s1", data={**sent, "name": "Nora"}, headers={"Cookie": "sesi=sesi-lama"})
        )
        assert "Nora" in named.form("login").fields["kept"]
        assert all(word not in named.html for word in sent.values())


async def test_akaun_saya_lists_sessions_ends_one_and_changes_the_language(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside).on("GET", "/v1/sessions", answer(SESSIONS))
    outside.on("DELETE", "/v1/sessions/0199-b", answer(status=204))
    outside.on("PUT", "/v1/sessions/language", answer(status=204))
    await enter(visitor)
    page = Page(await visitor.get("/staf/akaun"))
    assert page.text.index("Pelayar tidak dikenali Sesi ini") < page.text.index("Firefox, Linux")
    assert "Dari 203.0.113.7" in page.text
    ended = await visitor.post("/staf/akaun/sesi/0199-b")
    assert "Sesi telah ditamatkan." in Page(await visitor.get(ended.headers["Location"])).text
    spoken = await visitor.post("/staf/akaun/bahasa", data={"language": "en"})
    assert outside.last("PUT", "/v1/sessions/language").body == {"language": "en"}
    assert "lang=en" in spoken.headers["set-cookie"]
    assert "My account" in Page(await visitor.get(spoken.headers["Location"])).text
    assert (await visitor.post("/staf/akaun/bahasa", data={"language": "fr"})).status_code == 404
    gone = await visitor.post("/staf/akaun/sesi/0199-x")
    assert gone.headers["Location"] == "/staf/akaun?simpan=sesi"


async def test_without_workflow_the_account_page_gives_the_form_back(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    staffed(outside).on("POST", "/v1/sessions/password", answer(status=503))
    outside.on("GET", "/v1/sessions", answer(status=503))
    await enter(visitor)
    page = Page(await visitor.post("/staf/akaun/kata-laluan", data=TYPED))
    assert (page.status, "Senarai sesi tidak dapat dibaca" in page.text) == (503, True)


async def test_a_forgotten_password_is_answered_alike_whoever_it_is(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    outside.on("POST", "/v1/password-resets", answer({}, 202))
    said = await visitor.post("/lupa-kata-laluan", data={"ic": " 800101990001 "})
    assert outside.last("POST", "/v1/password-resets").body == {"ic": "800101990001"}
    assert "Jika ada akaun" in Page(await visitor.get(said.headers["Location"])).text
    outside.on("POST", "/v1/password-resets", problem(429, "rate_limited", retry_after=120))
    slowed = Page(await visitor.post("/lupa-kata-laluan", data={"ic": "800101990001"}))
    assert (slowed.status, slowed.form("forgotten").fields["ic"]) == (429, "800101990001")
    assert Page(await visitor.post("/lupa-kata-laluan", data={"ic": " "})).status == 422


async def test_opening_a_mailed_link_changes_nothing_and_its_address_is_told_to_nobody(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    opened = await visitor.get(f"/kata-laluan/{TOKEN}")
    assert (opened.status_code, opened.headers["Referrer-Policy"], outside.asked) == (200, "no-referrer", [])
    outside.on("POST", f"/v1/password-resets/{TOKEN}", answer(status=204))
    new = {"password": "lima gajah biru", "repeat": "lima gajah biru"}
    # a page without a referrer sends Origin: null, and older browsers no Sec-Fetch-Site
    headers = {"Origin": "null", "Sec-Fetch-Site": ""}
    done = await visitor.post(f"/kata-laluan/{TOKEN}", data=new, headers=headers)
    assert done.headers["Location"] == "/log-masuk?tukar=1"
    assert outside.last("POST", f"/v1/password-resets/{TOKEN}").body == {"password": "lima gajah biru"}
    assert "Sila log masuk." in Page(await visitor.get("/log-masuk?tukar=1")).text


async def test_a_link_that_opens_nothing_leads_to_a_new_one(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    new = {"password": "lima gajah biru", "repeat": "lima gajah biru"}
    outside.on("POST", f"/v1/password-resets/{TOKEN}", problem(404, "reset_invalid"))
    for token in (TOKEN, "x", "%2e%2e", "A" * 400):
        over = await visitor.post(f"/kata-laluan/{token}", data=new)
        assert (over.status_code, over.headers["Referrer-Policy"]) == (404, "no-referrer")
        assert "/lupa-kata-laluan" in Page(over).links
    weak = problem(422, "invalid", errors=[("password", "Sekurang-kurangnya 10 aksara", "At least 10 characters")])
    outside.on("POST", f"/v1/password-resets/{TOKEN}", weak)
    refused = Page(await visitor.post(f"/kata-laluan/{TOKEN}", data={"password": "pendek", "repeat": "pendek"}))
    assert (refused.status, "Sekurang-kurangnya 10 aksara" in refused.text) == (422, True)


async def test_the_login_tells_workflow_which_browser_it_is(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    await visitor.post(
        "/log-masuk",
        data={"ic": "800101990001", "password": "rahsia"},
        headers=[(b"User-Agent", b"Mozilla/5.0 (X11; Linux x86_64) Firefox/127.0 caf\xe9")],
    )
    assert outside.last("POST", "/v1/sessions").headers["User-Agent"] == (
        "Mozilla/5.0 (X11; Linux x86_64) Firefox/127.0 caf"
    )


async def test_admin_sees_a_lock_and_opens_it(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    staffed(outside, ADMIN)
    locked = {**AISYAH, "locked_until": "2026-11-24T10:15:00+08:00", "must_change": True}
    outside.on("GET", "/v1/staff", answer({"items": [locked]}))
    outside.on("POST", "/v1/staff/s1/unlock", answer(status=204))
    outside.on("DELETE", "/v1/staff/s1/sessions", answer(status=204))
    await enter(visitor)
    assert "Dikunci hingga 24-11-2026 10:15" in Page(await visitor.get("/staf/kakitangan")).text
    page = Page(await visitor.get("/staf/kakitangan/s1"))
    assert "Kata laluan mesti ditukar" in page.text
    for path, said in (("buka-kunci", "Kunci telah dibuka."), ("tamat-sesi", "Semua sesi telah ditamatkan.")):
        assert f"/staf/kakitangan/s1/{path}" in page.forms
        done = await visitor.post(f"/staf/kakitangan/s1/{path}")
        assert said in Page(await visitor.get(done.headers["Location"])).text
    assert (await visitor.post("/staf/kakitangan/s1/lain")).status_code == 404
    assert len(outside.calls("POST", "/v1/staff/s1/unlock")) == 1


async def test_the_access_audit_is_admins_and_is_filtered_and_paged(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    line = {"at": "2026-11-24T10:00:00+08:00", "staff": {"id": "s1", "name": "Aisyah"}, "fields": []}
    items = [
        {**line, "what": "contact", "number": "HD-2026-000123-C", "member": None},
        {**line, "what": "staff_changed", "number": None, "member": {"id": "s2", "name": "Nora"}, "fields": ["phone"]},
    ]
    found = {"items": items, "next": "7", "as_of": "2026-11-24T10:00:00+08:00"}
    staffed(outside, ADMIN).on("GET", "/v1/access-audit", answer(found))
    await enter(visitor)
    page = Page(await visitor.get("/staf/audit-capaian?number=hd-2026-000123-c&staff=s1"))
    for said in ("Melihat maklumat hubungan", "HD-2026-000123-C", "Mengubah maklumat", "telefon", "Nora"):
        assert said in page.text
    assert outside.last("GET", "/v1/access-audit").params == {"number": "HD-2026-000123-C", "staff": "s1"}
    assert "/staf/audit-capaian?number=hd-2026-000123-c&staff=s1&after=7" in page.links
    outside.on("GET", "/v1/access-audit", problem(422, "invalid"))
    assert "Tiada rekod bagi tapisan ini." in Page(await visitor.get("/staf/audit-capaian?staff=tiada")).text
    staffed(outside, MANAGEMENT)
    await enter(visitor)
    assert (await visitor.get("/staf/audit-capaian")).status_code == 403
