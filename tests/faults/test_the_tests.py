"""The tests of the tests: with a mechanism switched off the checker says what went wrong; with all on, nothing.

What happens is the same each time: a double click; an answer by mail that its server hands over twice; a broker that
dies while a complaint is worked on; everything said once more under new message ids; a notify that has forgotten how
far it had heard.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import httpx2
import msgspec
import nats
import pytest
from aiosmtpd.smtp import SMTP

from deploy.mailbox.messages import now, read_mail
from services.intake.api.smtp import Hook
from tests.faults import switched_off
from tests.integration.notify.post import Post
from tests.support import infra
from tests.support.eventually import eventually
from tests.support.history import Kind, Outcome, Recorder, Violation, collect, settled, violations
from tests.support.history.desk import Desk
from tests.support.history.letterbox import Letterbox
from tests.support.house import House, a_house

ONCE = ("accepted exists once", Kind.DOUBLED)
LOST = ("one effect per event and consumer", Kind.LOST)
HEARD_TWICE = ("one effect per event and consumer", Kind.DOUBLED)
ASIDE = ("all is said and nothing put aside", Kind.STUCK)
MAILED_TWICE = ("told at most once but for unknown", Kind.DOUBLED)


@dataclass
class Trial:
    """A house with its post, and a complaint in it."""

    house: House
    post: Post
    recorder: Recorder
    desk: Desk
    letters: Letterbox
    number: str = ""

    async def filed(self) -> None:
        """A complaint is filed and comes through."""
        call = await self.desk.file()
        assert call.number is not None, call.why
        self.number = call.number
        await eventually(lambda: self._has("workflow.complaint", "number = $1", self.number))

    async def double_click(self) -> None:
        """One note, sent twice at once."""
        self.desk.twice = lambda: True
        await self._act("pic", "note")
        self.desk.twice = lambda: False

    async def mailed_twice(self) -> None:
        """The complainant answers the mail they got, and the server that keeps the answer hands it over twice."""
        (mail,) = await eventually(lambda: [one for one in self.post.mails if str(one["To"]).count("kenari")][:1])
        (caught,) = read_mail(mail.as_bytes(), [str(mail["To"].addresses[0].addr_spec)], now())
        call = await self.letters.answer_by_mail(msgspec.to_builtins(caught))
        assert call.outcome is Outcome.OK, call.why
        await eventually(self._settled)

    async def broker_away(self, *, forgotten: bool = False) -> None:
        """An act is committed while the broker is down, the next one when it is back."""
        await eventually(self._settled)
        await asyncio.to_thread(self.house.broker.kill)
        await self._act("pic", "note")
        if forgotten:
            await eventually(lambda: self._has("workflow.outbox", "true", none=True))
        await asyncio.to_thread(self.house.broker.start)
        await eventually(self._all_connected, within=20)
        await self._act("pic", "note")

    async def said_again(self) -> None:
        """Everything on record is in the streams once more, and the broker does not know that it is the same."""
        said = {
            "intake": "select subject, body from intake.event where type like 'compla%' order by sequence",
            "workflow": "select subject, body from (select 'workflow.00.' || type as subject, body, id"
            " from workflow.event) e order by id",
        }
        for service, record in said.items():
            broker = await nats.connect(self.house.broker.url(service))
            for row in await self._rows(record):
                await broker.jetstream().publish(row["subject"], bytes(row["body"]))
            await broker.close()

    async def notify_forgets(self) -> None:
        """How far notify had heard is lost; its ledger is not."""
        await self._rows("delete from notify.fence where source = 'workflow' returning 1")

    async def answered(self) -> None:
        """The complainant's answer comes through behind all that was said before it."""
        said = await self.desk.say(self.number, "answer")
        assert said.outcome is Outcome.OK, said.why
        await eventually(self._settled, within=20)

    async def found(self, databases: infra.Databases) -> list[Violation]:
        """Once every message that need not be gathered has been mailed."""
        await eventually(
            lambda: self._has("notify.delivery", "status in ('planned', 'sending') and not batched", none=True)
        )
        mails = [str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in self.post.mails]
        empty = databases.make()
        try:
            history = await collect(
                self.house.office.database.admin_url, self.recorder.calls, empty=empty.url("query"), mails=mails
            )
        finally:
            databases.drop(empty)
        assert history.calls
        assert history.record
        assert history.mails
        return violations(history)

    async def waits_for(self, table: str, where: str) -> None:
        """What the fault must lead to has happened."""
        await eventually(lambda: self._has(table, where), within=20)

    async def _act(self, who: str, action: str, **body: str) -> None:
        version = (await self.house.office.look("admin", self.number))["version"]
        if version == 1:
            pic = self.house.office.ids["pic"]
            assigned = await self.desk.act(self.house.office.as_("admin"), self.number, "assign", version=1, pic=pic)
            assert assigned.outcome is Outcome.OK, assigned.why
            version = 2
        call = await self.desk.act(self.house.office.as_(who), self.number, action, version=version, **body)
        assert call.outcome is Outcome.OK, call.why

    async def _settled(self) -> bool:
        return await settled(self.house.office.database.admin_url)

    async def _all_connected(self) -> bool:
        async with httpx2.AsyncClient() as http:
            names = ("intake", "workflow", "notify", "query")
            answers = [await http.get(f"{self.house.url(name)}/readyz") for name in names]
        return not any(answer.json()["why"] for answer in answers)

    async def _has(self, table: str, where: str, *values: str, none: bool = False) -> bool:
        return bool(await self._rows(f"select 1 from {table} where {where} limit 1", *values)) is not none

    async def _rows(self, sql: str, *values: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.house.office.database.admin_url)
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """Where mail will be taken: held from the moment somebody is told of it."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held


@pytest.fixture
def house(databases: infra.Databases, brokers: infra.Brokers, door: socket.socket) -> Iterator[House]:
    with a_house(databases, brokers, rate_limits="off", smtp_port=door.getsockname()[1]) as running:
        yield running


@asynccontextmanager
async def a_trial(house: House, door: socket.socket) -> AsyncIterator[Trial]:
    post, recorder = Post(door.getsockname()[1]), Recorder()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(post, enable_SMTPUTF8=False), sock=door)
    async with server, httpx2.AsyncClient(timeout=10) as http:
        desk = Desk(recorder, http, intake=house.url("intake"), workflow=house.url("workflow"))
        async with mail_taken_in(house) as hook:
            letters = Letterbox(recorder, http, hook=hook, twice=lambda: True)
            trial = Trial(house, post, recorder, desk, letters)
            await trial.filed()
            yield trial


@asynccontextmanager
async def mail_taken_in(house: House) -> AsyncIterator[tuple[str, int]]:
    """Where intake takes mail: a port that nobody chose beforehand."""
    hook = Hook(house.apps["intake"].state.desk, host="", port=0, poke=lambda: None)
    door = await asyncio.get_running_loop().create_server(lambda: SMTP(hook, enable_SMTPUTF8=True), "127.0.0.1", 0)
    async with door:
        yield door.sockets[0].getsockname()[:2]


def kinds(found: list[Violation]) -> set[tuple[str, Kind]]:
    return {(one.invariant, one.kind) for one in found}


def test_with_everything_on_nothing_is_violated(house: House, door: socket.socket, databases: infra.Databases) -> None:
    async def go() -> list[Violation]:
        async with a_trial(house, door) as trial:
            await trial.double_click()
            await trial.mailed_twice()
            await trial.broker_away()
            await trial.notify_forgets()
            await trial.said_again()
            await trial.answered()
            return await trial.found(databases)

    assert house.run(go()) == []


def test_without_the_idempotency_row_a_double_click_is_two_acts(
    house: House, door: socket.socket, databases: infra.Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    switched_off.idempotency_row(monkeypatch)

    async def go() -> list[Violation]:
        async with a_trial(house, door) as trial:
            await trial.double_click()
            await trial.answered()
            return await trial.found(databases)

    assert ONCE in kinds(house.run(go()))


def test_without_the_key_of_a_mail_an_answer_handed_over_twice_is_two(
    house: House, door: socket.socket, databases: infra.Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    switched_off.mails_key(monkeypatch)

    async def go() -> list[Violation]:
        async with a_trial(house, door) as trial:
            await trial.mailed_twice()
            return await trial.found(databases)

    assert ONCE in kinds(house.run(go()))


def test_without_the_outbox_what_was_decided_while_the_broker_was_down_is_never_heard(
    house: House, door: socket.socket, databases: infra.Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    switched_off.outbox(monkeypatch)

    async def go() -> list[Violation]:
        async with a_trial(house, door) as trial:
            await trial.broker_away(forgotten=True)
            await trial.waits_for("query.parked", "reason = 'gap'")
            await trial.waits_for("notify.parked", "reason = 'gap'")
            return await trial.found(databases)

    assert {LOST, ASIDE} <= kinds(house.run(go()))


def test_without_the_fence_what_is_said_twice_is_done_twice(
    house: House, door: socket.socket, databases: infra.Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def go() -> list[Violation]:
        async with a_trial(house, door) as trial:
            await trial.answered()
            switched_off.fence(monkeypatch)
            await trial.said_again()
            twice = "type = 'complaint.answered' and sequence = 3"
            await trial.waits_for("workflow.event", twice)
            return await trial.found(databases)

    assert HEARD_TWICE in kinds(house.run(go()))


def test_without_notifys_unique_keys_a_forgetful_notify_mails_twice(
    house: House, door: socket.socket, databases: infra.Databases
) -> None:
    async def go() -> list[Violation]:
        async with a_trial(house, door) as trial:
            await trial.answered()
            await switched_off.unique_keys(house.office.database.admin_url)
            await trial.notify_forgets()
            await trial.said_again()
            await trial.answered()
            return await trial.found(databases)

    assert {MAILED_TWICE, HEARD_TWICE} <= kinds(house.run(go()))
