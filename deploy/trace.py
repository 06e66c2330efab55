"""One complaint's way through all services, out of their logs, in the order of time."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from deploy.local.services import APPS

Line = dict[str, Any]

CONSOLE = re.compile(r"(\d{4}-\S+Z) \[\w+ *\] (\S+)(.*)")
FIELD = re.compile(r"(\w+)=('[^']*'|\"[^\"]*\"|\S+)")


def trace(logs: Path, number: str) -> list[Line]:
    """Every line about this complaint, and every other line of the requests that were about it, oldest first."""
    lines = list(read(logs))
    requests = {line.get("correlation") for line in lines if line.get("complaint") == number} - {None}
    found = [line for line in lines if line.get("complaint") == number or line.get("correlation") in requests]
    # what is about another complaint in the same request, such as a bulk assignment, is not its way
    mine = [line for line in found if line.get("complaint") in (number, None)]
    return sorted(mine, key=lambda line: str(line.get("timestamp", "")))


def read(logs: Path) -> Iterator[Line]:
    """What the services have logged; lines that are none of ours are left out."""
    for name in APPS:
        for path in (logs / f"{name}.log.1", logs / f"{name}.log"):
            if not path.exists():
                continue
            with path.open(encoding="utf-8", errors="replace") as file:
                yield from ({"service": name, **line} for line in _lines(file))


def _lines(file: Iterable[str]) -> Iterator[Line]:
    for text in file:
        line = _json(text) if text.startswith("{") else _console(text)
        if line:
            yield line


def _json(text: str) -> Line:
    try:
        line: Line = json.loads(text)
    except ValueError:
        return {}
    return line


def _console(text: str) -> Line:
    """A line as it is written for a person's eye."""
    found = CONSOLE.match(text)
    if found is None:
        return {}
    fields = {name: value.strip("'\"") for name, value in FIELD.findall(found[3])}
    return {"timestamp": found[1], "event": found[2], **fields}


def told(line: Line) -> tuple[str, str, str, str]:
    """When, where, what, and how it ended, for a person's eye."""
    what = " ".join(
        str(line[name]) for name in ("event", "method", "route", "type", "template", "channel") if name in line
    )
    sequence = f" #{line['sequence']}" if "sequence" in line else ""
    ended = [str(line[name]) for name in ("status", "outcome", "error") if name in line]
    ended += [f"{line['ms']} ms"] if "ms" in line else []
    return str(line.get("timestamp", ""))[:23], str(line["service"]), what + sequence, " ".join(ended)
