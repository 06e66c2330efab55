"""A complaint over HTTP, everything on, in turns with a bare route that does the same two inserts."""

import asyncpg

from benchmarks import figures, load
from benchmarks.figures import Figure
from benchmarks.filings import Filings
from benchmarks.programs.bare import TABLES
from benchmarks.stage import BARE, Served, Stage

ROUNDS = 5
EACH = 400
CONNECTIONS = 8
WARM = 100


async def measure(stage: Stage) -> list[Figure]:
    """CPU of intake's process for a 201 (its relay included) over that of the bare route's, round by round;
    then the same without a broker, which leaves out the relay: the bare route has none."""
    place = await stage.place("filing")
    admin = await asyncpg.connect(place.admin_url)
    await admin.execute(TABLES)
    await admin.close()
    bare = place.start("bare", [BARE], place.ports["query"], {"DATABASE_URL": place.admin_url})
    intake = place.serve("intake", PUBLIC_URL="http://127.0.0.1:8000")
    filings = Filings(place)
    for served in (bare, intake):
        await _round(served, filings.some(WARM))
    costs, rates = await _in_turns(bare, intake, filings)
    place.nats.stop()
    quiet, _ = await _in_turns(bare, intake, filings)
    place.close()
    return [
        figures.of(
            "Filing a complaint, CPU, over a bare FastAPI + asyncpg route",
            figures.ratios(costs["intake"], costs["bare"]),
            "x",
            aim=figures.at_most(2.0),
            note="limits, robot check, sealing, blind index, idempotency, record, outbox and relay on",
            head=True,
        ),
        figures.of(
            "The same, the relay at rest",
            figures.ratios(quiet["intake"], quiet["bare"]),
            "x",
            note="no broker to carry anything to",
        ),
        figures.of("Filing a complaint, CPU of intake", [cpu * 1e3 for cpu in costs["intake"]], "ms"),
        figures.of("Bare route, CPU", [cpu * 1e3 for cpu in costs["bare"]], "ms"),
        figures.of("Complaints filed, one process", rates["intake"], "/s", note=f"{CONNECTIONS} connections"),
        figures.of("Bare route", rates["bare"], "/s", note=f"{CONNECTIONS} connections"),
    ]


async def _in_turns(bare: Served, intake: Served, filings: Filings) -> tuple[dict[str, list[float]], ...]:
    """CPU seconds for each, and how many a second, of both, round by round."""
    costs: dict[str, list[float]] = {"bare": [], "intake": []}
    rates: dict[str, list[float]] = {"bare": [], "intake": []}
    for _ in range(ROUNDS):
        for served in (bare, intake):
            cpu, rate = await _round(served, filings.some(EACH))
            costs[served.name].append(cpu)
            rates[served.name].append(rate)
    return costs, rates


async def _round(served: Served, requests: list[bytes]) -> tuple[float, float]:
    """CPU seconds for each, and how many a second."""
    before = served.cpu()
    answers = await load.all_of(served.port, requests, connections=CONNECTIONS, expect=201)
    seconds = sum(answer.seconds for answer in answers) / CONNECTIONS
    return (served.cpu() - before) / len(requests), len(requests) / seconds
