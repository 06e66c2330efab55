"""The live channel: each page hears what its owner may see, and nothing waits for a slow one."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import msgspec
import nats

from services.portal.clients import Pass, Problem, Unavailable
from services.portal.live import SUBJECT, WAITING, Live, Projected
from tests.support.eventually import eventually
from tests.support.infra import Broker
from tests.unit.portal.outside import LOGIN

AISYAH = msgspec.convert(LOGIN, Pass)


async def aisyah() -> Pass:
    """A PIC, s1."""
    return AISYAH


async def told(stream: AsyncIterator[str]) -> str:
    """The next thing on the stream that is not a heartbeat."""
    while (line := await anext(stream)).startswith((":", "retry")):
        pass
    return line


async def opened(live: Live, current: object = aisyah) -> AsyncIterator[str]:
    """A stream that has begun to listen."""
    stream = live.stream(current)  # type: ignore[arg-type] # the faults below are given on purpose
    assert await anext(stream) == "retry: 2000\n\n"
    return stream


async def test_a_page_hears_of_what_its_owner_may_see_and_of_nothing_else() -> None:
    live = Live("nats://127.0.0.1:1")
    stream = await opened(live)
    live.publish(Projected("HD-1", 1, ["role:ADMIN", "staff:s2"]))
    live.publish(Projected("HD-2", 4, ["role:ADMIN", "staff:s1"]))
    assert await told(stream) == 'event: projected\ndata: {"number":"HD-2","version":4}\n\n'
    live.publish(Projected("HD-3", 1, ["role:PIC"]))
    assert "HD-3" in await told(stream)


async def test_who_may_see_it_is_told_to_nobody() -> None:
    live = Live("nats://127.0.0.1:1")
    stream = await opened(live)
    live.publish(Projected("HD-2", 4, ["staff:s1", "staff:s9"]))
    assert "s9" not in await told(stream)


async def test_a_page_whose_owner_is_logged_out_is_told_and_left() -> None:
    async def ended() -> Pass:
        raise Problem(401, {"code": "session_ended"})

    live = Live("nats://127.0.0.1:1")
    stream = await opened(live, ended)
    live.publish(Projected("HD-2", 4, ["staff:s1"]))
    assert [line async for line in stream] == ["event: ended\ndata: {}\n\n"]


async def test_while_nobody_can_say_who_may_look_nothing_is_shown() -> None:
    async def away() -> Pass:
        raise Unavailable("workflow")

    live = Live("nats://127.0.0.1:1")
    stream = await opened(live, away)
    live.publish(Projected("HD-2", 4, ["staff:s1"]))
    assert await anext(stream) == ": \n\n"


async def test_a_slow_page_is_told_to_read_everything_afresh_and_delays_nobody() -> None:
    live = Live("nats://127.0.0.1:1")
    stream = await opened(live)
    for n in range(WAITING * 3):
        live.publish(Projected(f"HD-{n}", 1, ["staff:s1"]))
    heard = [await told(stream) for _ in range(2)]
    assert any('"number":""' in line for line in heard)


async def test_streams_end_when_the_portal_stops() -> None:
    live = Live("nats://127.0.0.1:1")
    stream = await opened(live)
    live.release()
    assert [line async for line in stream if not line.startswith(":")] == []


async def test_what_query_says_on_the_bus_reaches_the_page(broker: Broker) -> None:
    live = Live(broker.url("portal"))
    live.start()
    query = await nats.connect(broker.url("query"))
    try:
        await eventually(lambda: live.connected)
        stream = await opened(live)
        await query.publish(SUBJECT, b"not json")

        async def heard() -> str:
            while True:
                await query.publish(SUBJECT, b'{"number":"HD-7","version":2,"seen_by":["staff:s1"],"more":1}')
                try:
                    return await asyncio.wait_for(asyncio.shield(line), 0.2)
                except TimeoutError:
                    continue

        line = asyncio.ensure_future(told(stream))
        assert "HD-7" in await asyncio.wait_for(heard(), 10)
    finally:
        await query.close()
        await live.close()


async def test_a_portal_without_a_broker_starts_and_serves(visitor: httpx2.AsyncClient) -> None:
    live = Live("nats://127.0.0.1:1")
    live.start()
    assert not live.connected
    await live.close()
    assert (await visitor.get("/semakan")).status_code == 200
