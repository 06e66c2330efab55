"""Who is asking: nothing but our own signature, in its time and for us, opens a door."""

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey
from pydantic import SecretStr

from shared.auth import Caller, StaffTokens, TrackingTokens, Visitor, is_portal
from shared.errors import Denied, Unknown
from tests.support.keys import STAFF_PRIVATE_KEY, STAFF_PUBLIC_KEY, TRACKING_KEYS, key

CALLER = Caller("s-1", "sess-1", "Azman bin Yusof", frozenset({"PIC", "ADMIN"}), frozenset({"IMPLEMENTOR"}))
NUMBER = "HD-2026-000123-C"
FILED = datetime(2026, 3, 1, 9, 30, 15, 999, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


def test_a_token_says_who_calls() -> None:
    token, expires = StaffTokens(private=STAFF_PRIVATE_KEY).issue(CALLER, now())
    assert StaffTokens(public=STAFF_PUBLIC_KEY).check(token) == CALLER
    assert timedelta(seconds=58) < expires - now() <= timedelta(seconds=60)


def test_a_token_lives_sixty_seconds() -> None:
    tokens = StaffTokens(private=STAFF_PRIVATE_KEY)
    assert tokens.check(tokens.issue(CALLER, now() - timedelta(seconds=57))[0]) == CALLER
    with pytest.raises(Unknown):
        tokens.check(tokens.issue(CALLER, now() - timedelta(seconds=62))[0])


def test_principals_are_what_seen_by_is_intersected_with() -> None:
    assert CALLER.principals == ["queue:IMPLEMENTOR", "role:ADMIN", "role:PIC", "staff:s-1"]


def test_a_caller_without_the_role_is_denied_and_told_which_it_takes() -> None:
    CALLER.needs("MANAGEMENT", "ADMIN")
    with pytest.raises(Denied) as denied:
        CALLER.needs("MANAGEMENT")
    assert denied.value.facts == {"needs": ["MANAGEMENT"]}


def encoded(part: object) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def claims(**changes: Any) -> dict[str, Any]:
    said = {
        "sub": "s-1",
        "sid": "sess-1",
        "name": "Azman",
        "roles": ["ADMIN"],
        "queues": [],
        "aud": "helpdesk",
        "exp": int(now().timestamp()) + 60,
    }
    return {name: value for name, value in (said | changes).items() if value is not None}


def signed(seed: str = STAFF_PRIVATE_KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    public = StaffTokens(private=seed)
    signing: OKPKey = public._signing
    return jwt.encode(header or {"alg": "Ed25519"}, claims(**changes), signing, algorithms=["Ed25519", "EdDSA"])


def none_algorithm() -> str:
    return f"{encoded({'alg': 'none'})}.{encoded(claims())}."


def public_key_as_secret() -> str:
    """The old trick: the public key, which everybody has, taken for the secret of an HMAC."""
    raw = base64.urlsafe_b64decode(STAFF_PUBLIC_KEY + "=")
    return jwt.encode({"alg": "HS256"}, claims(), OctKey.import_key(raw), algorithms=["HS256"])


def other_claims_under_a_true_signature() -> str:
    header, _, signature = signed().split(".")
    return f"{header}.{encoded(claims(roles=['ADMIN', 'MANAGEMENT']))}.{signature}"


FORGED: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "no token at all": lambda: "not.a.token",
    "too long to look at": lambda: "a" * 100_000,
    "signed by a stranger": lambda: signed(key("stranger")),
    "no signature": none_algorithm,
    "the public key as a secret": public_key_as_secret,
    "changed after it was signed": other_claims_under_a_true_signature,
    "for somebody else": lambda: signed(aud="payroll"),
    "for nobody": lambda: signed(aud=None),
    "without an end": lambda: signed(exp=None),
    "ended": lambda: signed(exp=int(now().timestamp()) - 1),
    "of nobody": lambda: signed(sub=None),
    "of no session": lambda: signed(sid=None),
    "without roles": lambda: signed(roles=None),
    "a tracking link": lambda: TrackingTokens(TRACKING_KEYS).make(NUMBER, FILED),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_only_a_true_token_of_ours_says_who_calls(forge: Callable[[], str]) -> None:
    with pytest.raises(Unknown):
        StaffTokens(public=STAFF_PUBLIC_KEY).check(forge())


def test_who_only_verifies_cannot_issue() -> None:
    with pytest.raises(AttributeError):
        StaffTokens(public=STAFF_PUBLIC_KEY).issue(CALLER, now())
    with pytest.raises(ValueError, match="key"):
        StaffTokens()


def test_a_tracking_token_opens_its_own_complaint_and_is_the_same_every_time() -> None:
    tokens = TrackingTokens(TRACKING_KEYS)
    token = tokens.make(NUMBER, FILED)
    assert token == tokens.make(NUMBER, FILED)
    assert tokens.check(token) == (NUMBER, FILED.replace(microsecond=0))


def test_a_tracking_token_carries_128_bits_that_nobody_can_guess() -> None:
    mac = TrackingTokens(TRACKING_KEYS).make(NUMBER, FILED).rpartition(".")[2]
    assert len(base64.urlsafe_b64decode(mac + "==")) == 16


def test_rotating_the_tracking_key_keeps_old_links_until_the_old_key_is_dropped() -> None:
    old, both, new = (TrackingTokens(text) for text in (f"1:{key('a')}", f"1:{key('a')},2:{key('b')}", f"2:{key('b')}"))
    assert both.check(old.make(NUMBER, FILED)) == new.check(both.make(NUMBER, FILED))
    with pytest.raises(Unknown):
        new.check(old.make(NUMBER, FILED))


TRUE_LINK = TrackingTokens(TRACKING_KEYS).make(NUMBER, FILED)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "x",
        TRUE_LINK[:-1],
        TRUE_LINK + "A",
        TRUE_LINK + "\n",
        TRUE_LINK.replace("000123-C", "000124-C"),
        TRUE_LINK.replace("1.HD", "2.HD"),
        TRUE_LINK.replace(str(int(FILED.timestamp())), str(int(FILED.timestamp()) + 1)),
        TrackingTokens(f"1:{key('stranger')}").make(NUMBER, FILED),
        TRUE_LINK.replace("1.HD", "é.HD"),
        "1.HD-2026-000123-C.999999999999." + "A" * 22,
    ],
)
def test_a_link_that_was_changed_or_made_by_others_opens_nothing(link: str) -> None:
    with pytest.raises(Unknown) as unknown:
        TrackingTokens(TRACKING_KEYS).check(link)
    assert unknown.value.code == "link_invalid"


def request(headers: dict[str, str], client: tuple[str, int] | None = ("203.0.113.9", 5000)) -> Request:
    settings = SimpleNamespace(service_token=SecretStr("portal-secret"))
    return Request(
        {
            "type": "http",
            "headers": [(name.lower().encode(), value.encode("utf-8")) for name, value in headers.items()],
            "client": client,
            "app": SimpleNamespace(state=SimpleNamespace(settings=settings)),
        }
    )


visitor: Callable[[Request], Awaitable[str]] = Visitor.__metadata__[0].dependency  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("for=198.51.100.7", "198.51.100.7"),
        ('for="[2001:db8::7]:4711"', "2001:db8::7"),
        ("for=198.51.100.7;proto=https, for=10.0.0.1", "198.51.100.7"),
        ("by=10.0.0.1", "203.0.113.9"),
        ("", "203.0.113.9"),
    ],
)
async def test_the_visitors_address_is_what_the_portal_says(forwarded: str, address: str) -> None:
    assert await visitor(request({"X-Service-Token": "portal-secret", "Forwarded": forwarded})) == address


@pytest.mark.parametrize("token", ["", "portal-secre", "portal-secret2", "rahsia-é"])
async def test_nobody_but_the_portal_is_believed_about_an_address(token: str) -> None:
    asked = request({"X-Service-Token": token, "Forwarded": "for=198.51.100.7"})
    assert not is_portal(asked)
    assert await visitor(asked) == "203.0.113.9"


async def test_a_call_from_nowhere_has_an_address_of_its_own() -> None:
    assert await visitor(request({}, client=None)) == "unknown"
