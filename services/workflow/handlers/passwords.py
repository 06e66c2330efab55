"""Passwords and tokens as they are stored: whoever reads the table can log in with nothing that stands there."""

import asyncio
import hashlib
import secrets

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from services.workflow.store.people import Member

HASHES = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
_NOBODY = HASHES.hash(secrets.token_urlsafe())
_AT_ONCE = 2
"""Hashing is CPU and 19 MiB each; two at a time leave room for everybody else."""


class Passwords:
    """Hashes and checks in a thread, a few at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def matches(self, password: str, member: Member | None) -> bool:
        """Whether it is the member's password; takes as long for nobody."""
        async with self._turn:
            hashed = member.password_hash if member else _NOBODY
            return await asyncio.to_thread(HASHES.verify, password, hashed) and member is not None

    async def hashed(self, password: str) -> str:
        """The hash to store."""
        async with self._turn:
            return await asyncio.to_thread(HASHES.hash, password)


def token_hash(token: str) -> bytes:
    """Of a session's secret or a mailed token, which nobody can guess: it needs no slow hash."""
    return hashlib.sha256(token.encode()).digest()
