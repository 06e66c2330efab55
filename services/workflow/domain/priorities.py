"""Which priority a complaint suggests, from its module and its words. A suggestion: a person decides. Pure.

The table is read from the most pressing down; the first line any of whose words stand in the title or the text decides,
unless the module asks for more. `*` stands for any ending of a word. A word right after a denial ("tidak segera", "not
urgent") does not count.
"""

import re
import unicodedata
from collections.abc import Iterator

import msgspec

from services.workflow.domain.given import PRIORITIES

KRITIKAL, TINGGI, SEDERHANA, RENDAH = PRIORITIES
USUAL = SEDERHANA

_CANNOT = ("tidak boleh", "tidak dapat", "tak boleh", "tak dapat", "x boleh", "gagal")
_LOG_IN = ("log masuk", "login", "log in", "masuk sistem")
_DOWN = ("tergendala", "tidak berfungsi", "lumpuh", "terhenti", "tidak dapat diakses", "tidak boleh diakses")

WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        KRITIKAL,
        (
            "semua pengguna",
            "semua kakitangan",
            "semua jabatan",
            "semua ptj",
            "seluruh jabatan",
            "seluruh negeri",
            "all users",
            "all staff",
            "all departments",
            "everyone",
            "everybody",
            "nobody can",
            *(f"{what} {down}" for what in ("sistem", "ispeks", "server", "pelayan") for down in _DOWN),
            "system down",
            "system is down",
            "system outage",
            "gaji tidak dapat dibayar",
            "gaji tidak dibayar",
            "gaji belum dibayar",
            "gaji lewat",
            "salaries cannot be paid",
            "salary not paid",
            "data hilang",
            "kehilangan data",
            "data loss",
            "lost data",
            "kebocoran data",
            "data breach",
            "digodam",
            "hacked",
            "bayaran berganda",
            "bayaran dua kali",
            "double payment",
            "paid twice",
        ),
    ),
    (
        TINGGI,
        (
            *(f"{cannot} {entering}" for cannot in _CANNOT for entering in _LOG_IN),
            "cannot log in",
            "can't log in",
            "cannot login",
            "unable to log in",
            "unable to login",
            "akaun dikunci",
            "account locked",
            "segera",
            "mendesak",
            "urgent*",
            "secepat mungkin",
            "as soon as possible",
            "asap",
            "kecemasan",
            "emergency",
            "tarikh tutup",
            "tarikh akhir",
            "hari terakhir",
            "tamat tempoh",
            "deadline",
            "closing date",
            "last day",
            "tutup akaun",
            "penutupan akaun",
            "akhir tahun",
            "year end",
            "hari ini juga",
            "gaji",
            "salary",
            "salaries",
            "payroll",
            "audit negara",
            "ketua audit",
            "auditor general",
        ),
    ),
    (
        RENDAH,
        (
            "cadangan",
            "cadangkan",
            "penambahbaikan",
            "suggestion*",
            "enhancement*",
            "pertanyaan",
            "bagaimana cara",
            "macam mana cara",
            "how to",
            "how do i",
            "ejaan",
            "typo",
            "spelling",
            "minta manual",
            "mohon manual",
            "user manual",
        ),
    ),
)
"""Priority -> words that ask for it, the most pressing line first."""
MODULES: dict[str, str] = {
    "py": TINGGI,  # salaries have a day on which they are paid
    "cm": TINGGI,  # payments to the outside
    "bi": RENDAH,  # reports: nothing is at a standstill
    "dws": RENDAH,
}
"""Module -> the priority it asks for by itself. Any other asks for none."""
DENIALS = ("tidak", "tak", "bukan", "not", "no")


class Suggested(msgspec.Struct, frozen=True):
    """A priority, and what made it: the words as they stand in the complaint, the module where it counted. With
    neither, it is the usual one."""

    priority: str
    words: tuple[str, ...] = ()
    module: str | None = None


def suggested(module: str, title: str, text: str) -> Suggested:
    """What module and words ask for; the more pressing of the two."""
    asked = MODULES.get(module)
    for priority, pattern in _PATTERNS:
        found = tuple(dict.fromkeys(_found(pattern, f"{_plain(title)}\n{_plain(text)}")))
        if not found:
            continue
        if asked is None or PRIORITIES.index(priority) < PRIORITIES.index(asked):
            return Suggested(priority, found)
        return Suggested(asked, found if asked == priority else (), module)
    return Suggested(asked, (), module) if asked else Suggested(USUAL)


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    written = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in longest_first)
    return re.compile(rf"(?<!\w)(?:({'|'.join(DENIALS)}) )?({written})(?!\w)")


_PATTERNS = tuple((priority, _pattern(words)) for priority, words in WORDS)


def _found(pattern: re.Pattern[str], plain: str) -> Iterator[str]:
    for match in pattern.finditer(plain):
        if match[1] is None:
            yield match[2]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u2019", "'").casefold().split())
