"""One line per arrival, as JSON or for a person's eye. Never a complaint's text, never an IC, phone or e-mail."""

import logging
import sys

import structlog

QUOTES = "invalid input for query argument"


def configure(service: str, level: str = "INFO", fmt: str = "json") -> None:
    """Route structlog and the standard library's loggers to standard output, in one shape."""
    chain: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_values,
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if fmt == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
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


def _without_values(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Errors quote what they failed on (a failing row, a field that does not fit an answer): never into a log."""
    error = line.get("exc_info")
    error = sys.exc_info()[1] if error is True else error[1] if isinstance(error, tuple) else error
    while isinstance(error, BaseException):
        if getattr(error, "detail", None):
            error.detail = None  # type: ignore[attr-defined]
        if error.args and QUOTES in str(error.args[0]):
            error.args = (str(error.args[0]).split(":")[0],)
        for fault in getattr(error, "_errors", ()):  # of FastAPI's validation
            if isinstance(fault, dict):
                fault.pop("input", None)
        error = error.__cause__ or error.__context__
    return line


def get(room: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines name the room they come from."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return logger
