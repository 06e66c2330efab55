"""From the 201 to the read model: how long until query has committed a complaint and says so, which is what a page
shows and what the badge is pushed by. All services run; mail is held back first, then goes out."""

import asyncio
import json
import time
from typing import NamedTuple

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from benchmarks import figures, load
from benchmarks.figures import Figure
from benchmarks.filings import Filings
from benchmarks.stage import Place, Stage

IDLE = 80
IDLE_PER_SECOND = 8.0
PER_SECOND = 100.0
LOADED_SECONDS = 8
PATIENCE_SECONDS = 60.0


class Watch:
    """When each complaint was answered for, and when it was visible."""

    def __init__(self) -> None:
        self.answered: dict[str, float] = {}
        self.visible: dict[str, float] = {}
        self.turned_away = 0

    async def saw(self, message: Msg) -> None:
        """Query says what it has projected."""
        said = json.loads(message.data)
        self.visible.setdefault(said["number"], time.perf_counter())

    async def lags(self) -> list[float]:
        """Milliseconds, once all are visible; one that was seen before its answer was read took none."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while missing := self.answered.keys() - self.visible.keys():
                await asyncio.sleep(0.02 if len(missing) < 100 else 0.2)
        return [max(0.0, self.visible[number] - at) * 1e3 for number, at in self.answered.items()]


class Series(NamedTuple):
    """Milliseconds to visible, and how many were answered 503 because all was busy."""

    lags: list[float]
    turned_away: int


async def measure(stage: Stage) -> list[Figure]:
    """Idle, then at 100 a second with senders paused, then with them on."""
    place = await stage.place("house")
    for name in ("workflow", "intake", "query", "mailbox"):
        place.serve(name, PUBLIC_URL="http://127.0.0.1:8000")
    notify = place.serve("notify", SENDING="off", PUBLIC_URL="http://127.0.0.1:8000")
    portal = await nats.connect(place.nats.url("portal"))
    filings = Filings(place)
    await _series(place, portal, filings.some(40), 20.0)  # warm
    idle = await _series(place, portal, filings.some(IDLE), IDLE_PER_SECOND)
    paused = await _series(place, portal, filings.some(int(PER_SECOND * LOADED_SECONDS)), PER_SECOND)
    notify.stop()
    place.serve("notify", SENDING="on", PUBLIC_URL="http://127.0.0.1:8000")
    sending = await _series(place, portal, filings.some(int(PER_SECOND * LOADED_SECONDS)), PER_SECOND)
    await portal.close()
    place.close()
    return [
        *_told("idle", idle, figures.at_most(15), figures.at_most(40)),
        *_told("at 100/s, senders paused", paused, None, figures.at_most(250)),
        *_told("at 100/s, senders on", sending, None, None),
    ]


def _told(when: str, series: Series, p50: figures.Aim | None, p99: figures.Aim | None) -> list[Figure]:
    lags = series.lags
    note = f"{len(lags)} complaints" + (f", {series.turned_away} turned away (503)" if series.turned_away else "")
    return [
        figures.one(f"201 to visible, {when}, p50", figures.percentile(lags, 50), "ms", aim=p50, note=note, head=True),
        figures.one(f"201 to visible, {when}, p99", figures.percentile(lags, 99), "ms", aim=p99, note=note, head=True),
    ]


async def _series(place: Place, portal: Client, requests: list[bytes], per_second: float) -> Series:
    watch = Watch()
    heard = await portal.subscribe("query.projected", cb=watch.saw)
    await portal.flush()
    lines: list[load.Line] = []

    async def send(one: bytes) -> None:
        line = lines.pop() if lines else await load.opened(place.ports["intake"])
        answer = await line.ask(one)
        at = time.perf_counter()
        if answer.status == 201:
            watch.answered[msgspec.json.decode(answer.body)["number"]] = at
        elif answer.status == 503:
            watch.turned_away += 1
        else:
            raise load.Refused(f"{answer.status}: {answer.body[:300]!r}")
        lines.append(line)

    await load.paced(requests, per_second, send)
    lags = await watch.lags()
    await heard.unsubscribe()
    for line in lines:
        line.close()
    return Series(lags, watch.turned_away)
