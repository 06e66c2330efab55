"""A complaint's page, as the caller may see it."""

from typing import Any

from services.query.domain import disclosure, readers, views
from services.query.handlers.inbox import row_view
from services.query.store import detail as store
from services.query.store import reference
from shared.db import Tx
from shared.errors import NotFound
from shared.principals import Caller


async def show_complaint(tx: Tx, caller: Caller, typed_number: str) -> views.Detail:
    """Everything on the page. Raises `NotFound` for one that is missing or not the caller's."""
    row = await store.complaint(tx, typed_number, caller.principals)
    if row is None:
        raise NotFound
    moment = await reference.moment(tx)
    vendor = readers.sees_only_the_vendors_leg(caller.principals, row["seen_by"])
    entries = await store.entries(tx, row["number"])
    links: list[views.Link] = []
    if not vendor:
        links = await _links(tx, row, caller.principals)
    return {
        **row_view(row, caller, moment, await reference.names(tx)),
        "description": None if vendor else row["description"],
        "phone_masked": None if vendor else row["phone_masked"],
        "email_masked": None if vendor else row["email_masked"],
        "whatsapp_consent": None if vendor else row["whatsapp_consent"],
        "language": row["language"],
        "answer_by": row["answer_by"],
        "reply_by": row["reply_by"],
        "reopen_until": row["reopen_until"],
        "rated": row["rated"],
        "closing": row["closing"],
        "vendor_reference": row["vendor_reference"],
        "entries": [
            _entry(entry, vendor=vendor) for entry in entries if readers.reads(entry["audience"], vendor=vendor)
        ],
        "links": links,
        "as_of": moment.now,
    }


async def _links(tx: Tx, row: Any, principals: list[str]) -> list[views.Link]:
    """Of the complaints it is tied to, duplicates only as far as the caller may see them; of the others the number."""
    links: list[views.Link] = []
    for kind in ("duplicate_of", "linked_to"):
        if number := row[kind]:
            links.append({"number": number, "kind": kind, "seen": await store.sees(tx, number, principals)})
    repeated = await store.tied(tx, "duplicate_of", row["number"], principals)
    links += [{"number": tie["number"], "kind": "duplicate", "seen": True} for tie in repeated if tie["seen"]]
    carried_on = await store.tied(tx, "linked_to", row["number"], principals)
    links += [{"number": tie["number"], "kind": "continued_as", "seen": tie["seen"]} for tie in carried_on]
    return links


def _entry(entry: Any, *, vendor: bool) -> views.StaffEntry:
    brought = dict(entry["detail"])
    if vendor:
        brought.pop("public_text", None)
    return {
        "sequence": entry["sequence"],
        "at": entry["at"],
        "kind": entry["kind"],
        "action": brought.get("action"),
        "actor": {"id": entry["actor_id"], "role": entry["actor_role"], "name": entry["actor_name"]},
        "audience": entry["audience"],
        "from": entry["from_state"],
        "to": entry["to_state"],
        "text": entry["text"],
        "held": disclosure.held(entry["kind"], brought),
        "attachments": entry["attachments"],
        "pic": brought.pop("pic", None),
        "solution": brought.pop("solution", None),
        "vendor_reference": brought.pop("vendor_reference", None),
        "detail": brought,
    }
