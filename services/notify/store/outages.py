"""Since when a way out has not answered. How long that is counts in real time; what people read is business time."""

from dataclasses import dataclass
from datetime import datetime

from shared.db import Tx

_AS_READ = "helpdesk.now() as now, helpdesk.now() - (clock_timestamp() - since) as since"


@dataclass(frozen=True, slots=True)
class Outage:
    """By business time. `told`: staff were told of it."""

    now: datetime
    since: datetime
    told: bool = True


async def silent(tx: Tx, channel: str, detail: str, patience: float) -> Outage | None:
    """This way out did not answer. The outage, once: where it has lasted for `patience` seconds and nobody was
    told."""
    await tx.execute(
        """
        insert into outage (channel, since, detail) values ($1, clock_timestamp(), $2)
        on conflict (channel) do update set detail = excluded.detail
        """,
        channel,
        detail,
    )
    row = await tx.fetchrow(
        f"""
        update outage set told = true
        where channel = $1 and not told and since <= clock_timestamp() - make_interval(secs => $2)
        returning {_AS_READ}
        """,
        channel,
        patience,
    )
    return None if row is None else Outage(row["now"], row["since"])


async def over(tx: Tx, channel: str) -> Outage | None:
    """This way out answered. The outage that ends with that, if there was one."""
    row = await tx.fetchrow(f"delete from outage where channel = $1 returning told, {_AS_READ}", channel)
    return None if row is None else Outage(row["now"], row["since"], row["told"])
