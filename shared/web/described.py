"""What the generated OpenAPI document says of errors: every one a problem, at its own number, with an example.

What a route alone can know it declares with `refusals`; what follows from its form (input can be invalid, a body too
large, a login missing) is added here.
"""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

from shared.errors import Denied, Invalid, NotFound, Text, TooMany, Unknown
from shared.web import problems


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    code: str
    ms: str
    en: str


class Sentence(BaseModel):
    """The same in both of the office's languages."""

    ms: str
    en: str


class Problem(BaseModel):
    """RFC 9457, with our members; facts of the error come as further members."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    messages: Sentence
    errors: list[FieldProblem]


Responses = dict[int | str, dict[str, Any]]

CHANGED = Text(
    "Aduan ini telah dikemas kini oleh orang lain.", "This complaint has been changed by somebody else meanwhile."
)
REFUSED = Text("Tindakan ini tidak dibenarkan pada status semasa.", "This is not allowed in the present state.")
UNSEEN = Text("Nyatakan versi yang dilihat (If-Match).", "Say which version you saw (If-Match).")
KINDS: dict[int, tuple[str, str, Text]] = {
    401: ("Nobody we know: no token, or one that is expired, forged or ended.", "login_required", Unknown().text),
    403: ("Known, and may not do this at all.", "denied", Denied().text),
    404: ("There is no such thing, or it is not the caller's: never told apart.", "not_found", NotFound().text),
    409: ("Understood, and not allowed now; the facts say what is.", "not_allowed", REFUSED),
    412: ("Somebody else changed it since the version in If-Match.", "stale", CHANGED),
    413: ("More than this takes.", "too_large", problems.BY_STATUS[413]),
    422: ("Something in it cannot be accepted; `errors` says what.", "invalid", Invalid([]).text),
    428: ("If-Match is needed.", "if_match_required", UNSEEN),
    429: ("Too often; `Retry-After` says when to come back.", "rate_limited", TooMany(1).text),
    503: ("Cannot answer just now; `Retry-After` says when to come back.", "unavailable", problems.UNAVAILABLE),
}
RETRY = {"Retry-After": {"description": "In how many seconds to come back.", "schema": {"type": "integer"}}}
ETAG = {"ETag": {"description": 'The version, as `"v7"`, for If-Match.', "schema": {"type": "string"}}}
"""For the `headers` of an answer that carries one."""


def refusals(*numbers: int) -> Responses:
    """The `responses` of a route that may be refused with these."""
    return {number: _refusal(number) for number in numbers}


def shown(number: int, example: Any = None, **more: Any) -> Responses:
    """The `responses` of a route that answers like this; `more` are headers, links or a description. Without an example
    here, that of its model counts."""
    return {number: ({} if example is None else {"content": {"application/json": {"example": example}}}) | more}


def _refusal(number: int) -> dict[str, Any]:
    description, code, text = KINDS[number]
    example = {
        "type": f"urn:helpdesk:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": number,
        "detail": text.en,
        "code": code,
        "instance": "urn:uuid:019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a",
        "messages": text._asdict(),
        "errors": [],
    }
    if number == 422:
        wrong = problems.REQUIRED
        example["errors"] = [{"field": "text", "code": "required", **wrong._asdict()}]
    said: dict[str, Any] = {
        "description": description,
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    return said | ({"headers": RETRY} if number in (429, 503) else {})


def describe(app: FastAPI) -> None:
    """Let the app's document say what really comes back."""
    plain = app.openapi

    def honest() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            for item in document["paths"].values():
                for operation in item.values():
                    _complete(operation)
            _define(document.setdefault("components", {}).setdefault("schemas", {}))
        return plain()

    app.openapi = honest  # type: ignore[method-assign]  # FastAPI's own way of extending its document


def _complete(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    takes = "parameters" in operation or "requestBody" in operation
    numbers = {503, *([422] if takes else []), *([413] if "requestBody" in operation else [])}
    numbers |= {401} if "security" in operation else set()
    responses.pop("422", None)
    for number in numbers:
        responses.setdefault(str(number), _refusal(number))
    operation["responses"] = dict(sorted(responses.items()))


def _define(schemas: dict[str, Any]) -> None:
    for ours in ("HTTPValidationError", "ValidationError"):
        schemas.pop(ours, None)
    whole = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= whole.pop("$defs")
    schemas["Problem"] = whole
