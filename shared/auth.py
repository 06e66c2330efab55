"""Who is asking: a member of staff with a 60-second token, the portal with its service token, or whoever holds a
tracking link, or a link to the vendor's leg; whoever answers a mail does so in `reply_tokens`. Workflow issues staff
tokens; everybody else only verifies. The tokens of links are stateless: whoever has the key can make and check them,
and they carry 128 bits nobody can guess.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.errors import Denied, Text, Unknown
from shared.principals import Caller
from shared.privacy import parse_key, parse_keys

__all__ = [
    "Caller",
    "Overseer",
    "PortalOnly",
    "Staff",
    "StaffTokens",
    "TrackingTokens",
    "VendorTokens",
    "Visitor",
    "is_portal",
    "visitor_of",
]

ALGORITHM = "Ed25519"
TOKEN_SECONDS = 60
MAC_BYTES = 16
MAX_TOKEN_LENGTH = 2048
CHANGE_FIRST = Text(
    "Kata laluan perlu ditukar dahulu sebelum meneruskan.", "The password must be changed before going on."
)


class StaffTokens:
    """Makes (with the private seed) and checks (with the public key) staff tokens. Keys are base64url of 32 bytes."""

    def __init__(self, *, public: str | None = None, private: str | None = None) -> None:
        if private is not None:
            seed = parse_key(private)
            public = _encoded(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())
            self._signing = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "d": _encoded(seed), "x": public})
        if public is None:
            raise ValueError("a staff key is needed")
        self._verifying = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": public.rstrip("=")})

    def issue(self, caller: Caller, now: datetime, *, must_change: bool = False) -> tuple[str, datetime]:
        """A token and when it ends. `now` is real time. Of somebody whose password must change first, it says so, and
        opens nothing anywhere."""
        expires = now + timedelta(seconds=TOKEN_SECONDS)
        claims = {
            "sub": caller.id,
            "sid": caller.session,
            "name": caller.name,
            "roles": sorted(caller.roles),
            "queues": sorted(caller.queues),
            "aud": "helpdesk",
            "exp": int(expires.timestamp()),
            **({"stands_in": sorted(caller.stands_in)} if caller.stands_in else {}),
            **({"must_change": True} if must_change else {}),
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self._signing, algorithms=[ALGORITHM]), expires

    def check(self, token: str) -> Caller:
        """Who the token says. Raises `Unknown` for anything but a valid one of ours, `Denied` with the code
        `password_must_change` for one that is good for nothing yet."""
        if len(token) > MAX_TOKEN_LENGTH:
            raise Unknown
        try:
            claims = jwt.decode(token, self._verifying, algorithms=[ALGORITHM]).claims
            jwt.JWTClaimsRegistry(
                exp={"essential": True},
                aud={"essential": True, "value": "helpdesk"},
                sub={"essential": True},
                sid={"essential": True},
            ).validate(claims)
            caller = Caller(
                id=str(claims["sub"]),
                session=str(claims["sid"]),
                name=str(claims["name"]),
                roles=frozenset(claims["roles"]),
                queues=frozenset(claims["queues"]),
                stands_in=frozenset(claims.get("stands_in", ())),
            )
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Unknown("token_invalid") from error
        if claims.get("must_change"):
            raise Denied("password_must_change", CHANGE_FIRST)
        return caller


class _LinkTokens:
    """Signed links to one thing of one complaint: `<key id>.<number>.<seconds>.<mac>`. What is signed begins with what
    the link is for, so that no link opens another's page, whatever the key."""

    _PURPOSE: ClassVar[str]
    _SHAPE = re.compile(r"([0-9a-z]{1,8})\.(HD-\d{4}-\d{6,9}-[0-9A-Z])\.(\d{1,12})\.([A-Za-z0-9_-]{22})")

    def __init__(self, keys: str) -> None:
        self._keys: Mapping[str, bytes] = parse_keys(keys)
        self._newest = next(reversed(parse_keys(keys)))

    def make(self, number: str, since: datetime) -> str:
        """The same complaint and moment give the same token, until the key is rotated."""
        return self._signed(self._newest, number, int(since.timestamp()))

    def check(self, token: str) -> tuple[str, datetime]:
        """Number and moment (whole seconds). Raises `Unknown`."""
        shape = self._SHAPE.fullmatch(token)
        if shape is None or shape[1] not in self._keys:
            raise Unknown("link_invalid")
        if not hmac.compare_digest(self._signed(shape[1], shape[2], int(shape[3])).encode(), token.encode()):
            raise Unknown("link_invalid")
        return shape[2], datetime.fromtimestamp(int(shape[3]), UTC)

    def _signed(self, key_id: str, number: str, seconds: int) -> str:
        said = f"{key_id}.{number}.{seconds}"
        mac = hmac.new(self._keys[key_id], f"{self._PURPOSE}|{said}".encode(), hashlib.sha256).digest()[:MAC_BYTES]
        return f"{said}.{_encoded(mac)}"


class TrackingTokens(_LinkTokens):
    """Signed links to one complaint's public thread; their moment is its submission."""

    _PURPOSE = "tracking"


class VendorTokens(_LinkTokens):
    """Signed links to the vendor's leg of one complaint; their moment is the leg's beginning, and workflow opens them
    as long as that leg is open."""

    _PURPOSE = "vendor"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


_BEARER = HTTPBearer(auto_error=False, scheme_name="staff", description="A staff token, good for 60 seconds.")
_SERVICE = APIKeyHeader(
    name="X-Service-Token", auto_error=False, scheme_name="service", description="Only services of ours hold it."
)


async def _staff(request: Request, _: Annotated[object, Depends(_BEARER)]) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unknown
    tokens: StaffTokens = request.app.state.staff_tokens
    return tokens.check(token)


Staff = Annotated[Caller, Depends(_staff)]
"""The member of staff who calls; 401 otherwise."""


def is_portal(request: Request) -> bool:
    """Whether the call carries the portal's service token."""
    expected: str = request.app.state.settings.service_token.get_secret_value()
    return hmac.compare_digest(request.headers.get("x-service-token", "").encode(), expected.encode())


async def _portal_only(request: Request, _: Annotated[object, Depends(_SERVICE)]) -> None:
    if not is_portal(request):
        raise Unknown("service_token_required")


PortalOnly = Depends(_portal_only)
"""For routes that only a service of ours may call; 401 otherwise."""


async def _overseer(request: Request, _: Annotated[object, Depends(_BEARER)]) -> None:
    if not is_portal(request):
        (await _staff(request, None)).needs("ADMIN", "MANAGEMENT")


Overseer = Depends(_overseer)
"""Admin and management, or the portal of its own accord: it has to say how things are also when nobody can log in."""


def visitor_of(request: Request) -> str:
    """The address the visitor comes from; `Forwarded` is believed only with the portal's service token."""
    if is_portal(request):
        said = re.search(r'for="?\[?([0-9a-fA-F.:]+)', request.headers.get("forwarded", ""))
        if said:
            return said[1]
    return request.client.host if request.client else "unknown"


async def _visitor(request: Request) -> str:
    return visitor_of(request)


Visitor = Annotated[str, Depends(_visitor)]
"""As `visitor_of`."""
