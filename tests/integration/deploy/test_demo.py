"""The demo: its people are nobody, its weeks are working weeks, and when it is over business time is real time."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from stdnum.my import nric

from deploy.demo import people
from deploy.demo.play import KELANTAN, WEEKS, Play, a_year, first_shift, moments, working_days
from deploy.demo.telling import Person
from deploy.local import clock
from deploy.local.panel import read_logins
from deploy.local.processes import Trouble
from tests.integration.deploy.copies import WHOLE, Copy, free_row

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def test_its_people_are_made_up() -> None:
    everybody = [*(person for person in vars(people).values() if isinstance(person, Person)), *people.CROWD]
    assert {story.person for story in a_year().stories} <= set(everybody)
    assert len({person.ic for person in everybody}) == len(everybody)
    for person in everybody:
        assert nric.validate(person.ic)
        assert person.ic[6:8] in ("98", "99")
        assert person.email.endswith(".example")


def test_its_days_are_the_working_days_before_today() -> None:
    assert working_days(date(2026, 11, 22), 3) == [date(2026, 11, 19), date(2026, 11, 18), date(2026, 11, 17)]


@pytest.mark.parametrize("play", [WEEKS, a_year()], ids=["weeks", "year"])
def test_it_is_played_in_order_and_ends_before_now(play: Play) -> None:
    plan = moments(play, NOW)
    assert [moment.at for moment in plan] == sorted(moment.at for moment in plan)
    assert plan[-1].at <= NOW
    assert NOW + first_shift(play, NOW) < plan[0].at
    for story in play.stories:
        own = [moment for moment in plan if moment.story is story]
        assert own[0].step is None
        assert [moment.step for moment in own[1:]] == list(story.steps)


@pytest.mark.parametrize(("text", "moved"), [("3d", timedelta(days=3)), ("1d12h", timedelta(hours=36))])
def test_time_is_moved_by_days_hours_and_minutes(text: str, moved: timedelta) -> None:
    assert clock.parse(text) == moved


@pytest.mark.parametrize("text", ["", "3", "-3d", "d3", "tomorrow"])
def test_what_is_no_way_forward_is_refused(text: str) -> None:
    with pytest.raises(Trouble, match="How far forward"):
        clock.parse(text)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Copy]:
    copy = Copy(tmp_path / "run", free_row(), (*WHOLE, "demo", "--weeks"))
    yield copy.ready()
    copy.end()


async def test_it_tells_every_story_sends_no_mail_and_arrives_at_now(demo: Copy) -> None:
    admin = next(login for login in read_logins(demo.home) if login["role"] == "ADMIN")
    body = {"ic": admin["ic"], "password": admin["password"]}
    async with httpx2.AsyncClient() as client:
        session = (await client.post(f"{demo.row.url('workflow')}/v1/sessions", json=body)).json()
        answer = await client.get(
            f"{demo.row.url('query')}/v1/complaints?limit=100", headers={"Authorization": f"Bearer {session['token']}"}
        )
        mails = (await client.get(f"{demo.row.url('mailbox')}/v1/messages")).json()["items"]
    rows = answer.json()["items"]
    assert Counter(row["state"] for row in rows) == {
        "BARU": 3,
        "DIAGIHKAN": 2,
        "INPROGRESS": 3,
        "RUJUKAN_IMPLEMENTOR": 2,
        "TINDAKAN_VENDOR": 2,
        "MOHON_MAKLUMBALAS": 1,
        "MOHON_TUTUP": 2,
        "DITUTUP": 7,
    }
    first = min(datetime.fromisoformat(row["submitted_at"]) for row in rows)
    assert first.astimezone(KELANTAN).date() == working_days(datetime.now(KELANTAN).date(), 25)[-1]
    assert mails == []
    assert await clock.shift(demo.admin_url()) == timedelta(0)
