"""Between an upload and the text it will hang on: who sent it, and whether it has been used.

An upload is checked, scanned and stored before it counts; a command uses it once, in the command's own transaction;
one that nobody used is swept after a day, bytes and row. Its id is 122 random bits: holding it is what proves a
visitor's claim, and staff may use only their own.
"""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from shared.blobs.check import MAX_BYTES, REASONS, Rejected, expected_type
from shared.blobs.file import NO_SUCH_FILE, File, picked, wrong_by_themselves
from shared.blobs.sandboxed import SandboxedCheck
from shared.blobs.scan import INFECTED, scan
from shared.blobs.store import Blobs
from shared.db import Database, Tx
from shared.errors import FieldError, Invalid

SCHEMA_V1 = """
create table upload (
    id uuid primary key,
    owner text not null,
    name text not null,
    type text not null,
    size int not null,
    scan text not null,
    stored boolean not null default false,
    at timestamptz not null default clock_timestamp(),
    used_by text
);
create index upload_unused on upload (at) where used_by is null;
"""

PUBLIC = "public"
BODY_BYTES = MAX_BYTES + 64 * 1024
"""An upload's request: the file and what multipart puts around it."""
KEPT_HOURS = 24
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_USABLE = """
    id = any($1::uuid[]) and owner = $2 and stored and used_by is null
    and at > clock_timestamp() - make_interval(hours => $3)
"""


class Uploads:
    """Takes files in for one service."""

    def __init__(self, db: Database, blobs: Blobs, clamd: str | None) -> None:
        self._db = db
        self._blobs = blobs
        self._clamd = clamd
        self._sandboxed = SandboxedCheck()

    async def take(self, name: str, content: bytes, owner: str) -> File:
        """Check, scan and store a file. Holds no transaction meanwhile. Raises `Invalid` on the field `file`."""
        try:
            kind = expected_type(name, content)
            checked = await self._sandboxed.check(kind, content)
            scanned = await scan(self._clamd, content)
            if scanned == INFECTED:
                raise Rejected("infected")
        except Rejected as rejected:
            raise Invalid([FieldError("file", rejected.code, REASONS[rejected.code])]) from None
        file = File(id=str(uuid4()), name=name, type=kind, size=len(checked.content), scan=scanned)
        blob = UUID(file.id)
        async with self._db.transaction() as tx:
            await tx.execute(
                "insert into upload (id, owner, name, type, size, scan) values ($1, $2, $3, $4, $5, $6)",
                blob,
                owner,
                file.name,
                file.type,
                file.size,
                file.scan,
            )
        await self._blobs.put(blob, checked.content)
        await self._blobs.put(blob, checked.preview, "preview")
        async with self._db.transaction() as tx:
            await tx.execute("update upload set stored = true where id = $1", blob)
        return file

    async def sweep(self) -> int:
        """Forget what nobody used for a day, bytes first; answers how many it looked at. Broken off, it is done again
        by the next one."""
        async with self._db.transaction() as tx:
            rows = await tx.fetch(
                "select id from upload where used_by is null"
                " and at < clock_timestamp() - make_interval(hours => $1) limit 500",
                KEPT_HOURS,
            )
        for row in rows:
            async with self._db.transaction() as tx:
                # Taken out of use first: a command that uses it at this moment holds the row, and then it stays.
                unused = await tx.fetchval(
                    "update upload set stored = false where id = $1 and used_by is null returning id", row["id"]
                )
            if unused is not None:
                await self._blobs.delete(row["id"])
                async with self._db.transaction() as tx:
                    await tx.execute("delete from upload where id = $1", row["id"])
        return len(rows)


async def find(tx: Tx, ids: Sequence[str], owner: str) -> tuple[File, ...]:
    """Those of these files that their owner may still use, in no order. Uses nothing up."""
    if not ids:
        return ()
    rows = await tx.fetch(
        f"select id, name, type, size, scan from upload where {_USABLE}", _uuids(ids), owner, KEPT_HOURS
    )
    return tuple(_file(row) for row in rows)


async def use(tx: Tx, ids: Sequence[str], owner: str, about: str) -> tuple[File, ...]:
    """The files a command hangs on its text, used up with it. Raises `Invalid` on the field `attachments` for a file
    that is missing, not the owner's, used already, swept, or named twice."""
    if not ids:
        return ()
    wrong = wrong_by_themselves(ids)
    if wrong is not None:
        raise Invalid([wrong])
    rows = await tx.fetch(
        f"update upload set used_by = $4 where {_USABLE} returning id, name, type, size, scan",
        _uuids(ids),
        owner,
        KEPT_HOURS,
        about,
    )
    used = picked(ids, [_file(row) for row in rows])
    if used is None:
        raise Invalid([NO_SUCH_FILE])
    return used


async def waiting(tx: Tx, owner: str) -> tuple[int, int]:
    """How many files of this owner wait to be used, and how many bytes they are."""
    row = await tx.fetchrow(
        "select count(*) as files, coalesce(sum(size), 0)::bigint as bytes from upload"
        " where owner = $1 and used_by is null",
        owner,
    )
    return row["files"], row["bytes"]


def _file(row: Any) -> File:
    return File(**{**row, "id": str(row["id"])})


def _uuids(ids: Sequence[str]) -> list[UUID]:
    """Those that can be ids of ours at all."""
    return [UUID(one) for one in ids if _ID.fullmatch(one)]
