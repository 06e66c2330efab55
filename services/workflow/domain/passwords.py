"""Which passwords are refused: short ones, one's own IC or name, the commonest. Length is what makes the rest hard, so
nothing is asked about kinds of signs."""

import re
import unicodedata

from shared.errors import FieldError, Text

SHORTEST, LONGEST = 10, 256
LEFT_OVER = 5
"""Signs a password must have beside the member's own name."""
_WORDS = """
password passw0rd p4ssword passwordpassword mypassword newpassword changeme letmein welcome iloveyou trustno admin
administrator adminadmin root toor guest test testing default secret login master dragon monkey sunshine princess
football qwerty qwertyuiop qwertyui asdfghjkl zxcvbnm asdfasdf qazwsx qazwsxedc abc abcd abcdef abcdefgh abcdefghij
katalaluan katalaluanku rahsia rahsiaku sayangku sayang akucintakamu cintaku malaysia malaysiaku
malaysiaboleh kelantan darulnaim kotabharu selamatdatang selamatpagi bismillah assalamualaikum alhamdulillah
perbendaharaan treasury helpdesk ispeks helpdeskispeks kerajaan aduan akauntan bendahari liverpool chelsea manchester
superman computer internet samsung
"""
COMMONEST = frozenset(_WORDS.split())
"""As they are without case, signs and the digits around them: `Kata-Laluan2026` is `katalaluan`."""
_DISGUISE = str.maketrans("@$", "as")
_ROWS = ("01234567890123456789", "98765432109876543210", "1q2w3e4r5t6y7u8i9o0p", "qwertyuiopasdfghjklzxcvbnm")

TOO_SHORT = Text(f"Sekurang-kurangnya {SHORTEST} aksara", f"At least {SHORTEST} characters")
TOO_LONG = Text(f"Paling banyak {LONGEST} aksara", f"At most {LONGEST} characters")
IS_IC = Text("Kata laluan tidak boleh mengandungi No. Kad Pengenalan", "The password must not contain the IC number")
IS_NAME = Text("Kata laluan tidak boleh sama dengan nama", "The password must not be the name")
COMMON = Text(
    "Kata laluan ini terlalu biasa dan mudah diteka. Sila pilih yang lain",
    "This password is too common and easy to guess. Choose another",
)
THE_OLD_ONE = Text(
    "Kata laluan baharu mesti berbeza daripada yang sedia ada", "The new password must differ from the present one"
)


def faults(password: str, *, ic: str, name: str, field: str = "password") -> list[FieldError]:
    """The first thing that is wrong with this password for this person; an empty list when nothing is."""
    if len(password) < SHORTEST:
        return [FieldError(field, "too_short", TOO_SHORT)]
    if len(password) > LONGEST:
        return [FieldError(field, "too_long", TOO_LONG)]
    bare = _bare(password)
    if ic and ic in bare:
        return [FieldError(field, "is_ic", IS_IC)]
    if _is_name(bare, name):
        return [FieldError(field, "is_name", IS_NAME)]
    if _is_common(bare) or _is_common(_bare(password.translate(_DISGUISE))):
        return [FieldError(field, "too_common", COMMON)]
    return []


def the_old_one(field: str = "password") -> FieldError:
    """What is wrong with a new password that is the present one."""
    return FieldError(field, "unchanged", THE_OLD_ONE)


def _bare(text: str) -> str:
    even = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in even if sign.isalnum() or not sign.isascii())


def _is_name(bare: str, name: str) -> bool:
    words = sorted({_bare(word) for word in name.split()} | {"bin", "binti"}, key=len, reverse=True)
    rest = bare
    for word in words:
        if len(word) > 2:
            rest = rest.replace(word, "")
    return rest != bare and len(rest) < LEFT_OVER


def _is_common(bare: str) -> bool:
    word = re.sub(r"^\d+|\d+$", "", bare)
    if not bare or len(set(bare)) <= 2:
        return True
    return word in COMMONEST or bare in COMMONEST or any(bare in row for row in _ROWS) or _repeats(bare)


def _repeats(bare: str) -> bool:
    """Four signs or fewer over and over."""
    return any(bare == (bare[:size] * len(bare))[: len(bare)] for size in range(1, 5))
