"""When the dust has settled: everything decided has been said, heard and told, and the history is right."""

import asyncio
from collections.abc import Iterable

import nats
import nats.errors
import nats.js.errors

from deploy.local.setting_up import admin_url
from tests.faults.estate import Estate
from tests.faults.journey import People
from tests.support import history

SETTLED_SECONDS = 30.0
HEARERS = (
    ("intake", "WORKFLOW"),
    ("workflow", "INTAKE"),
    ("notify", "WORKFLOW"),
    ("notify", "INTAKE"),
    ("query", "WORKFLOW"),
    ("query", "INTAKE"),
)
EMPTY = "fold_template"


def right(people: People, poison: Iterable[str] = ()) -> None:
    """The history of this estate, from its first day on, has no violation, and no service met what it did not
    foresee."""
    settle(people.estate)
    assert not (found := wrong(people, poison)), "\n".join(found)
    assert not (trouble := people.estate.trouble_in_logs()), "\n".join(trouble)


def settle(estate: Estate) -> None:
    """Waits until all is quiet."""
    for waits in (_unsettled, _unacknowledged, _untold):
        estate.until(lambda waits=waits: not waits(estate), within=SETTLED_SECONDS)  # type: ignore[misc]


def wrong(people: People, poison: Iterable[str] = ()) -> list[str]:
    """What the checker finds, over everything that clients of this estate ever did."""
    estate = people.estate
    if not estate.sql("select from pg_database where datname = $1", EMPTY):
        server = admin_url(estate.row, estate.keys)
        made = estate.aside(history.an_empty_model(server, estate.keys.passwords)).rpartition("/")[2]
        estate.sql(f"alter database {made} rename to {EMPTY}")
    estate.sql("drop database if exists fold")
    estate.sql(f"create database fold template {EMPTY}")
    empty = estate.database_url("query", "fold")
    found = estate.aside(
        history.collect(estate.admin_url, people.recorder.calls, empty=empty, mails=mailed(estate), poison=poison)
    )
    return [str(one) for one in history.violations(found)]


def mailed(estate: Estate) -> list[str]:
    """For each mail that was caught, the delivery it names."""
    items = estate.http.get(
        f"{estate.url('mailbox')}/v1/messages", params={"limit": 10_000, "channel": "email"}
    ).json()["items"]
    return [item["mail"].strip("<>").partition("@")[0] for item in items]


def _unsettled(estate: Estate) -> bool:
    return not estate.aside(history.settled(estate.admin_url))


def _unacknowledged(estate: Estate) -> list[str]:
    """Hearers to whom the broker has something to say, or to say again."""

    async def waits(service: str, stream: str) -> int:
        client = await nats.connect(estate.nats.url(service), allow_reconnect=False)
        try:
            info = await client.jetstream().consumer_info(stream, f"{service}-{stream.lower()}")
            return (info.num_pending or 0) + (info.num_ack_pending or 0)
        finally:
            await client.close()

    async def all_of_them() -> list[str]:
        asked = (waits(service, stream) for service, stream in HEARERS)
        found = await asyncio.gather(*asked, return_exceptions=True)  # each lets go of its line
        for one in found:
            if isinstance(one, BaseException):
                raise one
        return [f"{service} of {stream}" for (service, stream), n in zip(HEARERS, found, strict=True) if n]

    try:
        return estate.aside(all_of_them())
    except (nats.errors.Error, nats.js.errors.Error, OSError) as error:
        return [type(error).__name__]


def _untold(estate: Estate) -> bool:
    """Mails under way or due, but for those gathered for a later one."""
    return bool(
        estate.sql(
            "select from notify.delivery where status = 'sending'"
            " or (next_at is not null and status = 'planned' and not batched)"
        )
    )
