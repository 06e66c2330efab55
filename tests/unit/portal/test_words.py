"""What the pages say, in both languages."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.portal.words import LANGUAGES, Words, long_date, long_day, short_date, stamp

ROOM = Path("services/portal")
WORDS = Words(ROOM / "locale")
SAID = re.compile(r"""\bt\(\s*["']([^"']+)["']\s*([),]|~)""")
CHOSEN = re.compile(r"""["']([a-z_]+(?:\.[a-zA-Z_0-9]+)+)["']""")


def written() -> list[tuple[str, str]]:
    """Every source a key may stand in, with its text."""
    paths = [*ROOM.rglob("*.html"), *ROOM.rglob("*.py")]
    return [(path.as_posix(), path.read_text()) for path in paths]


def test_both_languages_say_the_same_things() -> None:
    assert WORDS.keys("ms") == WORDS.keys("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty(language: str) -> None:
    assert [key for key in WORDS.keys(language) if not all(form.strip() for form in WORDS.forms(language, key))] == []


def test_both_languages_fill_in_the_same_facts() -> None:
    def facts(language: str, key: str) -> list[set[str]]:
        return [set(re.findall(r"{(\w+)}", form)) for form in WORDS.forms(language, key)]

    for key in WORDS.keys("ms"):
        named = facts("ms", key) + facts("en", key)
        assert all(found == named[0] for found in named), key


def test_every_key_a_template_asks_for_is_there() -> None:
    missing = []
    for path, text in written():
        for line in text.splitlines():
            for key, after in SAID.findall(line):
                # a key made of parts is one of a family, or the line itself asks whether it is known
                made = after == "~" and ("known(" in line or any(k.startswith(key) for k in WORDS.keys("ms")))
                if not made and not WORDS.has(key):
                    missing.append((path, key))
    assert missing == []


def test_every_key_chosen_among_several_is_there() -> None:
    families = {key.split(".")[0] for key in WORDS.keys("ms") if "." in key}
    parents = {key.rsplit(".", n)[0] for key in WORDS.keys("ms") for n in (1, 2)}
    missing = [
        (path, key)
        for path, text in written()
        if path.endswith(".html")
        for key in CHOSEN.findall(text)
        if key.split(".")[0] in families and not key.endswith((".html", ".css", ".js", ".svg"))
        if key not in parents and not WORDS.has(key)
    ]
    assert missing == []


def test_a_number_chooses_its_plural_and_is_written_with_its_thousands() -> None:
    assert WORDS.text("en", "err.summary", n=1) == "There is 1 error in this form"
    assert WORDS.text("en", "err.summary", n=2) == "There are 2 errors in this form"
    assert WORDS.text("ms", "err.summary", n=1) == "Terdapat 1 ralat pada borang ini"
    assert WORDS.text("ms", "read_all", n=31000) == "Baca semuanya (31,000 aksara)"


def test_an_unknown_key_shows_itself_and_breaks_nothing() -> None:
    assert WORDS.text("ms", "no.such.key", n=1) == "no.such.key"


def test_dates_are_written_as_the_office_writes_them() -> None:
    moment = datetime(2021, 1, 24, 8, 5, tzinfo=UTC)
    assert stamp(moment) == "24-01-2021 16:05"
    assert short_date(moment) == "24-01-2021"
    assert long_date(moment, "ms") == "Ahad, 24 Januari 2021"
    assert long_day(date(2021, 1, 24), "ms") == "24 Januari 2021"
    assert long_day(date(2021, 1, 24), "en") == "24 January 2021"
    assert stamp(None) == ""


def test_the_office_s_labels_are_word_for_word() -> None:
    for key, ms in {
        "ic": "No. Kad Pengenalan (tanpa -)",
        "name": "Nama Penuh",
        "dept": "Jabatan",
        "ptj": "Pusat Tanggungjawab (PTJ)",
        "module": "Modul iSPEKS",
        "subject": "Tajuk Aduan",
        "details": "Keterangan Aduan",
        "confirm": "Saya mengesahkan maklumat di atas adalah benar",
        "close.tick": "Saya ingin menutup aduan ini",
        "form.part_a": "Bahagian A : Maklumat Aduan",
        "form.part_b": "Bahagian B : Keterangan Aduan",
    }.items():
        assert WORDS.text("ms", key) == ms
