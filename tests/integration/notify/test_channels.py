"""Channels stand beside each other: each with its pace and its breaker; what is urgent goes first, in its complaint's
order."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from services.notify import handlers
from services.notify.domain.retries import Fate, Outcome
from services.notify.senders import Dispatch, Sender
from services.notify.timers.sweep import Channel, Sweep, outcomes
from services.notify.timers.writing import Links, Writer
from shared.auth import TrackingTokens, VendorTokens
from shared.events import intake, workflow
from shared.events.preferences import WHATSAPP, YES
from shared.metrics import Metrics
from shared.privacy import Keyring
from tests.integration.notify.conftest import Desk, serving
from tests.integration.notify.mailhost import mailhost
from tests.integration.notify.reading import hurry, settled
from tests.integration.notify.test_mailhost import sending_to
from tests.support import keys
from tests.support.complaints import SITI, Course, a_contact, a_received, sealed
from tests.support.eventually import eventually

DOWN = Outcome(Fate.CHANNEL_DOWN, "ConnectError")


@dataclasses.dataclass
class Way:
    """A way out into the outside world that answers as it is told; while the gate is shut it does not answer."""

    field: str
    answer: Outcome
    sent: list[str] = dataclasses.field(default_factory=list)
    gate: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)
    closed: bool = False

    def __post_init__(self) -> None:
        self.gate.set()

    async def send(self, dispatch: Dispatch) -> Outcome:
        self.sent.append(dispatch.id)
        await self.gate.wait()
        return self.answer

    async def close(self) -> None:
        self.closed = True


@asynccontextmanager
async def sweeping(desk: Desk, **ways: Sender) -> AsyncIterator[dict[str, Sweep]]:
    """A sweep for each way, on one ledger."""
    writer = Writer(
        Keyring(keys.SEALING_KEYS),
        Links("http://x", TrackingTokens(keys.TRACKING_KEYS), VendorTokens(keys.VENDOR_LINK_KEYS)),
    )
    ended_as = outcomes(Metrics())
    sweeps = {
        name: Sweep(
            desk.db,
            Channel(name, way, at_once=4, per_second=0, seconds=5.0),
            writer,
            batch_seconds=0.0,
            sweep_seconds=0.05,
            ended_as=ended_as,
        )
        for name, way in ways.items()
    }
    running = [asyncio.create_task(sweep.run()) for sweep in sweeps.values()]
    try:
        yield sweeps
    finally:
        for way in ways.values():
            if isinstance(way, Way):
                way.gate.set()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def some_by_whatsapp(desk: Desk, complaints: int) -> None:
    """Acknowledgements of that many complaints by mail, and each by WhatsApp as well."""
    await desk.hear(*(sealed(a_received(f"HD-2026-{n:06}-W")) for n in range(complaints)))
    await desk.run("update complaint set whatsapp = true")
    await desk.run("delete from delivery where template <> 'akuan_terima'")
    await desk.run(
        """
        insert into delivery (id, event_id, number, rules, rule, audience, recipient, name, channel, template, batched,
            status, planned_at, changed_at, next_at)
        select gen_random_uuid(), event_id, number, rules, rule, audience, recipient, name, 'whatsapp', template,
            batched, status, planned_at, changed_at, next_at from delivery
        """
    )


def answered(status: str, channel: str) -> str:
    return f"select from delivery where channel = '{channel}' and status = '{status}'"


@pytest.mark.parametrize("trouble", ["down", "silent"])
async def test_a_channel_that_is_down_or_says_nothing_never_holds_another(desk: Desk, trouble: str) -> None:
    await some_by_whatsapp(desk, 12)
    mail = Way("email", DOWN if trouble == "down" else Outcome(Fate.SENT, ""))
    whatsapp = Way("phone", Outcome(Fate.SENT, "accepted", provider_id="wamid.1"))
    if trouble == "silent":
        mail.gate.clear()
    async with sweeping(desk, email=mail, whatsapp=whatsapp) as sweeps:

        async def all_by_whatsapp() -> bool:
            return len(await desk.rows(answered("sent", "whatsapp"))) == 12

        _: bool = await eventually(all_by_whatsapp)
        assert await desk.rows(answered("sent", "email")) == []
        assert len(mail.sent) == 4, "no more than are allowed at once"
        assert sweeps["whatsapp"].breaker.failures == 0
    assert mail.closed
    assert whatsapp.closed
    (row,) = await desk.rows("select distinct provider_id from attempt where provider_id is not null")
    assert row["provider_id"] == "wamid.1"
    masked = await desk.rows("select distinct masked from delivery where channel = 'whatsapp'")
    assert "@" not in masked[0]["masked"], "by WhatsApp it went to a number"


async def test_whoever_takes_their_consent_back_before_it_leaves_gets_nothing_by_whatsapp(desk: Desk) -> None:
    await some_by_whatsapp(desk, 3)
    await desk.run("update complaint set whatsapp = false where number <> 'HD-2026-000001-W'")
    whatsapp = Way("phone", Outcome(Fate.SENT, "accepted"))
    async with sweeping(desk, whatsapp=whatsapp):

        async def none_wait() -> bool:
            return not await desk.rows("select from delivery where channel = 'whatsapp' and next_at is not null")

        _: bool = await eventually(none_wait)
        await eventually(lambda: len(whatsapp.sent) == 1)
    rows = await desk.rows("select status, reason from delivery where channel = 'whatsapp' order by number")
    assert [tuple(row) for row in rows] == [("skipped", "no_consent"), ("sent", None), ("skipped", "no_consent")]


@pytest.mark.parametrize(
    ("chosen", "expected"), [({WHATSAPP: YES}, "sent"), ({}, "skipped"), ({WHATSAPP: "no"}, "skipped")]
)
async def test_staff_hear_by_whatsapp_only_while_they_have_chosen_it(
    desk: Desk, chosen: dict[str, str], expected: str
) -> None:
    await desk.hear(*Course().say(workflow.Assigned, "DIAGIHKAN", pic=SITI).envelopes())
    await desk.run("delete from delivery where template <> 'agihan_pic'")
    await desk.run("update delivery set channel = 'whatsapp'")
    await desk.run("update staff set preferences = $1", chosen)
    whatsapp = Way("phone", Outcome(Fate.SENT, "accepted"))
    async with sweeping(desk, whatsapp=whatsapp):

        async def done() -> bool:
            return (await desk.statuses()).keys() == {expected}

        _: bool = await eventually(done)
    assert len(whatsapp.sent) == (expected == "sent")


async def test_a_breaker_opens_lets_one_through_now_and_then_and_closes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notify.domain.pace.PROBE_SECONDS", (3600.0,))
    await desk.hear(*(sealed(a_received(f"HD-2026-{n:06}-X")) for n in range(20)))
    async with mailhost(MAIL="421 closed for today") as host, sending_to(host) as smtp:
        async with sweeping(desk, email=smtp) as sweeps:
            sweep = sweeps["email"]

            async def tried(times: int) -> bool:
                ended = await desk.rows("select from attempt where result = 'channel_down'")
                return len(ended) >= times and "sending" not in await desk.statuses()

            _: bool = await eventually(lambda: tried(4))
            for probe in (1, 2, 3):
                assert len(await desk.rows("select from attempt")) == 3 + probe, "four, then one each time"
                assert sweep.breaker.failures == probe
                sweep.breaker = dataclasses.replace(sweep.breaker, probe_at=0.0)  # as if its time had passed
                await eventually(lambda probe=probe: tried(4 + probe))  # type: ignore[misc]
            host.says["MAIL"] = "250 ok"
            await hurry(desk)
            sweep.breaker = dataclasses.replace(sweep.breaker, probe_at=0.0)

            async def all_gone() -> bool:
                return (await desk.statuses()).keys() == {"sent"}

            await eventually(all_gone)
            assert sweep.breaker.failures == 0
        ids = [text.partition(b"Message-ID: ")[2].partition(b"\r\n")[0] for text in host.texts]
    assert len(ids) == len(set(ids))


async def first_claimed(desk: Desk, limit: int) -> list[tuple[str, str]]:
    """Template and complaint of what would go first."""
    async with desk.db.transaction() as tx:
        claimed = await handlers.claim(tx, "email", limit, lease=60, window=0)
    return [(notice.template, one.number) for notice in claimed.notices if (one := notice.topics[0].matter)]


async def test_what_is_urgent_goes_first_and_takes_along_what_stands_before_it(desk: Desk) -> None:
    numbers = [f"HD-2026-00070{n}-A" for n in range(8)]
    for number in numbers:
        course = Course(number, contact=a_contact(number)).say(workflow.Assigned, "DIAGIHKAN", pic=SITI)
        await desk.hear(*course.envelopes())
    asked = intake.TrackingLinkRequested(number=numbers[-1])
    await desk.hear(sealed(asked, subject="request", source="intake"))
    assert await first_claimed(desk, 1) == [("akuan_terima", numbers[-1])]
    for expected in ("makluman_agihan_pengadu", "pautan_semakan"):
        await desk.run("update delivery set status = 'sent' where status = 'sending'")
        assert await first_claimed(desk, 1) == [(expected, numbers[-1])]
    await desk.run("update delivery set status = 'sent' where status = 'sending'")
    assert ("akuan_terima", numbers[0]) in await first_claimed(desk, 2), "then the others, in their order"


async def test_the_rate_holds_over_all_replicas(desk: Desk) -> None:
    await desk.hear(*(sealed(a_received(f"HD-2026-{n:06}-R")) for n in range(40)))

    async def claimed() -> int:
        async with desk.db.transaction() as tx:
            found = await handlers.claim(tx, "email", 8, lease=60, window=0, per_second=0.01)
        assert found.wait > 0
        return len(found.notices)

    assert [await claimed() for _ in range(5)] == [1, 0, 0, 0, 0]
    await desk.run("update pace set free_at = clock_timestamp() - interval '1 hour'")
    assert sum(await asyncio.gather(*(claimed() for _ in range(5)))) == 1


async def test_one_person_the_server_refuses_takes_nobody_else_along(desk: Desk) -> None:
    await desk.hear(*Course().say(workflow.Assigned, "DIAGIHKAN", pic=SITI).envelopes())
    refused = f"{SITI.id}@perbendaharaan.example"
    desk.post.on_rcpt = lambda address: "550 no" if address == refused else "250 ok"
    async with serving(desk.app()):
        await settled(desk)
    rows = await desk.rows("select recipient, status from delivery where template <> 'mel_tidak_sampai'")
    assert {row["recipient"] for row in rows if row["status"] == "failed"} == {f"staff:{SITI.id}"}
    assert {row["status"] for row in rows if row["recipient"] != f"staff:{SITI.id}"} == {"sent"}
    assert all(len(to) == 1 for to in desk.post.recipients)


async def test_a_wait_the_provider_asked_for_is_waited(desk: Desk) -> None:
    await some_by_whatsapp(desk, 2)
    whatsapp = Way("phone", Outcome(Fate.CHANNEL_DOWN, "429 too many", wait=600.0))
    async with sweeping(desk, whatsapp=whatsapp) as sweeps:
        await eventually(lambda: sweeps["whatsapp"].breaker.failures == 1)

        async def put_off() -> bool:
            return not await desk.rows(answered("sending", "whatsapp"))

        _: bool = await eventually(put_off)
        assert sweeps["whatsapp"].breaker.free(sweeps["whatsapp"].breaker.probe_at - 1.0, 4, 0) == 0
    rows = await desk.rows("select next_at from delivery where channel = 'whatsapp' and tries = 1")
    assert rows
    assert all(row["next_at"] >= datetime.now(UTC) + timedelta(seconds=500) for row in rows)
