"""Every page in both languages: every sentence is there, in that language, and dates are as the office writes them."""

import asyncio
import re
from pathlib import Path

import pytest

from services.portal.words import LANGUAGES, Words
from tests.unit.portal.outside import FORM
from tests.unit.portal.walk import Shown, Walk, walked

ROOM = Path("services/portal")
WORDS = Words(ROOM / "locale")
DATE = re.compile(r"\d\d-\d\d-\d{4}( \d\d:\d\d)?")
FOREIGN_DATES = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{1,2}:\d\d ?[AP]M\b|T\d\d:\d\d:")
"""How everybody else writes a date."""
LONG_DATES = {
    "ms": "Januari Februari Mac April Mei Jun Julai Ogos September Oktober November Disember",
    "en": "January February March April May June July August September October November December",
}
NAMES = {one["name"] for one in FORM["departments"]} | {p["name"] for one in FORM["departments"] for p in one["ptj"]}
"""What the office's lists are called in any language; one of its departments is the treasury itself."""


@pytest.fixture(scope="module", params=LANGUAGES)
def walk(request: pytest.FixtureRequest) -> Walk:
    """The whole portal in that language."""
    return asyncio.run(walked(request.param))


def other(language: str) -> str:
    return next(one for one in LANGUAGES if one != language)


def pattern(sentence: str) -> re.Pattern[str]:
    """What the sentence looks like on a page, whatever is filled in."""
    parts = [re.escape(part) for part in re.split(r"{\w+}", sentence)]
    return re.compile(".+".join(parts))


def of_the_other(language: str) -> tuple[set[str], list[re.Pattern[str]]]:
    """Sentences that only the other language says; those with facts in them as patterns."""
    ours = {form for key in WORDS.keys(language) for form in WORDS.forms(language, key)}
    plain, filled = set(), []
    for key in WORDS.keys(other(language)):
        for form in WORDS.forms(other(language), key):
            if form in ours or sum(letter.isalpha() for letter in re.sub(r"{\w+}", "", form)) < 4:
                continue
            if "{" in form:
                filled.append(pattern(form))
            else:
                plain.add(form)
    return plain, filled


def test_no_page_shows_the_name_of_a_sentence_in_its_place(walk: Walk) -> None:
    assert walk.missing == set()
    keys = {key for key in WORDS.keys(walk.language) if "." in key}
    assert [(page.path, words) for page in walk.pages for words in page.says if words.strip(" :") in keys] == []


def test_what_is_not_there_is_not_written_out(walk: Walk) -> None:
    empty = re.compile(r"\bNone\b|\bundefined\b|\bnan\b|\{\w+\}")
    ours = {form for key in WORDS.keys(walk.language) for form in WORDS.forms(walk.language, key)}
    assert [
        (one.path, words) for one in walk.pages for words in one.says if empty.search(words) and words not in ours
    ] == []


def test_no_page_speaks_the_other_language(walk: Walk) -> None:
    plain, filled = of_the_other(walk.language)

    def strange(words: str) -> bool:
        bare = words.strip(" :·,.;()")
        if {words, bare} & NAMES:
            return False
        return words in plain or bare in plain or any(one.fullmatch(words) for one in filled)

    said = {words: page.path for page in walk.pages for words in page.says}
    assert {words: path for words, path in said.items() if strange(words)} == {}


def test_every_page_says_which_language_it_is_in(walk: Walk) -> None:
    def right(page: Shown) -> bool:
        whole = page.html.lstrip().startswith("<!doctype")
        named = page.lang == walk.language if whole else page.lang == ""
        # only the switch speaks the other one, and says so
        return named and page.header == walk.language and {one for one, _ in page.strange} <= {other(walk.language)}

    assert [(page.path, page.lang, page.header, page.strange) for page in walk.pages if not right(page)] == []


def test_dates_are_as_the_office_writes_them(walk: Walk) -> None:
    times = {words for page in walk.pages for words in page.times}
    assert [words for words in times if not DATE.fullmatch(words)] == []
    assert len(times) > 2
    said = {words for page in walk.pages for words in page.says}
    assert [words for words in said if FOREIGN_DATES.search(re.sub(r"HD-\d{4}-\d{6}-\w", "", words))] == []
    months = re.compile(rf"\b(?:{LONG_DATES[other(walk.language)].replace(' ', '|')})\b")
    days = [words for words in said if re.search(r"\d \w+ \d{4}", words)]
    assert days != []
    both = set(LONG_DATES["ms"].split()) & set(LONG_DATES["en"].split())
    wrong = [words for words in days if (found := months.search(words)) and found[0] not in both]
    assert wrong == []


def test_every_page_was_looked_at(walk: Walk) -> None:
    folder = ROOM / "templates"
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    mine = {name for name in there if not re.search(rf"\.{other(walk.language)}\.html$", name)}
    assert mine - walk.templates == set()


def test_every_sentence_is_said_somewhere(walk: Walk) -> None:
    sources = "\n".join(path.read_text() for kind in ("*.html", "*.py") for path in ROOM.rglob(kind))
    written = set(re.findall(r"""["']([a-z_]+(?:\.[A-Za-z0-9_-]+)*)["']""", sources))
    assert sorted(WORDS.keys(walk.language) - walk.keys - written) == []
