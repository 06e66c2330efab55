"""Signed reply addresses, `<mailbox>+<token>@<host>`: who answers a mail of ours, and about what.

Stateless. A token says which complaint, which person, and a keyed fingerprint of the address the mail was sent to,
under an 80-bit MAC. It is written in small letters and digits only (mail servers may change case), and is short enough
for a local part of at most 64 characters beside a mailbox name of eight.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from stdnum.iso7064 import mod_37_36

from shared.errors import Unknown
from shared.privacy import parse_keys

MAILBOX_LENGTH = 8
"""The longest name before the `+`."""
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_NUMBER = re.compile(r"HD-(\d{4})-(\d{6,9})-[0-9A-Z]")
_FIRST_YEAR, _YEAR_BITS, _SEQUENCE_BITS = 2000, 7, 30
_PERSON_BITS, _ADDRESS_BITS, _MAC_BITS = 128, 25, 80
_COMPLAINANT_LENGTH, _STAFF_LENGTH = 29, 54
_SHAPE = re.compile(rf"([0-9a-z])([a-z2-7]{{{_STAFF_LENGTH}}}|[a-z2-7]{{{_COMPLAINANT_LENGTH}}})")


@dataclass(frozen=True, slots=True)
class Replying:
    """What a good token says. `staff` is None for the complainant; `address` is the fingerprint it was made for."""

    number: str
    staff: str | None
    address: int


class ReplyTokens:
    """Makes and checks them. Keys as for links, but their ids are one letter or digit: `ValueError` for others."""

    def __init__(self, keys: str) -> None:
        self._keys: Mapping[str, bytes] = parse_keys(keys)
        if any(re.fullmatch(r"[0-9a-z]", one) is None for one in self._keys):
            raise ValueError("the id of a reply key is one letter or digit")
        self._newest = next(reversed(list(self._keys)))

    def make(self, number: str, staff: str | None, address: str) -> str:
        """The token for a mail about this complaint to this person (a staff id; None: the complainant), sent to this
        address. Raises `ValueError` for a number or an id that is none."""
        shape = _NUMBER.fullmatch(number)
        if shape is None:
            raise ValueError("not a complaint's number")
        year, sequence = int(shape[1]) - _FIRST_YEAR, int(shape[2])
        if not (0 <= year < 1 << _YEAR_BITS and sequence < 1 << _SEQUENCE_BITS):
            raise ValueError("the number does not fit")
        about = (year << _SEQUENCE_BITS) | sequence
        if staff is not None:
            about = (about << _PERSON_BITS) | UUID(staff).int
        return self._signed(self._newest, staff is None, (about << _ADDRESS_BITS) | self._print(self._newest, address))

    def check(self, token: str) -> Replying:
        """What the token says. Raises `Unknown`."""
        shape = _SHAPE.fullmatch(token.lower())
        if shape is None or shape[1] not in self._keys:
            raise Unknown("reply_invalid")
        of_complainant = len(shape[2]) == _COMPLAINANT_LENGTH
        said = _read(shape[2]) >> _MAC_BITS
        if not hmac.compare_digest(self._signed(shape[1], of_complainant, said).encode(), shape[0].encode()):
            raise Unknown("reply_invalid")
        address, about = said & ((1 << _ADDRESS_BITS) - 1), said >> _ADDRESS_BITS
        staff = None
        if not of_complainant:
            staff, about = str(UUID(int=about & ((1 << _PERSON_BITS) - 1))), about >> _PERSON_BITS
        year, sequence = (about >> _SEQUENCE_BITS) + _FIRST_YEAR, about & ((1 << _SEQUENCE_BITS) - 1)
        digits = f"{sequence:06d}"
        check = mod_37_36.calc_check_digit(f"{year:04d}{digits}")
        return Replying(f"HD-{year:04d}-{digits}-{check}", staff, address)

    def is_for(self, replying: Replying, address: str) -> bool:
        """Whether the mail had been sent to this address."""
        return any(self._print(one, address) == replying.address for one in self._keys)

    def _print(self, key_id: str, address: str) -> int:
        plain = f"reply-address|{address.strip().lower()}".encode()
        digest = hmac.new(self._keys[key_id], plain, hashlib.sha256).digest()
        return int.from_bytes(digest) >> (len(digest) * 8 - _ADDRESS_BITS)

    def _signed(self, key_id: str, of_complainant: bool, said: int) -> str:
        person = "complainant" if of_complainant else "staff"
        plain = f"reply|{key_id}|{person}|{said}".encode()
        mac = int.from_bytes(hmac.new(self._keys[key_id], plain, hashlib.sha256).digest()[: _MAC_BITS // 8])
        length = _COMPLAINANT_LENGTH if of_complainant else _STAFF_LENGTH
        return key_id + _written((said << _MAC_BITS) | mac, length)


def checked_mailbox(value: str) -> str:
    """The mailbox a token fits beside, or nothing. Raises `ValueError`."""
    local, _, host = value.partition("@")
    if value and not (0 < len(local) <= MAILBOX_LENGTH and local.isalnum() and host and "@" not in host):
        raise ValueError(f"REPLY_MAILBOX is `<at most {MAILBOX_LENGTH} letters or digits>@<host>`")
    return value


def reply_address(mailbox: str, token: str) -> str:
    """`helpdesk@host` and a token -> `helpdesk+token@host`."""
    local, _, host = mailbox.rpartition("@")
    return f"{local}+{token}@{host}"


def _written(value: int, length: int) -> str:
    return "".join(_ALPHABET[(value >> (5 * place)) & 31] for place in reversed(range(length)))


def _read(text: str) -> int:
    value = 0
    for letter in text:
        value = (value << 5) | _ALPHABET.index(letter)
    return value
