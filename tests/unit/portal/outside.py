"""The outside world of the portal: four services over HTTP, played by one object that remembers what it was asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
import msgspec
from fastapi import FastAPI
from pydantic import SecretStr

from services.portal.main import create_app
from services.portal.settings import Settings

FORM: dict[str, Any] = {
    "version": 1,
    "departments": [
        {
            "slug": "PKN",
            "name": "Perbendaharaan Negeri Kelantan",
            "ptj": [
                {"code": "101-001", "name": "Unit Teknologi Maklumat"},
                {"code": "101-005", "name": "Seksyen Hasil"},
            ],
        },
        {"slug": "JKR", "name": "Jabatan Kerja Raya", "ptj": [{"code": "116-001", "name": "Ibu Pejabat JKR"}]},
        {"slug": "UAD", "name": "Unit Audit Dalam", "ptj": []},
    ],
    "modules": [
        {"slug": "gl", "code": "GL", "name_ms": "Lejar Am", "name_en": "General Ledger"},
        {"slug": "ac", "code": None, "name_ms": "Pendahuluan & Tuntutan", "name_en": "Advances & Claims"},
        {"slug": "lain", "code": None, "name_ms": "Lain-lain", "name_en": "Others"},
    ],
    "limits": {"title": 200, "text": 32000, "attachments": 5, "attachment_bytes": 10485760},
}
NUMBER = "HD-2026-000123-C"
TOKEN = f"1.{NUMBER}.1769000000.AAAAAAAAAAAAAAAAAAAAAA"
RECEIPT = {
    "number": NUMBER,
    "submitted_at": "2026-11-22T09:05:00+08:00",
    "answer_by": "2026-11-25T17:00:00+08:00",
    "tracking_url": f"http://portal.test/a/{TOKEN}",
    "email_masked": "a***@kelantan.gov.my",
}
THREAD: dict[str, Any] = {
    "kind": "thread",
    "number": NUMBER,
    "state": "INPROGRESS",
    "phase": "INPROGRESS",
    "submitted_at": "2026-11-22T09:05:00+08:00",
    "changed_at": "2026-11-23T10:00:00+08:00",
    "custodian": "PIC",
    "due": "2026-12-01T17:00:00+08:00",
    "outcome": None,
    "title": "Baucar bayaran tidak dapat disahkan",
    "description": "Mesej ralat GL-0042 dipaparkan.",
    "module": "gl",
    "department": "PKN",
    "ptj": "101-001",
    "pic_name": "Nor Azlina binti Hassan",
    "closing": 0,
    "rated": False,
    "reopen_until": None,
    "can": ["answer", "close"],
    "answer_by": "2026-11-25T17:00:00+08:00",
    "entries": [
        {
            "sequence": 1,
            "at": "2026-11-22T09:05:00+08:00",
            "kind": "received",
            "actor": {"role": "COMPLAINANT", "name": None},
            "text": None,
            "held": None,
            "attachments": [],
        },
        {
            "sequence": 4,
            "at": "2026-11-23T10:00:00+08:00",
            "kind": "replied",
            "actor": {"role": "PIC", "name": "Nor Azlina binti Hassan"},
            "text": "Kami sedang menyemak.",
            "held": None,
            "attachments": [],
        },
    ],
}
AISYAH = {"id": "s1", "name": "Aisyah", "roles": ["PIC"], "queues": [], "language": "ms"}
LOGIN = {
    "session": "sesi-rahsia",
    "token": "token-1",
    "expires_at": "2099-01-01T00:00:00+00:00",
    "staff": AISYAH,
}


@dataclass(frozen=True)
class Asked:
    """One call that the portal made."""

    service: str
    method: str
    path: str
    headers: httpx2.Headers
    body: Any
    params: Mapping[str, str]


Answer = httpx2.Response | Callable[[Asked], httpx2.Response]


def answer(body: Any = None, status: int = 200, **headers: str) -> httpx2.Response:
    """A JSON answer."""
    content = b"" if body is None else msgspec.json.encode(body)
    return httpx2.Response(status, content=content, headers={"Content-Type": "application/json", **headers})


def problem(status: int, code: str, ms: str = "", en: str = "", **facts: Any) -> httpx2.Response:
    """A problem as the services write it. `errors` is a list of (field, ms, en)."""
    errors = [{"field": f, "code": "invalid", "ms": m, "en": e} for f, m, e in facts.pop("errors", [])]
    retry = {"Retry-After": str(facts.pop("retry_after"))} if "retry_after" in facts else {}
    body = {"status": status, "code": code, "title": code, "messages": {"ms": ms, "en": en}, "errors": errors, **facts}
    return answer(body, status, **retry)


@dataclass
class Outside:
    """Answers by (method, path); everything asked is kept."""

    asked: list[Asked] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        usual: dict[tuple[str, str], Answer] = {
            ("GET", "/v1/form"): answer(FORM),
            ("GET", "/v1/challenge"): answer({"algorithm": "SHA-256"}),
            ("POST", "/v1/complaints/check"): answer(status=204),
            ("POST", "/v1/complaints"): answer(RECEIPT, 201),
            ("POST", f"/v1/complaints/{NUMBER}/messages"): answer({"id": "m1"}, 202),
            ("POST", f"/v1/complaints/{NUMBER}/rating"): answer({"id": "m2"}, 202),
            ("POST", "/v1/tracking-links"): answer({}, 202),
            ("POST", "/v1/tracking"): answer(THREAD),
            ("GET", "/v1/workflow"): answer({"states": [], "phases": []}),
            ("POST", "/v1/sessions"): answer(LOGIN),
            ("POST", "/v1/sessions/current"): answer(LOGIN),
            ("DELETE", "/v1/sessions/current"): answer(status=204),
            ("GET", "/v1/badge"): answer({"badge": 3}),
            ("GET", "/livez"): answer({}),
        }
        self.answers = usual | self.answers

    def on(self, method: str, path: str, reply: Answer) -> None:
        """From now on answer so."""
        self.answers[(method, path)] = reply

    def last(self, method: str, path: str) -> Asked:
        """The latest call of that kind."""
        return self.calls(method, path)[-1]

    def calls(self, method: str, path: str) -> list[Asked]:
        """All calls of that kind."""
        return [asked for asked in self.asked if (asked.method, asked.path) == (method, path)]

    def transport(self) -> httpx2.MockTransport:
        """What the portal's clients take for the network."""

        async def handle(request: httpx2.Request) -> httpx2.Response:
            service = request.url.host.removesuffix(".test")
            written = request.headers.get("Content-Type") == "application/json"
            body = msgspec.json.decode(request.content) if written else request.content or None
            asked = Asked(service, request.method, request.url.path, request.headers, body, dict(request.url.params))
            self.asked.append(asked)
            if service in self.down:
                raise httpx2.ConnectError("refused", request=request)
            reply = self.answers.get((asked.method, asked.path), problem(404, "not_found"))
            made = reply(asked) if callable(reply) else reply
            return httpx2.Response(made.status_code, content=made.content, headers=made.headers)

        return httpx2.MockTransport(handle)


def settings(**changes: Any) -> Settings:
    """The portal's settings, with the services at `*.test`."""
    given: dict[str, Any] = {
        "public_url": "http://portal.test",
        "service_token": SecretStr("service-token"),
        "nats_url": SecretStr("nats://127.0.0.1:1"),
        **{f"{name}_url": f"http://{name}.test" for name in ("intake", "workflow", "notify", "query")},
    }
    return Settings(**{**given, **changes})


def portal(outside: Outside, **changes: Any) -> FastAPI:
    """The portal with that outside."""
    return create_app(settings(**changes), outside.transport())


def browser(app: FastAPI, **headers: str) -> httpx2.AsyncClient:
    """A browser without scripts: it keeps cookies and goes where it is told only when asked to."""
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app, client=("203.0.113.7", 5000)),
        base_url="http://portal.test",
        headers={"Sec-Fetch-Site": "same-origin", **headers},
    )
