"""What is used up: solved challenges, and the counts of `shared.limits`."""

from services.intake.domain.robot import Challenge
from shared.db import Tx


async def spend(tx: Tx, challenge: Challenge) -> bool:
    """Use a solved challenge up; false if it was used before. A twin waits for the first to commit."""
    spent = await tx.fetchval(
        "insert into used_challenge (nonce, expires_at) values ($1, $2) on conflict do nothing returning true",
        challenge.nonce,
        challenge.expires_at,
    )
    return spent is not None


async def is_spent(tx: Tx, challenge: Challenge) -> bool:
    """Whether a challenge was used."""
    return bool(await tx.fetchval("select exists (select from used_challenge where nonce = $1)", challenge.nonce))


async def forget_challenges(tx: Tx) -> None:
    """Drop those that would be refused as expired anyway."""
    await tx.execute("delete from used_challenge where expires_at < clock_timestamp() - interval '1 hour'")


async def forget_counts(tx: Tx) -> None:
    """Drop counts whose window, a day at most, is long over."""
    await tx.execute("delete from spent where started < clock_timestamp() - interval '2 days'")
