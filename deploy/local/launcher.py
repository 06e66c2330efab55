"""`make run`: Postgres, NATS, five services and a mailbox on one machine, out of wheels, for one person's eyes.

Promises: ready, or one clear line why not; what dies is started again; an end leaves no process and no damage, however
it comes, also when the launcher itself is killed.
"""

import contextlib
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from deploy.local import children, office, panel, setting_up, supervisor
from deploy.local.environments import environment
from deploy.local.follow import Follower
from deploy.local.home import Home, plainly
from deploy.local.keys import Keys, load_or_make
from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.processes import Trouble, last_line
from deploy.local.row import Row
from deploy.local.services import APPS, import_once, serve

READY_SECONDS = 60.0
PREDECESSOR_SECONDS = 10.0
ENDING = (("portal",), ("intake", "workflow", "notify", "query"), ("mailbox",), ("nats",), ("postgres",))
MODEST = {"shared_buffers": "48MB", "max_connections": "120", "max_wal_size": "256MB", "jit": "off"}
"""One office on one machine."""
PLAYING = {"notify": {"SENDING": "off"}, "workflow": {"TIMERS_LOOK_SECONDS": "0.02"}}
"""While a past is played."""


class Stopped(Exception):
    """Somebody asked us to end."""


@dataclass(frozen=True)
class Past:
    """What is played before the present begins: from which shift of business time on, and how."""

    shift: timedelta
    play: Callable[[Row, Keys, Home], None]


class Launcher:
    """One run, from the lock on `.run` to the last process gone."""

    def __init__(self, home: Home, port: int, clock: str = "", past: Past | None = None) -> None:
        self.home, self.row, self._clock, self._past = home, Row(port), clock, past
        self._begun = time.monotonic()
        self._follower = Follower()
        self._supervisor = supervisor.Supervisor(self._follower.say, self._retell_state)

    def run(self) -> None:
        """Starts everything and looks after it until somebody asks it to end."""
        supervisor.hold_signals()
        os.umask(0o077)
        self.home.occupy()
        try:
            self._start()
            self.until(lambda: False, float("inf"))
        except Stopped:
            self._follower.say("Stopping ...")
            self._end()
            self._follower.say("Stopped.")
        except OSError as error:
            raise plainly(error, self.home.path) from error
        finally:
            self._end()

    def until(self, condition: Callable[[], bool], within: float) -> bool:
        """Looks after everything until the condition holds; whether it came to hold. Raises Stopped."""
        until = time.monotonic() + within
        while not condition():
            self._supervisor.look_after()
            self._follower.pump()
            if supervisor.asked_to_stop(supervisor.TICK if within > READY_SECONDS else 0.05):
                raise Stopped
            if time.monotonic() > until:
                return False
        return True

    def laggards(self) -> list[str]:
        """Who is not ready, and why, as they say it themselves."""
        return [f"{name}: {why}" for name in APPS if (why := why_not_ready(self.row.url(name))) is not None]

    def _start(self) -> None:
        own = office.said(self.home)
        self.row.claim(patience=PREDECESSOR_SECONDS if self.home.state() else 0.0)
        keys = load_or_make(self.home.keys)
        told = {name: office.heeded(name, environment(name, self.row, keys, self.home), own) for name in APPS}
        self._tell_state()
        self._follower.say(f"Starting Helpdesk iSPEKS in {self.home.path} ...")
        logs = {name: self.home.fresh_log(name) for name in (*APPS, "nats", "postgres", "setting-up")}
        postgres, nats = self.row.port("postgres"), self.row.port("nats")
        self._supervisor.start(Postgres(self.home.postgres, postgres, keys.postgres_password, logs["postgres"], MODEST))
        self._supervisor.start(Nats(self.home.nats, nats, keys.passwords, logs["nats"]))
        import_once()
        self._set_up(keys)
        for name in APPS:
            anew = {"LOG_FORMAT": "console", **(PLAYING.get(name, {}) if self._past else {})}
            self._supervisor.start(children.Forked(name, serve(name), logs[name], told[name] | anew))
        if not self.until(lambda: not self.laggards(), READY_SECONDS):
            raise Trouble(f"Not ready after {READY_SECONDS:g} s: {'; '.join(self.laggards())}")
        if self._past:
            self._play(self._past, keys)
        self._follower.follow({name: logs[name] for name in APPS})
        seconds = time.monotonic() - self._begun
        self._follower.say(panel.ready(self.row, self.home, seconds, "Ctrl-C stops it all. Logs:"))

    def _set_up(self, keys: Keys) -> None:
        log = self.home.log("setting-up")
        shift = self._past.shift if self._past else None
        work = setting_up.set_up(self.row, keys, self.home, adjustable=self._clock == "adjustable", shift=shift)
        returncode = self._once("setting-up", work, log)
        if returncode == setting_up.CLOCK_MOVED:
            raise Trouble(f"Business time in {self.home.path} was moved: make run CLOCK=adjustable, or make reset.")
        if returncode != 0:
            raise Trouble(f"Setting up the database failed: {last_line(log)} ({log})")

    def _play(self, past: Past, keys: Keys) -> None:
        """The past, for which no mail goes out; then mail does."""
        log = self.home.log("demo")
        if self._once("demo", lambda: past.play(self.row, keys, self.home), log, console=True) != 0:
            raise Trouble(f"The demo broke off: {last_line(log)} ({log}). Begin anew: make reset.")
        self._supervisor.restart("notify", {"SENDING": office.said(self.home).get("SENDING", "on")})
        if not self.until(lambda: not self.laggards(), READY_SECONDS):
            raise Trouble(f"Not ready again after {READY_SECONDS:g} s: {'; '.join(self.laggards())}")

    def _once(self, name: str, work: Callable[[], None], log: Path, console: bool = False) -> int:
        """Runs it in a child, for an event loop must not have been here when services are forked, and looks after the
        others meanwhile. Its exit code."""
        child = children.Forked(name, work, log, {}, console=console)
        child.start()
        try:
            self.until(lambda: child.poll() is not None, float("inf"))
        finally:
            child.kill()
        return child.returncode or 0

    def _tell_state(self) -> None:
        self.home.write_state(
            {"pid": os.getpid(), "port": self.row.first, "clock": self._clock, "children": self._supervisor.pids}
        )

    def _retell_state(self) -> None:
        with contextlib.suppress(OSError):  # a full disk holds up the services, but not who looks after them
            self._tell_state()

    def _end(self) -> None:
        if self._supervisor.pids:
            self._supervisor.stop(ENDING)
            self.home.forget_state()


def why_not_ready(url: str) -> str | None:
    """None when `/readyz` says yes, otherwise its reasons in one line."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2.0):  # noqa: S310 - our own address
            return None
    except urllib.error.HTTPError as error:
        with error:
            try:
                return ", ".join(json.loads(error.read())["why"])
            except (ValueError, KeyError, TypeError):
                return f"answers {error.code}"
    except OSError:
        return "does not answer"
