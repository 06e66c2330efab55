"""What staff and public read, at 1,000 and at 100,000 complaints in turns: two query services on two databases.

The thousand were filed, acted on, relayed and projected by the services; the hundred thousand are copies of them made
in SQL, each hundredfold half a day older than the one before. The thousand are as old as the hundred thousand, so that
as large a part of them is overdue; a folder that holds fewer than a page of them is the shorter page it is, and the
note says so.
"""

from datetime import UTC, datetime
from statistics import median
from typing import TypeAlias, get_args

import asyncpg
import msgspec

from benchmarks import figures, load, peers, sites
from benchmarks.crew import hired
from benchmarks.figures import Figure
from benchmarks.measures import line
from benchmarks.stage import Place, Served, Stage, a_database
from services.query.domain.folders import Folder
from shared.auth import Caller, StaffTokens, TrackingTokens

SMALL, COPIES = 1_000, 100
ROUNDS = 4
EACH = 8
SHIFTED = (
    *("submitted_at", "changed_at", "state_since", "ended_at", "closed_at"),
    *("answer_by", "reply_by", "due", "by_due", "reopen_until"),
)
COPIED = "'HD-2026-' || lpad((split_part({0}number, '-', 3)::int + k * {1})::text, 6, '0') || '-X'"


Held: TypeAlias = dict[str, tuple[int, ...]]
"""Rows on the page by what was asked: of the thousand, and of the hundred thousand."""
Took: TypeAlias = dict[str, dict[str, list[float]]]
"""Milliseconds by what was asked and where, one for each round."""


async def measure(stage: Stage) -> list[Figure]:
    """Milliseconds at the API, one request at a time: the median of each round."""
    source = await line.written(stage)
    if not await _projected(source):
        await line.measure(stage)
    small = await stage.place("small", like=source.name)
    await _only_a_thousand(small)
    large = await stage.place("large", like=small.name)
    await _a_hundred_times(large)
    await _as_old(small)
    served = {place.name: place.serve("query") for place in (small, large)}
    requests = await _requests(small)
    held = {what: tuple([await _rows(query, asked()) for query in served.values()]) for what, asked in requests.items()}
    missing = peers.why_not()
    theirs = (
        {} if missing else {f"site_{n}": await sites.opened(stage, f"site_{n}", n) for n in (SMALL, SMALL * COPIES)}
    )
    listed: dict[str, list[float]] = {name: [] for name in theirs}
    took: Took = {what: {"small": [], "large": []} for what in requests}
    with sites.closing(theirs):
        for turn in range(ROUNDS + 1):
            for what in requests:
                for name, query in served.items():
                    ms = await _round(query, requests[what]())
                    if turn:
                        took[what][name].append(ms)
            for name, site in theirs.items():
                ms = await site.list()
                if turn:
                    listed[name].append(ms)
    for place in (small, large):
        place.close()
    return [*_told(took, held), *_told_of_sites(took, listed, missing)]


def _told(took: Took, held: Held) -> list[Figure]:
    found = []
    worst = _slowest(took)
    for what, at in took.items():
        inbox, head = what.startswith("Inbox"), what == worst
        times = figures.ratios(at["large"], at["small"])
        rows = "{1} rows, at 1,000 {0}".format(*held[what]) if inbox or what.startswith("List") else ""
        found += [
            figures.of(
                f"{what}, at 100,000",
                at["large"],
                "ms",
                aim=figures.at_most(10) if inbox else None,
                note=f"the slowest folder; {rows}" if head else rows,
                head=head,
            ),
            figures.of(
                f"{what}, at 100,000 over 1,000", times, "x", aim=figures.at_most(1.5) if inbox else None, head=head
            ),
        ]
    return found


def _slowest(took: Took) -> str:
    return max((what for what in took if what.startswith("Inbox")), key=lambda what: median(took[what]["large"]))


def _told_of_sites(took: Took, listed: dict[str, list[float]], missing: str | None) -> list[Figure]:
    if missing:
        return [figures.one("django-helpdesk beside it", 0, "", note=missing)]
    small, large = listed.values()
    ours = took[_slowest(took)]["large"]
    return [
        figures.of("django-helpdesk's list, at 1,000", small, "ms", note="page and rows"),
        figures.of("django-helpdesk's list, at 100,000", large, "ms", note="page and rows"),
        figures.of(
            "List at 100,000, django-helpdesk's over our slowest inbox",
            figures.ratios(large, ours),
            "x",
            aim=figures.at_least(50),
            head=True,
        ),
    ]


async def _round(query: Served, request: bytes) -> float:
    answers = await load.all_of(query.port, [request] * EACH, connections=1, expect=200)
    return figures.percentile([answer.seconds for answer in answers], 50) * 1e3


class _Page(msgspec.Struct):
    items: list[msgspec.Raw] = []


async def _rows(query: Served, request: bytes) -> int:
    [answer] = await load.all_of(query.port, [request], connections=1, expect=200)
    return len(msgspec.json.decode(answer.body, type=_Page).items)


async def _projected(place: Place) -> bool:
    admin = await asyncpg.connect(place.admin_url)
    try:
        return bool(await admin.fetchval("select exists (select from query.complaint)"))
    finally:
        await admin.close()


async def _only_a_thousand(place: Place) -> None:
    admin = await asyncpg.connect(place.admin_url)
    last = f"HD-2026-{SMALL:06}-X"
    for table in ("complaint", "words", "entry"):
        await admin.execute(f"delete from query.{table} where number > $1", last)
    await _settle(admin)


async def _a_hundred_times(place: Place) -> None:
    admin = await asyncpg.connect(place.admin_url)
    for table in ("complaint", "words", "entry"):
        columns = [
            row["column_name"]
            for row in await admin.fetch(
                "select column_name from information_schema.columns where table_schema = 'query' and table_name = $1"
                " and is_generated = 'NEVER' order by ordinal_position",
                table,
            )
        ]
        values = [
            COPIED.format("c.", SMALL)
            if name == "number"
            else f"c.{name} - k * interval '12 hours'"
            if name in SHIFTED and table == "complaint"
            else f"c.{name}"
            for name in columns
        ]
        await admin.execute(
            f"insert into query.{table} ({', '.join(columns)}) select {', '.join(values)}"
            f" from query.{table} c cross join generate_series(1, {COPIES - 1}) k"
        )
    await _settle(admin)


async def _as_old(place: Place) -> None:
    """Ten at a time half a day older than the ten before: the ages of a hundred copies."""
    admin = await asyncpg.connect(place.admin_url)
    older = "split_part(number, '-', 3)::int / 10 * interval '12 hours'"
    aged = ", ".join(f"{name} = {name} - {older}" for name in SHIFTED)
    await admin.execute(f"update query.complaint set {aged}")
    await _settle(admin)


async def _settle(admin: asyncpg.Connection) -> None:
    """What is counted as the projection would have left it, and the tables as autovacuum would."""
    await admin.execute("delete from query.tally; delete from query.deadlines")
    await admin.execute(
        "insert into query.tally (seen_by, open, custodian, holder, first_act, n)"
        " select seen_by, open, custodian, holder, first_act, count(*) from query.complaint group by 1, 2, 3, 4, 5"
    )
    await admin.execute(
        "insert into query.deadlines (hour, seen_by, n)"
        " select date_trunc('hour', due, 'UTC'), seen_by, count(*) from query.complaint"
        " where due is not null group by 1, 2"
    )
    await admin.execute("vacuum analyze")
    await admin.close()


async def _requests(place: Place) -> dict[str, "_Asking"]:
    """By name, what asks it: tokens last a minute, so each request is made when it is sent."""
    keys = place.stage.keys
    async with a_database(place.url("workflow"), 1) as db:
        crew = await hired(place, db)
    async with a_database(place.url("query"), 1) as db, db.transaction() as tx:
        number, at = await tx.fetchrow(
            "select number, submitted_at from complaint where not open order by number limit 1"
        )
    tokens, links = StaffTokens(private=keys.staff_private_key), TrackingTokens(keys.tracking_keys)
    asking = {
        f"Inbox of {who}, {folder}": _Asking(tokens, caller, f"/v1/inbox?folder={folder}&limit=50")
        for who, caller in (("an Admin", crew.admin), ("a PIC", crew.pics[0]))
        for folder in get_args(Folder)
    }
    asking |= {
        "List by module": _Asking(tokens, crew.admin, "/v1/complaints?module=gl&limit=50"),
        "List by words": _Asking(tokens, crew.admin, "/v1/complaints?q=baucar+77&limit=50"),
        "List, newest first": _Asking(tokens, crew.admin, "/v1/complaints?sort=-submitted&limit=50"),
        "Detail": _Asking(tokens, crew.admin, f"/v1/complaints/{number}"),
        "Tracking by link": _Asking(None, None, "/v1/tracking", {"X-Tracking-Token": links.make(number, at)}),
    }
    return asking


class _Asking:
    def __init__(
        self, tokens: StaffTokens | None, caller: Caller | None, path: str, headers: dict[str, str] | None = None
    ) -> None:
        self._tokens, self._caller, self._path, self._headers = tokens, caller, path, headers or {}

    def __call__(self) -> bytes:
        if self._tokens is None or self._caller is None:
            return load.request("POST", self._path, self._headers, {})
        token, _ = self._tokens.issue(self._caller, datetime.now(UTC))
        return load.request("GET", self._path, {"Authorization": f"Bearer {token}"})
