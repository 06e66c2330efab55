"""Who complains: IC, phone, e-mail and name, read leniently and kept in one form each."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType
from stdnum.my import nric

from services.intake.domain.texts import NAME_LIMIT, Wrong, one_line
from shared.errors import Text

EMAIL_LIMIT = 254
LOCAL_LIMIT = 64

IC = Text("No. Kad Pengenalan mesti 12 digit yang sah", "Enter a valid 12-digit IC number")
PHONE = Text("Sila masukkan no. telefon Malaysia yang sah", "Enter a valid Malaysian phone number")
EMAIL = Text("Sila masukkan alamat e-mel yang sah", "Enter a valid e-mail address")
NAME = Text("Sila masukkan nama penuh", "Enter a full name")

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_DIALLED = re.compile(r"[0-9+()\-./ \u00a0\u2010-\u2015]{7,40}")
_DOMESTIC = re.compile("0[1-9][0-9]{7,9}")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_REACHABLE = _MOBILE | {PhoneNumberType.FIXED_LINE}
_COUNTRY = 60

_PARENTAGE = re.compile(r"\bA\s*/\s*[LP]\b")
_PARENTAGE_WORDS = {"BIN", "BINTI"}
_APOSTROPHES = re.compile("['\u2018\u2019\u201b`\u00b4\u02b9-\u02bf]")


@dataclass(frozen=True, slots=True)
class Phone:
    """A Malaysian number in E.164, and whether a message can reach it."""

    e164: str
    is_mobile: bool


def ic(text: str) -> str:
    """Twelve digits, typed with or without dashes and spaces. Raises `Wrong`."""
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"[0-9]{12}", digits) or not _is_date_and_place(digits[:8]):
        raise Wrong("ic", IC)
    return digits


def phone(text: str) -> Phone:
    """A mobile or fixed Malaysian number. Raises `Wrong`."""
    dialled = unicodedata.normalize("NFKC", text).strip()
    if not _DIALLED.fullmatch(dialled):
        raise Wrong("phone", PHONE)
    number = _dialled(dialled)
    kind = phonenumbers.number_type(number)
    if number.country_code != _COUNTRY or kind not in _REACHABLE:  # a number that is not valid is of no kind
        raise Wrong("phone", PHONE)
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164), kind in _MOBILE)


def _dialled(text: str) -> PhoneNumber:
    """A number as it is dialled within the country needs no looking for its country."""
    digits = _SEPARATORS.sub("", text)
    if _DOMESTIC.fullmatch(digits):
        return PhoneNumber(country_code=_COUNTRY, national_number=int(digits))
    try:
        return phonenumbers.parse(text, "MY")
    except phonenumbers.NumberParseException:
        raise Wrong("phone", PHONE) from None


def email(text: str) -> str:
    """One plain address with an ASCII domain; whether anybody reads it is not known. Raises `Wrong`."""
    address = one_line(text, EMAIL_LIMIT)
    local, _, domain = address.rpartition("@")
    if len(local) > LOCAL_LIMIT or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise Wrong("email", EMAIL)
    return f"{local}@{domain.lower()}"


def name(text: str) -> str:
    """A name with something in it to compare by. Raises `Wrong`."""
    clean = one_line(text, NAME_LIMIT)
    if not any(character.isalpha() for character in folded(clean)):
        raise Wrong("name", NAME)
    return clean


def folded(text: str) -> str:
    """A name as it is compared: NFKC, upper case, without BIN, BINTI, A/L, A/P and punctuation, spaces collapsed."""
    upper = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    bare = _APOSTROPHES.sub("", _PARENTAGE.sub(" ", upper))
    spaced = "".join(" " if unicodedata.category(character)[0] in "PSZC" else character for character in bare)
    return " ".join(word for word in spaced.split() if word not in _PARENTAGE_WORDS)


@lru_cache(maxsize=4096)
def _is_date_and_place(start: str) -> bool:
    # The rest of an IC is a serial without a check digit. The library reads its table of places at every call.
    return bool(nric.is_valid(f"{start}0001"))
