"""Plays the stories in the order of business time, which moves from one moment to the next and ends at now."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import asyncpg
import holidays
import nats
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from deploy.demo import ongoing, solved, year
from deploy.demo.actors import Member, Public, checked, clients, until
from deploy.demo.telling import COMPLAINANT, Decree, Step, Story
from deploy.local.home import Home
from deploy.local.keys import Keys
from deploy.local.nats import url as nats_url
from deploy.local.panel import console, read_logins
from deploy.local.row import Row
from deploy.local.setting_up import DATABASE, admin_url

LATELY = (*solved.STORIES, *ongoing.STORIES)
"""The past weeks, written by hand."""
KELANTAN = timezone(timedelta(hours=8))
FOLLOWERS = (("WORKFLOW", "notify"), ("INTAKE", "notify"), ("WORKFLOW", "query"), ("INTAKE", "query"))


@dataclass(frozen=True)
class Moment:
    """When something is done in a story; without a step, the filing. Or a day off is declared."""

    at: datetime
    story: Story | Decree
    step: Step | None = None
    day: date | None = None


@dataclass(frozen=True)
class Play:
    """What is played: a whole year, or only the past weeks."""

    stories: tuple[Story, ...]
    decrees: tuple[Decree, ...] = ()


WEEKS = Play(LATELY)


def a_year() -> Play:
    """The year, and the past weeks at its end."""
    return Play((*year.stories(), *LATELY), year.DECREES)


def moments(play: Play, now: datetime) -> list[Moment]:
    """All there is to play, oldest first."""
    days = working_days(now.astimezone(KELANTAN).date(), 1 + max(story.filed[0] for story in play.stories))

    def when(day: int, at: str) -> datetime:
        clock = time.fromisoformat(at)
        if day == 0:
            return now - timedelta(hours=clock.hour, minutes=clock.minute)
        return datetime.combine(days[day - 1], clock, KELANTAN)

    found = [
        moment
        for story in play.stories
        for moment in (
            Moment(when(*story.filed), story),
            *(Moment(when(step.day, step.at), story, step) for step in story.steps),
        )
    ]
    found += [Moment(when(one.day, one.at), one, day=days[one.day - 1 - one.ahead]) for one in play.decrees]
    return sorted(found, key=lambda moment: moment.at)


def working_days(today: date, count: int) -> list[date]:
    """The working days of Kelantan before today, latest first."""
    calendar = holidays.country_holidays("MY", subdiv="KTN")

    def before() -> Iterator[date]:
        day = today
        while True:
            day -= timedelta(days=1)
            if calendar.is_working_day(day):
                yield day

    found = before()
    return [next(found) for _ in range(count)]


def first_shift(play: Play, now: datetime) -> timedelta:
    """From where business time sets out: the morning of the first story."""
    return moments(play, now)[0].at - timedelta(hours=1) - now


class Theatre:
    """The services, the people, and what the complaints are called by now."""

    def __init__(self, play: Play, row: Row, keys: Keys, home: Home) -> None:
        self._play = play
        self._row, self._keys = row, keys
        self._intake, self._workflow = clients(row)
        self._public = Public(self._intake, keys.service_token)
        self._admin, *others = (
            Member(self._workflow, login["ic"], login["password"])
            for login in read_logins(home)
            if login["role"] in ("ADMIN", "PIC", "IMPLEMENTOR")
        )
        *self._pics, self._implementor = others
        self._numbers: dict[str, tuple[str, str]] = {}

    async def play(self) -> None:
        database = await asyncpg.connect(admin_url(self._row, self._keys, DATABASE))
        for member in (self._admin, *self._pics, self._implementor):
            await member.log_in()
        plan = moments(self._play, datetime.now(UTC))
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=len(plan))
            for moment in plan:
                local = moment.at.astimezone(KELANTAN)
                progress.update(task, description=f"{local:%d-%m-%Y %H:%M}", refresh=True)
                await _timers_until(database, moment.at)
                await _set_clock(database, moment.at)
                await self._do(moment)
                progress.advance(task)
            await _timers_until(database, datetime.now(UTC))
            await self._until_all_heard()
            await database.execute("update helpdesk.clock set shift = '0'")
        await database.close()
        await self._intake.aclose()
        await self._workflow.aclose()

    async def _do(self, moment: Moment) -> None:
        story, step = moment.story, moment.step
        if isinstance(story, Decree):
            await self._admin.declare(moment.day or moment.at.date(), story.name, story.why)
            return
        if step is None:
            filed = await self._public.file(story.person, story.module, story.title, story.description)
            self._numbers[story.key] = filed
            await until(lambda: self._admin.see(filed[0]), filed[0])
            return
        number, token = self._numbers[story.key]
        before = await until(lambda: self._admin.see(number), number)
        if step.who == COMPLAINANT:
            await self._public.say(story.person, number, token, step.action, step.words)
            await until(lambda: self._after(number, before["version"]), f"{step.action} on {number}")
            return
        words = dict(step.words)
        if step.action == "assign":
            words["pic"] = await self._admin.suggested(number)
        if "duplicate_of" in words:
            words["duplicate_of"] = self._numbers[words["duplicate_of"]][0]
        await self._who(step.who, before).act(number, step.action, words)

    def _who(self, role: str, complaint: dict[str, Any]) -> Member:
        if role == "PIC":
            return next(member for member in self._pics if member.id == complaint["pic"]["id"])
        return self._admin if role == "ADMIN" else self._implementor

    async def _after(self, number: str, version: int) -> dict[str, Any] | None:
        complaint = await self._admin.see(number)
        return complaint if complaint and complaint["version"] > version else None

    async def _until_all_heard(self) -> None:
        """Nothing is unpublished, and nobody still has to hear anything: no mail for the past can come later."""

        async def published() -> bool | None:
            ages = [
                checked(await client.get("/readyz"))["outbox_oldest_seconds"]
                for client in (self._intake, self._workflow)
            ]
            return True if not any(ages) else None

        await until(published, "What was said last")
        for stream, service in FOLLOWERS:
            client = await nats.connect(nats_url(service, self._keys.passwords, self._row.port("nats")))

            async def heard(client: Any = client, stream: str = stream, service: str = service) -> bool | None:
                info = await client.jetstream().consumer_info(stream, f"{service}-{stream.lower()}")
                return True if not info.num_pending and not info.num_ack_pending else None

            await until(heard, f"What {service} hears of {stream}")
            await client.close()


async def _set_clock(database: Any, at: datetime) -> None:
    """Forward only: the time the playing takes is business time too."""
    await database.execute("update helpdesk.clock set shift = greatest(shift, least($1 - clock_timestamp(), '0'))", at)


async def _timers_until(database: Any, at: datetime) -> None:
    """What happens by itself before then does so at its own time: business time halts at each timer until it has fired.
    Workflow's table is looked at as its owner, for nobody else knows when the next timer is over."""

    async def next_timer() -> datetime | None:
        found: datetime | None = await database.fetchval(
            "select min(timer_at) from workflow.complaint where timer_at < $1", at
        )
        return found

    while (due := await next_timer()) is not None:
        await _set_clock(database, due)

        async def fired(due: datetime = due) -> bool | None:
            following = await next_timer()
            return True if following is None or following > due else None

        await until(fired, f"What was due at {due.astimezone(KELANTAN):%d-%m-%Y %H:%M}")


def player(play: Play) -> Callable[[Row, Keys, Home], None]:
    """Plays it, in a process of its own."""
    return lambda row, keys, home: asyncio.run(Theatre(play, row, keys, home).play())
