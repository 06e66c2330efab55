"""Bad input and bad intent at the services' doors: each refused with a clear problem in both languages, never with a
500, and with nothing done.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from shared.auth import StaffTokens, TrackingTokens
from shared.principals import Caller
from tests.integration.workflow.office import NUMBER
from tests.support import infra, keys
from tests.support.asking import Operation, operations, said_clearly, same_but_for_the_instance, through_the_portal
from tests.support.house import SERVICES, House, a_house

FILING = {
    "ic": "800101990001",
    "name": "Aminah binti Ismail",
    "department": "PKN",
    "ptj": "101-001",
    "phone": "012-345 6789",
    "email": "aminah@example.my",
    "language": "ms",
    "module": "gl",
    "title": "Baki lejar tidak sama",
    "description": "Baki akaun di lejar am tidak sama dengan penyata bank.",
    "confirmed": True,
}


@pytest.fixture(scope="module")
def house(databases: infra.Databases, brokers: infra.Brokers) -> Iterator[House]:
    with a_house(databases, brokers) as made:
        made.run(made.office.bring(NUMBER, "INPROGRESS"))
        yield made


def taking_json(house: House) -> list[Operation]:
    """Every path that takes a JSON body."""
    found = []
    for service in SERVICES:
        document = house.http.get(f"{house.url(service)}/openapi.json").json()
        for operation in operations(service, document):
            if "application/json" in operation.said.get("requestBody", {}).get("content", {}):
                found.append(operation)
    return found


PLACES = {
    "number": NUMBER,
    "action": "note",
    "member": "1f0c1f5e-6f0f-4d6e-9a55-0d8a7c1a2b3c",
    "absence": "1f0c1f5e-6f0f-4d6e-9a55-0d8a7c1a2b3c",
    "version": "1",
    "calendar": "kelantan",
    "day": "2031-01-07",
    "id": "1f0c1f5e-6f0f-4d6e-9a55-0d8a7c1a2b3c",
    "session": "1f0c1f5e-6f0f-4d6e-9a55-0d8a7c1a2b3c",
    "token": "nothing-that-opens-anything",
    "what": "update",
}


def send(house: House, operation: Operation, content: bytes, kind: str = "application/json") -> httpx2.Response:
    """This body, as Admin from a fresh address: what is refused is the body."""
    headers = {"Authorization": f"Bearer {house.token('admin')}", "Content-Type": kind} | through_the_portal()
    url = house.url(operation.service) + operation.at(PLACES)
    return house.http.request(operation.method, url, content=content, headers=operation.needed_headers() | headers)


async def rows(house: House) -> dict[str, int]:
    """How many rows there are of everything that is kept for good, but for what follows from earlier events in its own
    time: query's model, notify's ledger."""
    connection = await asyncpg.connect(house.office.database.admin_url)
    try:
        tables = await connection.fetch(
            "select table_schema || '.' || table_name as name from information_schema.tables"
            " where (table_schema in ('intake', 'workflow') and table_name <> all($1))"
            " or (table_schema = 'notify' and table_name in ('matrix', 'rule'))",
            ["spent", "stranger", "outbox", "relay"],
        )
        return {row["name"]: await connection.fetchval(f"select count(*) from {row['name']}") for row in tables}
    finally:
        await connection.close()


ODD: dict[str, bytes] = {
    "100,000 nested arrays": b"[" * 100_000 + b"]" * 100_000,
    "40,000 nested objects": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "not a number": b"NaN",
    "infinity": b'{"limit": Infinity}',
    "an integer of 5,000 digits": b"9" * 5_000,
    "an integer of 5,000 digits in a field": b'{"score": ' + b"9" * 5_000 + b"}",
    "an array": b"[]",
    "a string": b'"x"',
    "half": b'{"a": ',
    "no UTF-8": b'{"ic": "\xff\xfe"}',
    "two of them": b"{}{}",
    "a NUL": b"\x00",
}


def test_a_body_that_is_none_is_refused_and_nothing_is_done(house: House) -> None:
    before = house.run(rows(house))
    for operation in taking_json(house):
        for name, content in ODD.items():
            said_clearly(send(house, operation, content), f"{operation.name}: {name}")
        large = send(house, operation, b'{"text": "' + b"a" * 300_000 + b'"}')
        assert large.status_code == 413, operation.name
        said_clearly(large, operation.name)
    assert house.run(rows(house)) == before


def test_another_content_type_is_not_taken_for_json(house: House) -> None:
    before = house.run(rows(house))
    for operation in taking_json(house):
        content = json.dumps(operation.body()["json"]).encode()
        for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "x"):
            said_clearly(send(house, operation, content, kind), f"{operation.name}: {kind}")
    assert house.run(rows(house)) == before


def test_a_field_nobody_knows_is_refused_by_its_name(house: House) -> None:
    before = house.run(rows(house))
    for operation in taking_json(house):
        body = operation.body()["json"] | {"is_admin": True, "__proto__": {}}
        problem = said_clearly(send(house, operation, json.dumps(body).encode()), operation.name)
        if operation.path.startswith("/v1/vendor-leg"):
            assert problem["code"] == "not_found", "without its link there is nothing to say of fields"
            continue
        unexpected = {one["field"] for one in problem["errors"] if one["code"] == "unexpected"}
        assert unexpected == {"is_admin", "__proto__"}, f"{operation.name}: {problem}"
    assert house.run(rows(house)) == before


def test_a_key_said_twice_is_refused_by_its_name(house: House) -> None:
    before = house.run(rows(house))
    for operation in taking_json(house):
        body = operation.body()["json"]
        first = next(iter(body))
        for doubled in (
            json.dumps({first: 1})[:-1] + ", " + json.dumps(body)[1:],
            json.dumps(body)[:-1] + ', "inner": [{"a": 1, "a": 2}]}',
        ):
            problem = said_clearly(send(house, operation, doubled.encode()), operation.name)
            if operation.path.startswith("/v1/vendor-leg") and problem["code"] == "not_found":
                continue  # without its link there is nothing to say of fields
            repeated = [one["field"] for one in problem["errors"] if one["code"] == "repeated"]
            assert repeated == ["a" if "inner" in doubled else first], operation.name
    assert house.run(rows(house)) == before


@pytest.mark.parametrize("odd", ["a\x00b", "a\ud800b", "a" * 50_000], ids=["NUL", "half a surrogate", "50,000 letters"])
def test_a_text_that_cannot_be_kept_is_refused(odd: str, house: House) -> None:
    before = house.run(rows(house))
    for operation in taking_json(house):
        body = operation.body()["json"]
        if operation.path in ("/v1/password-resets", "/v1/complaints/search"):
            continue  # nothing of it is kept: it only finds, or does not
        for name in [name for name, value in body.items() if isinstance(value, str)]:
            content = json.dumps(body | {name: odd}).encode()
            said_clearly(send(house, operation, content), f"{operation.name}: {name}")
    assert house.run(rows(house)) == before


def test_an_empty_text_is_refused_where_a_text_is_needed(house: House) -> None:
    note = next(one for one in taking_json(house) if one.path.endswith("/actions/{action}"))
    for empty in ("", " ", "\u200b", "\n\t"):
        problem = said_clearly(send(house, note, json.dumps({"text": empty}).encode()), repr(empty))
        assert problem["errors"][0]["field"] == "text"
    file = next(one for one in taking_json(house) if one.path == "/v1/complaints" and one.service == "intake")
    for name in ("name", "title", "description", "ic", "email", "phone"):
        problem = said_clearly(send(house, file, json.dumps(FILING | {name: ""}).encode()), name)
        assert [one["field"] for one in problem["errors"]] == [name]


# --- forged, expired and foreign ----------------------------------------------------------------------------------


def bad_tokens(house: House) -> dict[str, str]:
    now = datetime.now(UTC)
    admin = Caller(
        house.office.ids["admin"], "1f0c1f5e-6f0f-4d6e-9a55-0d8a7c1a2b3c", "R", frozenset({"ADMIN"}), frozenset()
    )
    claims = {"sub": admin.id, "sid": admin.session, "name": "R", "roles": ["ADMIN"], "queues": [], "aud": "helpdesk"}
    claims["exp"] = str(int(now.timestamp()) + 60)
    good = house.token("admin")
    head, body, mac = good.split(".")
    ours = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "d": keys.STAFF_PRIVATE_KEY, "x": keys.STAFF_PUBLIC_KEY})

    def signed(**changes: Any) -> str:
        said = claims | {"exp": int(now.timestamp()) + 60} | changes
        return jwt.encode({"alg": "Ed25519"}, said, ours, algorithms=["Ed25519"])

    return {
        "forged": StaffTokens(private=keys.key("forged")).issue(admin, now)[0],
        "expired": StaffTokens(private=keys.STAFF_PRIVATE_KEY).issue(admin, now - timedelta(minutes=5))[0],
        "for somebody else": signed(aud="elsewhere"),
        "without an end": signed(exp=None),
        "without a session": signed(sid=None),
        "the public key as a secret": jwt.encode(
            {"alg": "HS256"},
            claims | {"exp": 9999999999},
            OctKey.import_key(keys.STAFF_PUBLIC_KEY),
            algorithms=["HS256"],
        ),
        "not signed": f"eyJhbGciOiJub25lIn0.{body}.",
        "another's signature": f"{head}.{signed(name='X').split('.')[1]}.{mac}",
        "bent": good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
        "a tracking link": TrackingTokens(keys.TRACKING_KEYS).make(NUMBER, now),
        "the service token": keys.SERVICE_TOKEN,
        "nothing": "",
        "long": "a" * 8_000,
    }


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("intake", "/v1/form/modules"),
        ("workflow", f"/v1/complaints/{NUMBER}"),
        ("notify", "/v1/rules"),
        ("query", "/v1/inbox"),
    ],
)
def test_a_staff_token_that_is_not_ours_opens_nothing(service: str, path: str, house: House) -> None:
    url = house.url(service) + path
    for name, token in bad_tokens(house).items():
        for scheme in ("Bearer", "bearer"):
            answer = house.http.get(url, headers={"Authorization": f"{scheme} {token}".strip()})
            assert answer.status_code == 401, f"{name}: {answer.text}"
            said_clearly(answer, name)
            assert answer.headers["www-authenticate"] == "Bearer"
    good = house.token("admin")
    for value in (good, f"Basic {good}", f"Token {good}"):
        assert house.http.get(url, headers={"Authorization": value}).status_code == 401
    assert house.http.get(url, params={"token": good, "access_token": good}).status_code == 401


def test_a_token_of_a_session_that_does_not_live_is_out_at_workflow(house: House) -> None:
    now = datetime.now(UTC)
    caller = Caller(house.office.ids["admin"], PLACES["session"], "R", frozenset({"ADMIN"}), frozenset())
    token, _ = StaffTokens(private=keys.STAFF_PRIVATE_KEY).issue(caller, now)
    answer = house.http.get(f"{house.url('workflow')}/v1/staff", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401, answer.text
    said_clearly(answer, "a session that does not live")


def test_a_link_that_is_not_ours_reads_like_a_complaint_that_is_not_there(house: House) -> None:
    now = datetime.now(UTC)
    good = TrackingTokens(keys.TRACKING_KEYS).make(NUMBER, now)
    bad = [
        TrackingTokens(f"1:{keys.key('forged')}").make(NUMBER, now),
        TrackingTokens(f"2:{keys.key('tracking')}").make(NUMBER, now),
        good.replace("000001", "000002"),
        good[:-1],
        good + "A",
        house.token("admin"),
        "x",
        "a" * 8_000,
    ]

    def ask(token: str) -> httpx2.Response:
        headers = {"X-Tracking-Token": token} | through_the_portal()
        return house.http.post(f"{house.url('query')}/v1/tracking", json={}, headers=headers)

    missing = house.http.post(
        f"{house.url('query')}/v1/tracking", json={"number": "HD-2026-999999-A"}, headers=through_the_portal()
    )
    for token in bad:
        assert same_but_for_the_instance(ask(token), missing), token[:80]


def test_the_record_opens_to_the_service_token_only(house: House) -> None:
    url = f"{house.url('workflow')}/v1/events"
    for headers in ({}, {"X-Service-Token": "x"}, {"Authorization": f"Bearer {house.token('admin')}"}):
        answer = house.http.get(url, headers=headers)
        assert answer.status_code == 401
        said_clearly(answer, str(headers))
    assert house.http.get(url, headers={"X-Service-Token": keys.SERVICE_TOKEN}).status_code == 200


# --- headers ------------------------------------------------------------------------------------------------------


def test_no_answer_is_built_from_the_host_that_was_asked(house: House) -> None:
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for path in ("/v1/complaints", "/v1/complaints/"):
        headers = evil | through_the_portal()
        answer = house.http.post(f"{house.url('intake')}{path}", json=FILING, headers=headers)
        assert "evil.example" not in answer.text + str(answer.headers), path
    for service in SERVICES:
        for path in ("/openapi.json", "/v1/none", "/livez"):
            answer = house.http.get(house.url(service) + path, headers=evil)
            assert "evil.example" not in answer.text + str(answer.headers), path


@pytest.mark.parametrize("service", SERVICES)
def test_every_answer_of_an_api_says_how_a_browser_must_take_it(service: str, house: House) -> None:
    for path in ("/livez", "/openapi.json", "/v1/none", "/v1/complaints/x", "/v1/inbox", "/v1/form", "/v1/workflow"):
        answer = house.http.get(house.url(service) + path, headers={"Origin": "https://evil.example"})
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "no-store" in answer.headers["cache-control"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert not [name for name in answer.headers if name.startswith("access-control-")], "no other site reads it"
        assert "set-cookie" not in answer.headers
        assert len(answer.headers["x-request-id"]) == 36
