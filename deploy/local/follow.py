"""Shows what the programs write into their logs: files, so a terminal that is slow or gone holds up nobody."""

import os
import select
import sys
from pathlib import Path

PIECE = 4000
"""At most this much at once: a pipe that polls as writable takes 4,096 bytes without blocking."""
COLOURS = (36, 32, 33, 35, 34, 31)


class Follower:
    """Prints new whole lines of several logs, each with its program's name in front."""

    def __init__(self) -> None:
        self._logs: dict[str, Path] = {}
        self._read: dict[str, int] = {}
        self._colours = sys.stdout.isatty()
        self._waiting = b""
        self._gone = False

    def follow(self, logs: dict[str, Path]) -> None:
        """From now on these too, from where they end now."""
        self._logs.update(logs)
        self._read.update({name: log.stat().st_size if log.exists() else 0 for name, log in logs.items()})

    def say(self, line: str) -> None:
        """A line of the launcher's own."""
        self._waiting += f"{line}\n".encode()
        self.pump()

    def pump(self) -> None:
        """Prints as much as the terminal takes now."""
        for name in self._logs:
            while not self._gone and self._flush() and (lines := self._next(name)):
                self._waiting = lines
        self._flush()

    def _flush(self) -> bool:
        """Whether nothing waits any more."""
        while self._waiting and not self._gone and select.select([], [sys.stdout], [], 0)[1]:
            try:
                written = os.write(sys.stdout.fileno(), self._waiting[:PIECE])
            except OSError:
                self._gone, self._waiting = True, b""
                break
            self._waiting = self._waiting[written:]
        return not self._waiting

    def _next(self, name: str) -> bytes:
        try:
            with self._logs[name].open("rb") as log:
                if log.seek(0, os.SEEK_END) < self._read[name]:  # begun anew
                    self._read[name] = 0
                log.seek(self._read[name])
                piece = log.read(PIECE)
        except OSError:
            return b""
        whole = piece[: piece.rfind(b"\n") + 1] or (piece if len(piece) == PIECE else b"")
        self._read[name] += len(whole)
        return b"".join(self._prefix(name) + line + b"\n" for line in whole.splitlines())

    def _prefix(self, name: str) -> bytes:
        label = f"{name:{max(map(len, self._logs))}} | "
        if self._colours:
            label = f"\x1b[{COLOURS[list(self._logs).index(name) % len(COLOURS)]}m{label}\x1b[0m"
        return label.encode()
