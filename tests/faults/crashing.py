"""Named spots at which a service kills itself when it is asked to: where what is promised is decided.

Only the tests' own processes know them; the product has no such hook. A spot fires once: whoever passes it takes the
request away and dies as by a power cut, with no chance to clean up.
"""

import importlib
import os
import signal
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any

Spots = dict[str, tuple[str, str, bool]]
"""By name: the module (and class) and the function there, and whether death comes after it, not before."""

SAYING: Spots = {
    "committed": ("shared.outbox:Relay", "poke", False),
    "unpublished": ("shared.outbox:Relay", "_say", False),
    "undeleted": ("shared.outbox:Relay", "_say", True),
}
"""Committed and not yet answered; not yet published; published, acknowledged and not yet deleted from the outbox."""
HEARING: Spots = {"heard": ("shared.bus.fence", "take", True), "unacked": ("nats.aio.msg:Msg", "ack", False)}
"""Handled inside the transaction, which never commits; committed and not yet acknowledged."""
SPOTS: dict[str, Spots] = {
    "intake": {
        "filed": ("services.intake.store.submissions", "add", False),
        "said": ("services.intake.store.record", "record", True),
        **SAYING,
        **HEARING,
    },
    "workflow": {
        "saved": ("services.workflow.store.complaints", "save", True),
        "firing": ("services.workflow.store.complaints", "save_held", False),
        "fired": ("services.workflow.store.complaints", "save_held", True),
        **SAYING,
        **HEARING,
    },
    "query": HEARING,
    "notify": {
        **HEARING,
        "unsent": ("services.notify.timers.sweep:Sweep", "_send", False),
        "unsettled": ("services.notify.timers.sweep:Sweep", "_settle", False),
    },
}
"""`filed`: counted, judged and numbered, not yet written: the writing is one statement. `said` and `saved`: written,
with event and outbox row, inside the transaction of a request; `firing` and `fired`: before and after that, in the
transaction of a timer. `unsent`: the attempt is recorded, the mail not yet sent; `unsettled`: sent, and nobody has
written it down."""


def request(place: Path, service: str, spot: str) -> Path:
    """The file that asks a service to die at a spot."""
    assert spot in SPOTS[service]
    return place / f"{service}.{spot}"


def lay(place: Path, service: str) -> None:
    """Lays this service's spots in this process. Before the app is made: it binds some of them."""
    for spot, (where, name, after) in SPOTS.get(service, {}).items():
        module, _, inside = where.partition(":")
        owner = importlib.import_module(module)
        owner = getattr(owner, inside) if inside else owner
        asked = request(place, service, spot)
        original = getattr(owner, name)
        setattr(owner, name, _waiting(original, asked, after) if name != "poke" else _at_once(original, asked))


def _waiting(original: Callable[..., Awaitable[Any]], asked: Path, after: bool) -> Callable[..., Awaitable[Any]]:
    @wraps(original)
    async def passed(*given: Any, **named: Any) -> Any:
        if not after:
            _die(asked)
        result = await original(*given, **named)
        if after:
            _die(asked)
        return result

    return passed


def _at_once(original: Callable[..., Any], asked: Path) -> Callable[..., Any]:
    @wraps(original)
    def passed(*given: Any, **named: Any) -> Any:
        _die(asked)
        return original(*given, **named)

    return passed


def _die(asked: Path) -> None:
    try:
        asked.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
