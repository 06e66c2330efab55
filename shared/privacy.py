"""Sealed fields and the blind index: what keeps an IC, a phone or an e-mail out of events, logs and read models.

Sealing is AES-256-GCM with a key id in front, so keys can rotate; the associated data binds a sealed value to the
complaint (or person) and the field it belongs to, so it cannot be moved. The blind index is a keyed HMAC: an unkeyed
hash of an IC falls to brute force in seconds (about 2^33 candidates). Keys come by settings, never from a database.
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class Unsealable(Exception):
    """A sealed value that no key of ours opens, or that belongs elsewhere."""


def parse_keys(text: str) -> dict[str, bytes]:
    """`1:<base64url>,2:<base64url>` -> key id -> 32 bytes. Raises ValueError."""
    keys: dict[str, bytes] = {}
    for part in text.split(","):
        key_id, _, encoded = part.strip().partition(":")
        keys[key_id] = parse_key(encoded)
    return keys


def parse_key(encoded: str) -> bytes:
    """Base64url of 32 bytes. Raises ValueError."""
    key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    if len(key) != 32:
        raise ValueError("a key has 32 bytes")
    return key


class Keyring:
    """Seals with the newest key, opens with any it knows."""

    def __init__(self, keys: str) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in parse_keys(keys).items()}
        self._newest = next(reversed(self._ciphers))

    def seal(self, text: str, *, about: str, field: str) -> str:
        """Text -> `<key id>.<base64url>`, bound to whom it is about and to its field."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, text.encode(), f"{about}|{field}".encode())
        return f"{self._newest}.{base64.urlsafe_b64encode(nonce + sealed).decode().rstrip('=')}"

    def open(self, sealed: str, *, about: str, field: str) -> str:
        """The text again. Raises `Unsealable`."""
        key_id, _, encoded = sealed.partition(".")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise Unsealable("unknown key")
        try:
            raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], f"{about}|{field}".encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Unsealable("not sealed, or not for this place") from error


def blind_index(key: bytes, purpose: str, value: str) -> str:
    """A keyed fingerprint to search by: equal values give equal fingerprints, and nothing else can be learnt."""
    return hmac.new(key, f"{purpose}|{value}".encode(), hashlib.sha256).hexdigest()


def mask_ic(ic: str) -> str:
    """`800101990001` -> `******-**-0001`: the birth date stays hidden."""
    return f"******-**-{ic[-4:]}"


def mask_phone(phone: str) -> str:
    """`+60123456789` -> `+60 *** *789`."""
    return f"{phone[:3]} *** *{phone[-3:]}"


def mask_email(email: str) -> str:
    """`aminah@kelantan.gov.my` -> `a***@kelantan.gov.my`."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain}"
