"""Every error as `application/problem+json` (RFC 9457), and the one table of HTTP numbers.

`type` is a stable URI per code, `messages` holds the sentence in ms and en, `errors` the fields; facts are members.
"""

from typing import Any

import asyncpg
import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from shared import logs
from shared.db import is_transient
from shared.errors import (
    Conflict,
    Denied,
    DomainError,
    FieldError,
    Invalid,
    NotFound,
    Refused,
    Text,
    TooMany,
    Unknown,
)
from shared.web.bodies import LONGEST_KEY, Repeated

NUMBERS: dict[type[DomainError], int] = {
    Invalid: 422,
    NotFound: 404,
    Refused: 409,
    Conflict: 412,
    Denied: 403,
    Unknown: 401,
    TooMany: 429,
}
BY_CODE = {"if_match_required": 428}
UNSTORABLE = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)
"""What Postgres says to a NUL that no field's own check refused: the net below those checks."""
MEDIA_TYPE = "application/problem+json"

REQUIRED = Text("Wajib diisi", "Required")
NOT_VALID = Text("Nilai tidak sah", "Not a valid value")
REPEATED = Text("Medan ini disebut lebih daripada sekali", "This field is there more than once")
UNEXPECTED = Text("Medan ini tidak dikenali", "This field is not known")
MALFORMED = Text("Kandungan permintaan tidak dapat dibaca.", "The request could not be read.")
UNAVAILABLE = Text(
    "Perkhidmatan tidak tersedia buat sementara. Sila cuba sebentar lagi.",
    "The service is not available just now. Please try again shortly.",
)
BROKEN = Text("Ralat dalaman. Kami telah merekodkannya.", "An internal error. We have recorded it.")
BY_STATUS = {
    404: Text("Halaman tidak dijumpai.", "There is no such page."),
    405: Text("Kaedah ini tidak dibenarkan di sini.", "This method is not allowed here."),
    413: Text("Kandungan terlalu besar.", "The content is too large."),
}


def install(app: FastAPI) -> None:
    """Answer every error of this app as a problem; what is not foreseen here, the app's middleware answers with
    `unforeseen`."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(Repeated, _repeated)
    app.add_exception_handler(HTTPException, _http)


def problem(
    request: Request,
    status: int,
    code: str,
    text: Text,
    *,
    errors: list[FieldError] | None = None,
    facts: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """One problem as a response."""
    body = (facts or {}) | {
        "type": f"urn:helpdesk:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": text.en,
        "code": code,
        "instance": f"urn:uuid:{request.scope.get('request_id', '')}",
        "messages": text._asdict(),
        "errors": [{"field": error.field, "code": error.code, **error.text._asdict()} for error in errors or []],
    }
    return Response(msgspec.json.encode(body), status, headers, MEDIA_TYPE)


def _domain(request: Request, error: Exception) -> Response:
    if not isinstance(error, DomainError):
        raise error
    headers = {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unknown):
        headers["WWW-Authenticate"] = "Bearer"
    status = BY_CODE.get(error.code) or next(number for kind, number in NUMBERS.items() if isinstance(error, kind))
    errors = error.errors if isinstance(error, Invalid) else None
    return problem(request, status, error.code, error.text, errors=errors, facts=error.facts, headers=headers)


def _validation(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    fields = [_field(found) for found in error.errors()[:50]]
    if any(found["type"] == "json_invalid" for found in error.errors()):
        return problem(request, 422, "malformed", MALFORMED)
    return problem(request, 422, "invalid", Invalid([]).text, errors=fields)


def _field(found: dict[str, Any]) -> FieldError:
    where = ".".join(str(part) for part in found["loc"] if part not in {"body", "query", "path", "header"})
    where = where[:LONGEST_KEY]
    kind = str(found["type"])
    if kind == "missing":
        return FieldError(where, "required", REQUIRED)
    if kind == "extra_forbidden":
        return FieldError(where, "unexpected", UNEXPECTED)
    return FieldError(where, kind, NOT_VALID)


def _repeated(request: Request, error: Exception) -> Response:
    if not isinstance(error, Repeated):
        raise error
    return problem(request, 422, "invalid", Invalid([]).text, errors=[FieldError(error.key, "repeated", REPEATED)])


def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 400:  # the framework could not decode the body
        return problem(request, 422, "malformed", MALFORMED)
    text = BY_STATUS.get(error.status_code, Text(str(error.detail), str(error.detail)))
    code = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(error.status_code, "refused")
    headers = dict(error.headers or {})
    if error.status_code == 405:
        # The framework names the methods of the first route of this path only.
        asked = request.url.path
        matching = [(path, found) for path, shape, found in request.app.state.places if shape.match(asked)]
        # A place that is written out is not one of those that a pattern beside it would name.
        named = [found for path, found in matching if path == asked]
        methods: set[str] = set().union(*(named or [found for _, found in matching]))
        headers["Allow"] = ", ".join(sorted(methods)) or headers.get("Allow", "")
    return problem(request, error.status_code, code, text, headers=headers)


def unforeseen(request: Request, error: Exception) -> Response:
    """The database or the network failed, or we did."""
    if is_transient(error):
        logs.get("web").warning("request.unavailable", error=type(error).__name__)
        return problem(request, 503, "unavailable", UNAVAILABLE, headers={"Retry-After": "2"})
    if isinstance(error, UNSTORABLE):
        return problem(request, 422, "malformed", MALFORMED)
    logs.get("web").error("request.broken", exc_info=error)
    return problem(request, 500, "internal", BROKEN)
