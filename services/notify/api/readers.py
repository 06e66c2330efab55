"""Who may read what is kept about a complaint."""

from services.notify.store import copies
from shared.auth import Caller
from shared.db import Tx
from shared.errors import Denied, NotFound


async def may_read(tx: Tx, caller: Caller, complaint: str | None) -> None:
    """ADMIN and MANAGEMENT everything, a PIC of a complaint they can see. Raises `Denied`, or `NotFound` where it is
    another's."""
    if caller.roles & {"ADMIN", "MANAGEMENT"}:
        return
    if complaint is None or "PIC" not in caller.roles:
        raise Denied(needs=["ADMIN", "MANAGEMENT"])
    if set(await copies.readers(tx, complaint)).isdisjoint(caller.principals):
        raise NotFound
