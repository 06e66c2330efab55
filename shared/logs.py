"""One line per arrival, as JSON or for a person's eye. Never a complaint's text, never an IC, phone or e-mail."""

import logging
import re
import sys
import traceback
from collections.abc import Iterator

import msgspec
import structlog

from shared.blame import blame

_JSON = msgspec.json.Encoder(enc_hook=repr)
NUMBER = re.compile(r"[A-Z]{2}-\d{4}-\d{6,9}-[0-9A-Z]")


def configure(service: str, level: str = "INFO", fmt: str = "json") -> None:
    """Route structlog and the standard library's loggers to standard output, in one shape."""
    chain: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _blamed,
    ]
    renderer: structlog.typing.Processor = (
        _as_json if fmt == "json" else structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    )
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[*chain, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=chain))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.WARNING))
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(service=service)


def _as_json(_: object, __: str, line: structlog.typing.EventDict) -> str:
    return _JSON.encode(line).decode()


def _blamed(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An exception as its kind and its places. Its own words quote what it failed on (a failing row, a field that does
    not fit an answer): never into a log."""
    error = line.pop("exc_info", None)
    error = sys.exc_info()[1] if error is True else error[1] if isinstance(error, tuple) else error
    if isinstance(error, BaseException):
        line["exception"] = "\n".join(_told(error))
    return line


def _told(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for one in (*([before] if before else []), *getattr(error, "exceptions", ())):
        yield from _told(one)
    yield "".join(traceback.format_tb(error.__traceback__)) + blame(error)


def about(number: object) -> None:
    """What this arrival's lines are about: a complaint, by its number. What has not the shape of one is not repeated:
    people type all kinds of things where a number belongs."""
    if isinstance(number, str) and NUMBER.fullmatch(number):
        structlog.contextvars.bind_contextvars(complaint=number)


def get(room: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines name the room they come from."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return logger
