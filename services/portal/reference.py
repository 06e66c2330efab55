"""What the services say that seldom changes: the form's choices, the workflow's labels. Copies, not owned."""

import time
from typing import Any, NamedTuple

from services.portal.clients import Clients, Form, Unavailable
from services.portal.clients.intake import Limits
from services.portal.words import Words

FRESH = 60.0
"""Seconds a copy is taken as it is; a change at intake or workflow shows after at most this long."""
KINDS = ("states", "phases", "outcomes", "actions", "roles", "reject_reasons")
PATIENCE = 10.0
"""Seconds between two tries at a service that did not answer, while an older copy or our own words serve."""


class Leads(NamedTuple):
    """A row of the table: the state it leads to (none: the same), and its readers (P public, S staff, V vendor)."""

    to: str | None
    readers: tuple[str, ...]


class Move(NamedTuple):
    """A row of the table: from which states, to which (none: the same), by whom."""

    sources: tuple[str, ...]
    to: str | None
    who: tuple[str, ...]


class Reference:
    """The copies. An old copy beats none: a form can be filled in while intake restarts."""

    def __init__(self, clients: Clients, words: Words) -> None:
        self._clients = clients
        self._words = words
        self._form: Form | None = None
        self._form_until = 0.0
        self._labels: dict[str, dict[str, dict[str, str]]] = {}
        self._labels_until = 0.0
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._of_event: dict[str, list[Move]] = {}
        self._custodians: dict[str, str | None] = {}

    async def form(self) -> Form:
        """Departments, PTJ, modules, limits. Raises `Unavailable` only when intake never answered."""
        now = time.monotonic()
        if self._form is not None and now < self._form_until:
            return self._form
        try:
            self._form = await self._clients.intake.form()
            self._form_until = now + FRESH
        except Unavailable:
            if self._form is None:
                raise
            self._form_until = now + PATIENCE
        return self._form

    @property
    def limits(self) -> Limits:
        """How much a form takes, as intake last told."""
        return self._form.limits if self._form else Limits()

    async def load_labels(self) -> None:
        """Take workflow's labels, if it answers. Pages call this once before they ask for a label."""
        now = time.monotonic()
        if now < self._labels_until:
            return
        try:
            table = await self._clients.workflow.table()
        except Unavailable:
            self._labels_until = now + PATIENCE
            return
        self._labels = {kind: _labels(table.get(kind)) for kind in KINDS}
        self._rows = {row["name"]: row.get("rows") or [] for row in table.get("actions") or []}
        self._of_event = {one.get("event", ""): _moves(one) for one in table.get("actions") or []}
        self._custodians = {state["name"]: state.get("custodian") for state in table.get("states") or []}
        self._labels_until = now + FRESH

    def moves(self, event: str) -> list[Move]:
        """The rows of the table that yield this event."""
        return self._of_event.get(event, [])

    def custodian(self, state: str | None) -> str | None:
        """Whose turn it is in that state."""
        return self._custodians.get(state or "")

    def leads(self, action: str, state: str, role: str) -> Leads:
        """Where this action leads from that state in that role, and who will read its text."""
        for row in self._rows.get(action, []):
            if state in row.get("from", []) and role in row.get("who", []):
                return Leads(row.get("to"), tuple(row.get("read_by", [])))
        return Leads(None, ())

    def names(self, kind: str) -> list[str]:
        """What may be chosen of a kind, in workflow's order."""
        return list(self._labels.get(f"{kind}s", {}))

    def label(self, kind: str, name: str | None, language: str) -> str:
        """The label of a state, phase, outcome, action, role or reject reason: workflow's, or ours while it is away."""
        if not name:
            return ""
        if found := self._labels.get(f"{kind}s", {}).get(name):
            return found.get(language) or found.get("ms") or name
        key = f"{kind}.{name}"
        return self._words.text(language, key) if self._words.has(key) else name


def _moves(action: dict[str, Any]) -> list[Move]:
    return [
        Move(tuple(row.get("from") or ()), row.get("to"), tuple(row.get("who") or ()))
        for row in action.get("rows") or []
    ]


def _labels(rows: Any) -> dict[str, dict[str, str]]:
    return {row["name"]: row.get("label") or {} for row in rows or []}
