"""`python -m tests.faults.nursery HOME ROW`: imports everything once and forks services on demand, in an instant.

Reads one order a line on standard input and answers each with one line, until the input ends; the kernel then ends the
services. Order: `NAME start`, `NAME kill`, `NAME poll`, or `setting-up run`. Answer: how the process ended, or `None`.
"""

import os
import sys
from pathlib import Path

from deploy.local import children, services, setting_up
from deploy.local.environments import environment
from deploy.local.home import Home
from deploy.local.keys import Keys, load_or_make
from deploy.local.processes import wait_until
from deploy.local.row import Row
from shared import outbox
from shared.bus import consumer
from tests.faults import crashing

BROKERS_PATIENCE = 1
"""Seconds until the broker gives a dead consumer's letters to the next: of the 30 in the office, every test of a crash
would wait each."""

DELAYS = (0.01, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between tries of what cannot be done, also of a poison letter; in the office they are ten times as long."""
LOOK = "0.2"
"""Seconds between workflow's looks for timers that are over; in the office it is one."""
GATHERED = "86400"
"""Seconds for which messages to one person are gathered after one has gone out; in the office it is minutes, and what
one test left would go out in the middle of another."""
LEASE = 2
"""Seconds that a relay's lease lasts, of the six in the office."""


def forked(name: str, row: Row, keys: Keys, home: Home) -> children.Forked:
    """A service with its spots laid."""
    serve = services.serve(name)

    def work() -> None:
        crashing.lay(home.path / "crashes", name)
        serve()

    # What the limits do is shown elsewhere; here one address files every complaint.
    told = {
        **environment(name, row, keys, home),
        "RATE_LIMITS": "off",
        "TIMERS_LOOK_SECONDS": LOOK,
        "BATCH_SECONDS": GATHERED,
    }
    return children.Forked(name, work, home.log(name), told)


def main(place: str, first: str) -> None:
    home, row = Home(Path(place)), Row(int(first))
    keys = load_or_make(home.keys)
    services.import_once()
    consumer.ACK_WAIT_SECONDS = BROKERS_PATIENCE
    consumer.DELAYS = DELAYS
    outbox.LEASE_SECONDS = LEASE
    programs = {name: forked(name, row, keys, home) for name in services.APPS}
    founding = setting_up.set_up(row, keys, home, adjustable=True, shift=None)
    programs["setting-up"] = children.Forked("setting-up", founding, home.log("setting-up"), {})
    for line in sys.stdin:
        name, order = line.split()
        program = programs[name]
        match order:
            case "start":
                program.start()
            case "kill":
                program.kill()
            case "run":
                program.start()
                wait_until(lambda running=program: running.poll() is not None, within=60.0)  # type: ignore[misc]
        sys.stdout.write(f"{program.poll()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    os.umask(0o077)
    main(*sys.argv[1:])
