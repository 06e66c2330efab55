"""Complainants whose IC, phone and e-mail are canaries: valid, and found by one pattern wherever they leak."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

LEAKED = re.compile(rb"77070798\d{4}|770707-98-\d{4}|(?:60|0)11-?5777 ?\d{4}|kenari\.\d+@", re.IGNORECASE)
TYPED = re.compile(rb"tanda-[0-9a-f]{12}|Kenari binti Tujuh", re.IGNORECASE)
"""What a complainant typed: it travels in events, and stands in no log, no subject and no WhatsApp message."""
OUTSIDE = frozenset({"messages.jsonl", "messages.jsonl.1"})
"""The mailbox stands for the outside world: what was mailed is there, with its address."""


@dataclass(frozen=True)
class Complainant:
    """Who files; the `position`-th of at most 10,000."""

    position: int

    @property
    def ic(self) -> str:
        return f"77070798{self.position:04d}"

    @property
    def email(self) -> str:
        return f"kenari.{self.position}@kelantan.example"

    @property
    def phone(self) -> str:
        return f"011-5777 {self.position:04d}"

    def form(self, words: str, **changes: Any) -> dict[str, Any]:
        """A form that intake takes, with these words in title and description."""
        return {
            "ic": self.ic,
            "name": "Kenari binti Tujuh",
            "department": "PKN",
            "ptj": "101-001",
            "phone": self.phone,
            "email": self.email,
            # by mail alone, unless they say otherwise: two messages to one telephone lie seconds apart, and a doubt on
            # WhatsApp waits minutes for its receipt
            "whatsapp_consent": False,
            "language": "ms",
            "module": "gl",
            "title": f"Lejar {words}",
            "description": f"Baki tidak sama. {words}",
            "confirmed": True,
            "altcha": None,
            "attachments": [],
        } | changes


def a_complainant(position: int) -> Complainant:
    """The one at this position, counted round."""
    return Complainant(position % 10_000)


def leaks_in_files(home: Path) -> Iterator[str]:
    """Files under a directory that hold a canary in clear, the outside world's left out."""
    for file in sorted(home.rglob("*")):
        if file.name in OUTSIDE or not file.is_file():
            continue
        try:
            content = file.read_bytes()
        except OSError:  # gone since it was listed
            continue
        found = LEAKED.search(content) or (TYPED.search(content) if file.suffix == ".log" else None)
        if found:
            yield f"{file.relative_to(home)}: {found[0]!r}"


def leaks_in_messages(messages: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Of what left the house, as the mailbox lists it: subjects, and whole messages on WhatsApp, that hold what a
    complainant typed or a canary."""
    for one in messages:
        seen = f"{one['subject']} {one['text'] if one['channel'] == 'whatsapp' else ''}".encode()
        if one["sender"] is None and (found := LEAKED.search(seen) or TYPED.search(seen)):
            yield f"{one['channel']} {one['id']}: {found[0]!r}"


async def leaks_in_tables(connection: "asyncpg.Connection[asyncpg.Record]", schemas: Iterable[str]) -> list[str]:
    """Tables that hold a canary in clear, whether as text or inside bytes."""
    found = []
    for schema, table in await tables(connection, schemas):
        async with connection.transaction():
            async for row in connection.cursor(f'select to_jsonb(t)::text as row from "{schema}"."{table}" t'):
                text = row["row"]
                seen = LEAKED.search(text.encode()) or _inside_bytes(text)
                if seen:
                    found.append(f"{schema}.{table}: {seen[0]!r}")
                    break
    return found


async def tables(connection: "asyncpg.Connection[asyncpg.Record]", schemas: Iterable[str]) -> list[tuple[str, str]]:
    """Every table of these schemas."""
    rows = await connection.fetch(
        "select schemaname, tablename from pg_tables where schemaname = any($1::text[]) order by 1, 2", list(schemas)
    )
    return [(row["schemaname"], row["tablename"]) for row in rows]


def _inside_bytes(text: str) -> re.Match[bytes] | None:
    for digits in re.findall(r"\\\\x((?:[0-9a-f]{2})+)", text):
        if seen := LEAKED.search(bytes.fromhex(digits)):
            return seen
    return None
