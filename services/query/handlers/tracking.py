"""Semakan Aduan: what the public may learn, by what it proves."""

from datetime import datetime
from typing import Any

from services.query.domain import disclosure, views
from services.query.store import detail as store
from services.query.store import reference
from shared.db import Tx
from shared.errors import NotFound

Tracked = views.Thread | views.Registering | views.Status | views.Sent | views.Listed


async def by_link(tx: Tx, number: str, submitted_at: datetime) -> views.Thread | views.Registering:
    """The thread of a good link; until the line has caught up, that it is being registered. Raises `NotFound` for a
    link whose time is over."""
    proof = await store.proof(tx, number.replace("-", ""))
    if proof is None:
        return {"kind": "thread", "number": number, "state": None, "submitted_at": submitted_at}
    if disclosure.link_is_over(proof["closed_at"], (await reference.moment(tx)).now):
        raise NotFound
    return await _thread(tx, number)


async def by_ic_and_number(tx: Tx, typed_number: str, ic_index: str) -> views.Thread:
    """The thread, if the IC is the complaint's. Raises the same `NotFound` after the same work for a number nobody has
    and for a wrong IC."""
    proof = await store.proof(tx, typed_number)
    if not disclosure.owns(ic_index, proof["ic_index"] if proof else None) or proof is None:
        raise NotFound
    return await _thread(tx, proof["number"])


async def by_number(tx: Tx, typed_number: str) -> views.Status:
    """Status and dates. Raises `NotFound`."""
    proof = await store.proof(tx, typed_number)
    if proof is None:
        raise NotFound
    return {"kind": "status", "number": proof["number"], **_status(await store.public_status(tx, proof["number"]))}


async def by_ic(tx: Tx, ic_index: str) -> views.Listed:
    """The office's older way: what this IC has filed, without numbers; an empty list for a miss."""
    rows = await store.complaints_of(tx, ic_index)
    return {
        "kind": "list",
        "items": [
            {
                "submitted_at": row["submitted_at"],
                "module": row["module"],
                "module_name": {"ms": row["module_ms"], "en": row["module_en"]},
                "phase": row["phase"],
            }
            for row in rows
        ],
    }


async def fate(tx: Tx, number: str, message: str) -> views.Fate:
    """What became of a message on this complaint, as far as the model knows."""
    entry = await store.caused_by(tx, number, message)
    if entry is None:
        return {"id": message, "fate": "pending", "why": None}
    held = disclosure.held(entry["kind"], entry["detail"])
    return {"id": message, "fate": "held" if held else "accepted", "why": held["why"] if held else None}


async def _thread(tx: Tx, number: str) -> views.Thread:
    row = await store.public_complaint(tx, number)
    moment = await reference.moment(tx)
    original = await store.original(tx, number) if row["duplicate_of"] else None
    return {
        "kind": "thread",
        "number": row["number"],
        **_status(row),
        "custodian": row["custodian"],
        "due": row["due"],
        "outcome": row["outcome"],
        "title": row["title"],
        "description": row["description"],
        "module": row["module"],
        "module_name": {"ms": row["module_ms"], "en": row["module_en"]},
        "department": row["department"],
        "department_name": row["department_name"],
        "ptj": row["ptj"],
        "ptj_name": row["ptj_name"],
        "pic_name": row["pic_name"],
        "closing": row["closing"],
        "rated": row["rated"],
        "reopen_until": row["reopen_until"],
        "can": disclosure.possible(row["can"], row["reopen_until"], moment.now),
        "answer_by": row["answer_by"],
        "duplicate_of": {**_status(original), "ended_at": original["ended_at"]} if original else None,
        "linked_to": row["linked_to"],
        "continued_as": [tie["number"] for tie in await store.tied(tx, "linked_to", number, [])],
        "entries": [
            _entry(entry)
            for entry in await store.entries(tx, number)
            if disclosure.is_public(entry["kind"], entry["audience"], entry["detail"])
        ],
    }


def _status(row: Any) -> views.PublicStatus:
    return {
        "state": row["state"],
        "phase": row["phase"],
        "submitted_at": row["submitted_at"],
        "changed_at": row["changed_at"],
    }


def _entry(entry: Any) -> views.PublicEntry:
    return {
        "sequence": entry["sequence"],
        "at": entry["at"],
        "kind": entry["kind"],
        "actor": disclosure.public_actor(entry["actor_role"], entry["actor_name"]),
        "text": disclosure.public_text(entry["kind"], entry["text"], entry["detail"]),
        "held": disclosure.held(entry["kind"], entry["detail"]),
        "reason": disclosure.reason(entry["detail"]),
        "attachments": entry["attachments"] if disclosure.shows_files(entry["audience"]) else [],
    }
