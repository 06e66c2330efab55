"""Keadaan Sistem and Surat Tersangkut: how things are in the office's words, and freeing what is stuck."""

import asyncio
import re
from typing import Any

import httpx2
import pytest

from services.portal.clients.door import Door
from tests.unit.portal.outside import AISYAH, LOGIN, NUMBER, Asked, Outside, answer, problem
from tests.unit.portal.overseen import LETTER, conditions, stuck
from tests.unit.portal.pages.staffing import ADMIN, MANAGEMENT, enter, staffed
from tests.unit.portal.reading import Page

HEALTH, STUCK = "/staf/keadaan-sistem", "/staf/surat-tersangkut"
JARGON = re.compile(r"outbox|stream|postgres|nats|consumer|backlog|poison|event|WORKFLOW|INTAKE|queue|null|None", re.I)


LIGHT = re.compile(r'<li class="panel (\w+)">\s*<h2>([^<]+) <span[^>]*>([^<]+)</span></h2>(.*?)</li>', re.S)


async def look(visitor: httpx2.AsyncClient) -> dict[str, tuple[str, str]]:
    """Each light's heading: its tone, and all it says."""
    page = await visitor.get(HEALTH)
    assert page.status_code == 200
    found = LIGHT.findall(page.text)
    assert len(found) == 7
    return {name: (tone, re.sub(r"<[^>]+>", " ", said).strip()) for tone, name, _, said in found}


async def test_when_all_is_well_every_light_is_good(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    conditions(staffed(outside, ADMIN))
    await enter(visitor)
    lights = await look(visitor)
    assert {name: tone for name, (tone, _) in lights.items() if tone != "good"} == {"Halaman bergerak sendiri": "warn"}
    assert "Borang Aduan dibuka" in lights["Aduan baharu diterima"][1]


@pytest.mark.parametrize(
    ("waiting", "light", "says"),
    [
        ({"intake outbox": (3, 125.0)}, "Aduan baharu diterima", "3 perkara daripada pengadu menunggu"),
        ({"stream:INTAKE": (1, 31.0)}, "Aduan diagihkan dan dijawab", "Yang paling lama menunggu 31 saat."),
        ({"workflow outbox": (2, 7300.0)}, "Aduan diagihkan dan dijawab", "Yang paling lama menunggu 2 jam."),
        ({"timers": (4, 400.0)}, "Peringatan dan tarikh akhir dijaga", "4 peringatan lewat dibuat."),
        ({"deliveries": (5, 200_000.0)}, "E-mel dihantar", "Yang paling lama menunggu 2 hari."),
        ({"deliveries:failed": (1, 0.0)}, "E-mel dihantar", "1 makluman tidak dapat dihantar dalam sehari yang lalu."),
        ({"templates:refused": (2, 0.0)}, "E-mel dihantar", "2 templat WhatsApp ditolak oleh Meta"),
        ({"mails:held": (3, 0.0)}, "Semua yang diterima diproses", "3 jawapan melalui e-mel ditahan"),
        ({"query stream:WORKFLOW": (250, 0.0)}, "Senarai dikemas kini", "250 perubahan belum kelihatan dalam senarai."),
        ({"query stream:WORKFLOW": (None, 0.0)}, "Senarai dikemas kini", "Hubungan di dalam sistem terputus."),
        ({"query parked": (2, 10.0)}, "Semua yang diterima diproses", "2 perkara tersangkut"),
    ],
)
async def test_what_waits_too_long_is_said_with_how_many_and_how_long(
    visitor: httpx2.AsyncClient, outside: Outside, waiting: dict[str, Any], light: str, says: str
) -> None:
    conditions(staffed(outside, ADMIN), waiting)
    await enter(visitor)
    lights = await look(visitor)
    assert lights[light][0] == "warn"
    assert says in lights[light][1]
    others = {name for name, (tone, _) in lights.items() if tone != "good"} - {light, "Halaman bergerak sendiri"}
    assert others == set()


async def test_what_has_only_just_come_is_no_trouble(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    conditions(staffed(outside, ADMIN), {"intake outbox": (3, 2.0), "deliveries": (9, 5.0), "early": (1, 1.0)})
    await enter(visitor)
    assert {tone for name, (tone, _) in (await look(visitor)).items() if name != "Halaman bergerak sendiri"} == {"good"}


async def test_a_service_that_is_dead_is_a_red_light_and_the_page_comes(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    conditions(staffed(outside, ADMIN))
    await enter(visitor)
    outside.down.add("notify")
    lights = await look(visitor)
    assert [name for name, (tone, _) in lights.items() if tone == "bad"] == ["E-mel dihantar"]
    assert "Hubungi petugas sistem" in lights["E-mel dihantar"][1]
    assert "tidak diketahui" in lights["Semua yang diterima diproses"][1]


async def test_one_that_says_it_cannot_serve_is_a_red_light(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    conditions(staffed(outside, ADMIN), ready=False, why=["postgres: ConnectionRefusedError"])
    await enter(visitor)
    assert [tone for tone, _ in (await look(visitor)).values()].count("bad") == 5


async def test_one_that_hangs_holds_nothing_up(
    visitor: httpx2.AsyncClient, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    conditions(staffed(outside, ADMIN))
    await enter(visitor)
    never = asyncio.Event()
    call = Door.call

    async def hanging(door: Door, method: str, path: str, **more: Any) -> httpx2.Response:
        if door.service == "query":
            await never.wait()
        return await call(door, method, path, **more)

    monkeypatch.setattr(Door, "call", hanging)
    lights = await look(visitor)
    assert [name for name, (tone, _) in lights.items() if tone == "bad"] == ["Senarai dikemas kini"]


async def test_while_workflow_is_away_the_page_knows_its_reader_for_an_hour(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    expired = {**LOGIN, "staff": ADMIN, "expires_at": "2000-01-01T00:00:00+00:00"}
    conditions(staffed(outside, ADMIN))
    await enter(visitor)
    outside.on("POST", "/v1/sessions/current", answer(expired))
    outside.down.add("workflow")
    lights = await look(visitor)
    assert lights["Aduan diagihkan dan dijawab"][0] == "bad"
    assert "token" not in outside.last("GET", "/v1/health").headers.get("authorization", "")


async def test_the_page_is_asked_for_by_the_portal_itself_and_shows_no_word_of_the_inside(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    everything = {"outbox": (1, 40.0), "stream:WORKFLOW": (None, 0.0), "timers": (2, 4000.0), "parked": (1, 1.0)}
    conditions(staffed(outside, ADMIN), everything)
    await enter(visitor)
    for language in ("ms", "en"):
        page = Page(await visitor.get(f"{HEALTH}?lang={language}"))
        assert JARGON.findall(page.text) == []
    asked = outside.last("GET", "/v1/health").headers
    assert (asked["x-service-token"], "authorization" in asked) == ("service-token", False)


@pytest.mark.parametrize(("who", "health", "letters"), [(ADMIN, 200, 200), (MANAGEMENT, 200, 403), (AISYAH, 403, 403)])
async def test_who_may_see_what(
    visitor: httpx2.AsyncClient, outside: Outside, who: dict[str, Any], health: int, letters: int
) -> None:
    conditions(staffed(outside, who))
    stuck(outside, "query")
    await enter(visitor)
    assert ((await visitor.get(HEALTH)).status_code, (await visitor.get(STUCK)).status_code) == (health, letters)
    assert (HEALTH in Page(await visitor.get("/staf")).links) == (health == 200)


async def test_what_is_stuck_is_listed_over_all_services_with_what_waits_behind(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    stuck(staffed(outside, ADMIN), "query", LETTER, {**LETTER, "subject": "unreadable:x", "reason": "unreadable"})
    await enter(visitor)
    page = Page(await visitor.get(STUCK))
    for said in (NUMBER, "Senarai", "Gagal diproses", "2 di belakangnya", "KeyError at", "24-11-2026 09:00"):
        assert said in page.text
    assert {one.params["heads"] for one in outside.calls("GET", "/v1/dead-letters")} == {"true"}
    asked = {one.service for one in outside.calls("GET", "/v1/dead-letters")}
    assert asked == {"intake", "workflow", "notify", "query"}


@pytest.mark.parametrize(
    ("came", "says"),
    [
        ({"handled": 3, "parked": 0, "error": None}, "3 diproses; tiada lagi yang tersangkut di sini."),
        ({"handled": 1, "parked": 2, "error": "KeyError"}, "1 diproses, kemudian gagal lagi; 2 masih menunggu."),
        ({"handled": 0, "parked": 1, "error": None}, "0 diproses; 1 masih menunggu yang sebelumnya sampai."),
        ({"handled": 0, "parked": 0, "error": None}, "Tiada lagi yang tersangkut di sini."),
    ],
)
async def test_freeing_it_says_what_came_of_it(
    visitor: httpx2.AsyncClient, outside: Outside, came: dict[str, Any], says: str
) -> None:
    stuck(staffed(outside, ADMIN), "query", LETTER)
    outside.on("POST", "/v1/dead-letters/redrive", answer(came))
    await enter(visitor)
    sent = await visitor.post(STUCK, data={"service": "query", "source": "workflow", "subject": NUMBER})
    asked: Asked = outside.last("POST", "/v1/dead-letters/redrive")
    assert (asked.service, asked.body) == ("query", {"source": "workflow", "subject": NUMBER})
    assert says in Page(await visitor.get(sent.headers["Location"])).text


async def test_a_service_that_is_away_is_named_and_the_others_are_shown(
    visitor: httpx2.AsyncClient, outside: Outside
) -> None:
    stuck(staffed(outside, ADMIN), "notify", LETTER)
    await enter(visitor)
    outside.down.add("query")
    page = Page(await visitor.get(STUCK))
    assert "Senarai tidak menjawab" in page.text
    assert NUMBER in page.text
    sent = await visitor.post(STUCK, data={"service": "query", "source": "workflow", "subject": NUMBER})
    assert "Bahagian itu tidak menjawab" in Page(await visitor.get(sent.headers["Location"])).text


async def test_what_nobody_can_mean_is_not_found(visitor: httpx2.AsyncClient, outside: Outside) -> None:
    stuck(staffed(outside, ADMIN), "query")
    outside.on("POST", "/v1/dead-letters/redrive", problem(422, "invalid"))
    await enter(visitor)
    for service in ("elsewhere", "", "query"):
        assert (await visitor.post(STUCK, data={"service": service, "source": "x", "subject": ""})).status_code == 404
