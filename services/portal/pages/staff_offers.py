"""What a complaint's page offers: each action with its fields and readers, and what was typed for those long gone."""

from collections.abc import Mapping
from typing import NamedTuple

from services.portal.desk import Visit
from services.portal.enclosure import Enclosure
from services.portal.pages import staff_needs as needs
from services.portal.pages.staff_standing import Allowed, Standing

WAITED_FOR = "assign"
"""What Admin opens a new complaint for."""
WRITING = ("note", "reply")
"""The two actions that only say something. The internal one comes first: said to the wrong reader, it does no harm."""


class Act(NamedTuple):
    """An action as the page offers it: its verb, its fields, who will read it, the state it leads to."""

    name: str
    label: str
    fields: list[needs.Field]
    readers: str
    to: str | None
    files: bool


def of(visit: Visit, standing: Standing) -> list[Act]:
    """What may be done: what a new complaint waits for, then writing, then the moves in the table's order."""
    first = (WAITED_FOR, *WRITING)
    ordered = sorted(standing.allowed, key=lambda one: first.index(one.action) if one.action in first else len(first))
    return [_act(visit, one, standing.state) for one in ordered]


def _act(visit: Visit, allowed: Allowed, state: str) -> Act:
    leads = visit.desk.reference.leads(allowed.action, state, allowed.role)
    readers = "public" if "P" in leads.readers else "vendor" if "V" in leads.readers else "internal"
    to = leads.to if leads.to != state else None
    label = allowed.label[visit.language] or visit.label("action", allowed.action)
    return Act(allowed.action, label, needs.fields(allowed), readers, to, needs.takes_files(allowed))


def wanted(visit: Visit, acts: list[Act]) -> str:
    """The action whose fields stand open: the one asked for, otherwise handing a new complaint out, otherwise the first
    that only says something."""
    asked = visit.typed.get("act") or visit.request.query_params.get("tulis", "")
    names = [act.name for act in acts]
    return asked if asked in names else next((name for name in names if name in (WAITED_FOR, *WRITING)), "")


def field_label(visit: Visit, name: str) -> str:
    """How the page calls the field `<action>-<field>`: by its action where that has words of its own."""
    action, _, field_name = name.partition("-")
    keys = (f"act.{action}.{field_name}", f"act.{field_name}")
    return next((visit.t(key) for key in keys if visit.desk.words.has(key)), field_name)


def lost(typed: Mapping[str, str], acts: list[Act]) -> list[tuple[str, str]]:
    """What was typed for actions that are no longer on offer. It stays in the form, to be copied or sent otherwise."""
    offered = {one.name for act in acts for one in act.fields}
    return [
        (name, value) for name, value in typed.items() if "-" in name and name not in offered and len(value.strip()) > 1
    ]


def lost_files(visit: Visit, acts: list[Act]) -> list[tuple[str, Enclosure]]:
    """Files that were taken for actions that are no longer on offer."""
    offered = {act.name for act in acts if act.files}
    return [(action, one) for action, one in visit.enclosures.items() if action not in offered and one.files]
