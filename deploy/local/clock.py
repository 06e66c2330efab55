"""Business time: `helpdesk.now()` is the real time plus a shift. Only demo and tests move it, never a real office."""

import re
from datetime import timedelta

import asyncpg

from deploy.local.processes import Trouble

UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def parse(text: str) -> timedelta:
    """`3d`, `12h`, `1d12h`: forward only."""
    if not re.fullmatch(r"(\d+[dhm])+", text):
        raise Trouble(f"How far forward? Such as 3d, 12h or 1d12h, not {text!r}.")
    return sum((timedelta(**{UNITS[unit]: int(n)}) for n, unit in re.findall(r"(\d+)([dhm])", text)), timedelta())


async def shift(admin_url: str) -> timedelta:
    """How far business time is from real time; `admin_url` is the superuser's, in the helpdesk's database."""
    connection = await asyncpg.connect(admin_url)
    try:
        found: timedelta = await connection.fetchval("select shift from helpdesk.clock")
        return found
    finally:
        await connection.close()


async def move(admin_url: str, by: timedelta) -> timedelta:
    """Moves business time and returns the new shift."""
    connection = await asyncpg.connect(admin_url)
    try:
        moved: timedelta = await connection.fetchval("update helpdesk.clock set shift = shift + $1 returning shift", by)
        return moved
    finally:
        await connection.close()
