"""Who had to wait for what somebody else did to a complaint decides by what stands after the wait."""

import asyncio
from uuid import uuid4

from services.workflow.handlers import times
from services.workflow.store import facts
from shared.auth import Caller
from shared.db import Tx
from shared.events.reference import SettingsSaved
from tests.integration.workflow.office import NUMBER, Office
from tests.support.eventually import eventually


async def test_who_waited_while_the_office_changed_its_times_decides_by_the_new_ones(office: Office) -> None:
    await office.bring(NUMBER, "DIAGIHKAN")
    before = await office.look("pic")
    admin = Caller(id=office.ids["admin"], session="", name="Rohani", roles=frozenset({"ADMIN"}), queues=frozenset())
    sooner = SettingsSaved(solve_days=times.SOLVE_DAYS, first_answer_days=1)
    async with office.app.state.db.transaction() as tx:
        moved = await times.save_settings(tx, sooner, admin, correlation=str(uuid4()))
        assert [one.number for one in moved] == [NUMBER]
        async with office.app.state.db.transaction() as other:
            await facts.known(other)  # in the mind of a process that heard of nothing yet
        waiting = asyncio.create_task(office.act("pic", "start", version=before["version"]))
        assert await eventually(lambda: _somebody_waits(tx))
    after = (await waiting).json()
    assert after["due"] == moved[0].after.isoformat() != before["due"]


async def test_what_is_known_is_what_was_last_saved_whatever_was_known_before(office: Office) -> None:
    async with office.app.state.db.transaction() as tx:
        first = await facts.known(tx)
        assert await facts.known(tx) is first, "and is read once"
    async with office.app.state.db.transaction() as tx:
        changed = SettingsSaved(solve_days=times.SOLVE_DAYS, reopen_days=9)
        await facts.save(tx, facts.SETTINGS, changed, correlation=str(uuid4()))
        assert (await facts.known(tx)).rules.settings == changed
        async with office.app.state.db.transaction() as other:
            assert (await facts.known(other)).rules == first.rules, "not before it is committed"


async def _somebody_waits(tx: Tx) -> bool:
    return bool(await tx.fetchval("select exists (select from pg_locks where not granted)"))
