"""How often is too often: exact counts in an unlogged table, in a transaction of their own so that a refused request
still counts. Windows are fixed and in real time."""

import ipaddress
from dataclasses import dataclass

from shared.db import Database
from shared.errors import TooMany

SCHEMA_V1 = """
create unlogged table spent (
    bucket text not null,
    key text not null,
    started timestamptz not null,
    count int not null,
    primary key (bucket, key)
) with (fillfactor = 70);
"""


SPEND = """
    insert into spent as s (bucket, key, started, count) values ($1, $2, clock_timestamp(), 1)
    on conflict (bucket, key) do update set
        count = case when s.started < clock_timestamp() - make_interval(secs => $3) then 1 else s.count + 1 end,
        started = case when s.started < clock_timestamp() - make_interval(secs => $3)
                       then clock_timestamp() else s.started end
    returning count, ceil(extract(epoch from started - clock_timestamp()) + $3)::int as left
"""
"""Takes the three of `Spending.counted`; what it returns goes to `Spending.settle`."""


@dataclass(frozen=True, slots=True)
class Spending:
    """One more for this key, of `limit` in a window of `seconds`."""

    bucket: str
    key: str
    limit: int
    seconds: int

    def counted(self) -> tuple[str, str, float]:
        """For `SPEND`."""
        return self.bucket, self.key, float(self.seconds)

    def settle(self, count: int, left: int) -> None:
        """Raises `TooMany` once the limit is passed."""
        if count > self.limit:
            raise TooMany(retry_after=max(left, 1))


_NONE_TOO_MANY = 2**31 - 1


class Limits:
    """Spends from named buckets; switched off it allows everything."""

    def __init__(self, db: Database, *, on: bool) -> None:
        self._db = db
        self._on = on

    @property
    def on(self) -> bool:
        """Whether anything is refused at all."""
        return self._on

    def spending(self, bucket: str, key: str, *, limit: int, seconds: int) -> Spending:
        """For a statement that counts on the way to something else. Switched off it counts, and none is too many."""
        return Spending(bucket, key, limit if self._on else _NONE_TOO_MANY, seconds)

    async def spend(self, bucket: str, key: str, *, limit: int, seconds: int) -> None:
        """Count one more for this key. Raises `TooMany` once `limit` in a window of `seconds` is passed."""
        if not self._on:
            return
        spending = Spending(bucket, key, limit, seconds)
        async with self._db.statement() as only:
            row = await only.fetchrow(SPEND, *spending.counted())
        spending.settle(row["count"], row["left"])

    async def forget(self, bucket: str, key: str) -> None:
        """Start this key anew, as after a success."""
        async with self._db.transaction() as tx:
            await tx.execute("delete from spent where bucket = $1 and key = $2", bucket, key)


def prefix(address: str) -> str:
    """The part of an address one household or office shares: a whole IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
