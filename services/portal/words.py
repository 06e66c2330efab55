"""What the pages say, in Malay and in English, and how they write dates.

Catalogues (`locale/ms.po`, `locale/en.po`; a part of the portal may add its own, `staff.ms.po`) are read as they are at
start: there is no compile step to forget.
Keys are names, never the sentences themselves, so that a reworded sentence is one line in one file.
"""

import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from shared import logs

LANGUAGES = ("ms", "en")
DEFAULT = "ms"
OFFICE = ZoneInfo("Asia/Kuala_Lumpur")


class Words:
    """Both catalogues."""

    def __init__(self, folder: Path) -> None:
        self._sentences: dict[str, dict[str, tuple[str, ...]]] = {}
        self._locales = {language: Locale.parse(language) for language in LANGUAGES}
        for language in LANGUAGES:
            self._sentences[language] = {}
            for path in sorted(folder.glob(f"*{language}.po")):
                with path.open("rb") as file:
                    catalogue = read_po(file, locale=language)
                self._sentences[language].update(_sentence(message) for message in catalogue if message.id)
        self._log = logs.get("words")

    def keys(self, language: str) -> frozenset[str]:
        """Every key of that language's catalogue."""
        return frozenset(self._sentences[language])

    def forms(self, language: str, key: str) -> tuple[str, ...]:
        """The sentence of `key`, or its plural forms, as written in the catalogue."""
        return self._sentences[language][key]

    def has(self, key: str) -> bool:
        """Whether there is a sentence for `key`."""
        return key in self._sentences[DEFAULT]

    def text(self, language: str, key: str, /, **values: object) -> str:
        """The sentence for `key`; `n` chooses the plural. An unknown key shows itself and is logged, never a fault."""
        forms = self._sentences[language].get(key)
        if forms is None:
            self._log.error("words_missing", key=key, language=language)
            return key
        n = values.get("n")
        one = len(forms) > 1 and isinstance(n, int) and self._locales[language].plural_form(n) == "one"
        sentence = forms[0] if one else forms[-1]
        if isinstance(n, int):
            values["n"] = format_decimal(n, locale=language)
        return sentence.format_map(values) if values else sentence


def _sentence(message: Message) -> tuple[str, tuple[str, ...]]:
    """Key and forms of one entry of a catalogue: a key with a plural has as many forms as its language counts."""
    key = message.id if isinstance(message.id, str) else message.id[0]
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return key, tuple(str(form or "") for form in forms)


def stamp(moment: datetime | None) -> str:
    """`24-01-2021 16:05`, by the clock on the office's wall."""
    return moment.astimezone(OFFICE).strftime("%d-%m-%Y %H:%M") if moment else ""


_STAMP = re.compile(r"\d\d-\d\d-\d{4}(?: \d\d:\d\d)?")


def unbroken(words: str) -> Markup:
    """The sentence with its dates kept from being broken over two lines."""
    return Markup(_STAMP.sub(lambda found: f'<span class="number">{found[0]}</span>', str(escape(words))))  # noqa: S704 - escaped


def short_date(moment: datetime | None) -> str:
    """`24-01-2021`."""
    return moment.astimezone(OFFICE).strftime("%d-%m-%Y") if moment else ""


def long_date(moment: date | None, language: str) -> str:
    """`Ahad, 24 Januari 2021`: for a day somebody has to keep. Of a moment, its day at the office."""
    day = moment.astimezone(OFFICE) if isinstance(moment, datetime) else moment
    return format_date(day, "EEEE, d MMMM y", locale=language) if day else ""


def long_day(day: date, language: str) -> str:
    """`24 Januari 2021`: for a day that is only told."""
    return format_date(day, "d MMMM y", locale=language)
