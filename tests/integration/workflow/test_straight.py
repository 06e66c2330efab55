"""An act outside a transaction: one statement writes all of it, or nothing where what it was decided on has changed."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from asyncpg import UniqueViolationError

from services.workflow.domain import acts, sight
from services.workflow.domain.given import Given
from services.workflow.handlers import acting, times
from services.workflow.handlers.versions import version as a_version
from services.workflow.machine import Action, Role
from services.workflow.store import complaints, people
from services.workflow.store.complaints import Loaded, Version
from shared.auth import Caller
from shared.db import Tx
from shared.events.complaint import Actor, Person
from shared.events.reference import SettingsSaved
from shared.web.edge import Asked, Kept
from tests.integration.workflow.office import NUMBER, Office
from tests.support.eventually import eventually

KEY = "01890a5d-ac96-774b-bcce-b302099a8057"
ANSWER = Kept(Asked("POST /here", KEY, b"print"), 200, b"{}")
WRITTEN = """
select (select version from complaint where number = $1) as version, (select count(*) from event) as events,
    (select count(*) from idempotency where key = $2) as answers
"""


@pytest.fixture
async def decided(office: Office) -> tuple[Loaded, Version]:
    """A reassignment, decided and not yet written."""
    await office.bring(NUMBER, "DIAGIHKAN")
    async with office.app.state.db.statement() as each:
        loaded = await complaints.load(each, NUMBER)
    assert loaded is not None
    asked = sight.facts(loaded.complaint, Role.ADMIN, loaded.known.rules, loaded.now, pic_is_active=True)
    pic, admin = Person(id=office.ids["other_pic"], name="Lain"), Actor(role=Role.ADMIN, id=office.ids["admin"])
    words = Given(pic=pic, text="Sibuk")
    rules, now = loaded.known.rules, loaded.now
    after, event = acts.act(loaded.complaint, Action.REASSIGN, words, admin, asked, rules, now)
    return loaded, a_version(after, event, rules, correlation=str(uuid4()))


async def write(office: Office, decided: tuple[Loaded, Version]) -> bool:
    loaded, version = decided
    async with office.app.state.db.statement() as each:
        return await complaints.save_unless_moved(each, version, loaded.known, UUID(office.ids["other_pic"]), ANSWER)


async def test_what_still_stands_is_written_whole(office: Office, decided: tuple[Loaded, Version]) -> None:
    [before] = await office.rows(WRITTEN, NUMBER, KEY)
    assert await write(office, decided)
    [after] = await office.rows(WRITTEN, NUMBER, KEY)
    assert {name: after[name] - before[name] for name in before} == {"version": 1, "events": 1, "answers": 1}


async def _another_acts(office: Office) -> None:
    await office.do("admin", "classify", priority="Tinggi", reason="Mendesak")


async def _the_office_decides(office: Office) -> None:
    async with office.app.state.db.transaction() as tx:
        await times.save_settings(tx, later(), admin(office), correlation=str(uuid4()))


async def _the_pic_leaves(office: Office) -> None:
    await office.rows("update staff set active = false where id = $1 returning 1", UUID(office.ids["other_pic"]))


@pytest.mark.parametrize("moved", [_another_acts, _the_office_decides, _the_pic_leaves])
async def test_where_what_it_rests_on_has_changed_nothing_is_written(
    office: Office, decided: tuple[Loaded, Version], moved: Any
) -> None:
    await moved(office)
    before = await office.rows(WRITTEN, NUMBER, KEY)
    assert not await write(office, decided)
    assert await office.rows(WRITTEN, NUMBER, KEY) == before


async def test_under_a_key_that_was_used_nothing_is_written(office: Office, decided: tuple[Loaded, Version]) -> None:
    await office.rows(
        "insert into idempotency (route, key, fingerprint) values ('POST /here', $1, 'other') returning 1", KEY
    )
    before = await office.rows(WRITTEN, NUMBER, KEY)
    with pytest.raises(UniqueViolationError):
        await write(office, decided)
    assert await office.rows(WRITTEN, NUMBER, KEY) == before


async def test_who_waited_for_new_times_that_moved_nothing_yet_decides_by_them(office: Office) -> None:
    await office.bring(NUMBER, "DIAGIHKAN")
    async with office.app.state.db.transaction() as tx:
        assert await times.save_settings(tx, later(), admin(office), correlation=str(uuid4())) == []
        waiting = asyncio.create_task(office.act("pic", "reply", version=2, text="Sedang disemak."))
        assert await eventually(lambda: somebody_waits(tx))
    after = (await waiting).json()
    assert after["due"] == (await office.look("pic"))["clocks"]["solve_by"]


async def test_a_timer_set_anew_meanwhile_stops_nobody(office: Office) -> None:
    await office.bring(NUMBER, "DIAGIHKAN")
    async with office.app.state.db.transaction() as tx:
        await complaints.set_timers(tx, [(NUMBER, None)])
        waiting = asyncio.create_task(office.act("pic", "start", version=2))
        assert await eventually(lambda: somebody_waits(tx))
    assert (await waiting).json()["version"] == 3
    [timer] = await office.rows("select timer_at from complaint where number = $1", NUMBER)
    assert timer["timer_at"] is not None


async def test_a_pic_who_is_just_leaving_is_not_given_a_complaint(office: Office) -> None:
    await office.file()
    async with office.app.state.db.transaction() as tx:
        await people.change(tx, UUID(office.ids["pic"]), {"active": False})
        waiting = asyncio.create_task(office.act("admin", "assign", version=1, pic=office.ids["pic"]))
        assert await eventually(lambda: somebody_waits(tx))
    refused = await waiting
    assert [error["code"] for error in refused.json()["errors"]] == ["not_a_pic"]
    assert (await office.look("admin"))["state"] == "BARU"


async def test_an_act_that_nobody_disturbs_holds_no_transaction_open(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def in_line(*_: Any, **__: Any) -> None:
        raise AssertionError("went in line")

    await office.bring(NUMBER, "DIAGIHKAN")
    monkeypatch.setattr(acting, "act", in_line)
    assert (await office.act("pic", "start", version=2, key=KEY)).status_code == 200
    assert (await office.act("pic", "reply", version=3, text="Sedang disemak.")).status_code == 200


async def test_of_twins_the_one_in_line_does_not_hold_the_key_against_the_one_that_goes_straight(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    straight = acting.act_straight
    firsts = [straight]

    async def once(*told: Any, **more: Any) -> Any:
        """Straight for the first that comes; the other is overtaken."""
        return await firsts.pop()(*told, **more) if firsts else None

    await office.bring(NUMBER, "INPROGRESS")
    monkeypatch.setattr(acting, "act_straight", once)
    twins = []
    async with office.app.state.db.transaction() as tx:
        await complaints.load(tx, NUMBER, lock=True)
        for waiting in (1, 2):
            twins.append(asyncio.create_task(office.act("pic", "reply", version=3, key=KEY, text="Sedang disemak.")))
            assert await eventually(lambda waiting=waiting: so_many_wait(tx, waiting))  # type: ignore[misc]
    answers = await asyncio.gather(*twins)
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert (await office.look("admin"))["version"] == 4


def later() -> SettingsSaved:
    """One day more to solve what is Sederhana, which nobody sees before the first answer is given."""
    return SettingsSaved(solve_days=times.SOLVE_DAYS | {"Sederhana": 8})


def admin(office: Office) -> Caller:
    return Caller(office.ids["admin"], "", "Rohani", frozenset({"ADMIN"}), frozenset())


async def somebody_waits(tx: Tx) -> bool:
    return await so_many_wait(tx, 1)


async def so_many_wait(tx: Tx, least: int) -> bool:
    return bool(await tx.fetchval("select count(*) >= $1 from pg_locks where not granted", least))
