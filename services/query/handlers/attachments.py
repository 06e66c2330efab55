"""Files, for whoever may read the text they hang on. For everybody else there is no such file."""

from typing import Any, NamedTuple
from uuid import UUID

from services.query.domain import disclosure, readers
from services.query.store import detail as store
from services.query.store import reference
from shared.db import Tx
from shared.errors import NotFound
from shared.principals import Caller


class Kept(NamedTuple):
    """A file that may be handed out: the name of its bytes, and what it was called when it was sent."""

    id: UUID
    name: str
    type: str


async def for_staff(tx: Tx, caller: Caller, id: UUID) -> Kept:
    """A file of a complaint the caller sees, on an entry they read. Raises `NotFound`."""
    row = await store.attachment(tx, id)
    if row is None or not readers.reads_file(caller.principals, row["seen_by"], row["audience"]):
        raise NotFound
    return _kept(row)


async def by_link(tx: Tx, number: str, id: UUID) -> Kept:
    """A file of the public thread that a good link opens. Raises `NotFound`, also once the link's time is over."""
    row = await _public(tx, number, id)
    if disclosure.link_is_over(row["closed_at"], (await reference.moment(tx)).now):
        raise NotFound
    return _kept(row)


async def by_ic_and_number(tx: Tx, typed_number: str, ic_index: str, id: UUID) -> Kept:
    """A file of the public thread, if the IC is the complaint's. Raises `NotFound`."""
    proof = await store.proof(tx, typed_number)
    if not disclosure.owns(ic_index, proof["ic_index"] if proof else None) or proof is None:
        raise NotFound
    return _kept(await _public(tx, proof["number"], id))


async def _public(tx: Tx, number: str, id: UUID) -> Any:
    row = await store.attachment(tx, id)
    if row is None or row["number"] != number or not disclosure.shows_files(row["audience"]):
        raise NotFound
    return row


def _kept(row: Any) -> Kept:
    return Kept(row["id"], row["name"], row["type"])
