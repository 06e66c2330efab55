"""Named spots at which a service kills itself when it is asked to: where what is promised is decided.

Only the tests' own processes know them; the product has no such hook. A spot fires once: whoever passes it takes the
request away and dies as by a power cut, with no chance to clean up.
"""

import importlib
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Spot:
    """The module (and class) and the function there; whether death comes after it, not before; and, where only some
    calls of it count, what their first word begins with."""

    where: str
    name: str
    after: bool = False
    saying: str = ""


Spots = dict[str, Spot]

SAYING: Spots = {
    "committed": Spot("shared.outbox:Relay", "poke"),
    "unpublished": Spot("shared.outbox:Relay", "_say"),
    "undeleted": Spot("shared.outbox:Relay", "_say", after=True),
}
"""Committed and not yet answered; not yet published; published, acknowledged and not yet deleted from the outbox."""
HEARING: Spots = {
    "heard": Spot("shared.bus.fence", "take", after=True),
    "unacked": Spot("nats.aio.msg:Msg", "ack"),
}
"""Handled inside the transaction, which never commits; committed and not yet acknowledged."""
SPOTS: dict[str, Spots] = {
    "intake": {
        "filed": Spot("services.intake.store.submissions", "add"),
        "said": Spot("services.intake.store.record", "record", after=True),
        "mailed": Spot("services.intake.handlers.mails", "take", after=True),
        "taken": Spot("services.intake.api.smtp:Hook", "_take", after=True),
        **SAYING,
        **HEARING,
    },
    "workflow": {
        "saved": Spot("services.workflow.store.complaints", "save_unless_moved", after=True),
        "firing": Spot("services.workflow.store.complaints", "save_held"),
        "fired": Spot("services.workflow.store.complaints", "save_held", after=True),
        **SAYING,
        **HEARING,
    },
    "query": HEARING,
    "notify": {
        **HEARING,
        "unsent": Spot("services.notify.timers.sweep:Sweep", "_send"),
        "unsettled": Spot("services.notify.timers.sweep:Sweep", "_settle"),
    },
    "mailbox": {
        "begun": Spot("aiosmtpd.smtp:SMTP", "push", after=True, saying="354"),
        "caught": Spot("deploy.mailbox.main:Postman", "handle_DATA", after=True),
    },
}
"""`filed`: counted, judged and numbered, not yet written: the writing is one statement. `said` and `saved`: written,
with event and outbox row, inside the transaction of a request; `firing` and `fired`: before and after that, in the
transaction of a timer. `mailed`: a mail that came in is written, inside its transaction; `taken`: committed, and its
server has not heard so. `unsent`: the attempt is recorded, the message not yet sent; `unsettled`: sent, and nobody has
written it down. `begun`: the mail server waits for a mail's text; `caught`: it has all of it, and has not said so."""


def request(place: Path, service: str, spot: str) -> Path:
    """The file that asks a service to die at a spot."""
    assert spot in SPOTS[service]
    return place / f"{service}.{spot}"


def lay(place: Path, service: str) -> None:
    """Lays this service's spots in this process. Before the app is made: it binds some of them."""
    for name, spot in SPOTS.get(service, {}).items():
        module, _, inside = spot.where.partition(":")
        owner = importlib.import_module(module)
        owner = getattr(owner, inside) if inside else owner
        asked = request(place, service, name)
        original = getattr(owner, spot.name)
        setattr(owner, spot.name, _waiting(original, asked, spot) if spot.name != "poke" else _at_once(original, asked))


def _waiting(original: Callable[..., Awaitable[Any]], asked: Path, spot: Spot) -> Callable[..., Awaitable[Any]]:
    @wraps(original)
    async def passed(*given: Any, **named: Any) -> Any:
        meant = not spot.saying or any(str(one).startswith(spot.saying) for one in given)
        if meant and not spot.after:
            _die(asked)
        result = await original(*given, **named)
        if meant and spot.after:
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
