"""What of an answer is theirs: the quoted mail, the signature and what programs add are cut where a mark says where
they begin. A text that would be empty then stays whole: rather too much than nothing."""

import re
from collections.abc import Sequence

_ORIGINAL = re.compile(
    r"^[>\s]*[-_*]{2,}\s*(original message|mesej asal|mesej asli|forwarded message|mesej dimajukan|pesan asli"
    r"|original e-?mail|begin forwarded message)\s*[-_*]{2,}$|^begin forwarded message:$",
    re.I,
)
_WROTE = re.compile(
    r"^(on|pada|am|le|el|op|il|em|tarikh)\b.{6,300}\b(wrote|menulis|tulis|schrieb|a écrit|escribió|schreef|escreveu"
    r"|berkata)\s*:$",
    re.I | re.S,
)
_WROTE_LAST = re.compile(r"(wrote|menulis|schrieb|berkata)\s*:$", re.I)
_HEAD = re.compile(r"^\*?(from|dari|daripada|von|de)\*?\s*:\*?\s*\S", re.I)
_HEAD_NEXT = re.compile(r"^\*?(sent|dihantar|date|tarikh|to|kepada|subject|subjek|perkara|cc|sk|salinan)\*?\s*:", re.I)
_SIGNATURE = re.compile(r"^(-- ?|—)$")
_ADDED = re.compile(
    r"^(sent from (my |outlook|mail for|yahoo|samsung)|get outlook for |dihantar (dari|daripada|melalui) |"
    r"diperoleh outlook untuk|sent via |envoyé de mon )",
    re.I,
)
NEAR_THE_END = 6
"""Lines from the end within which what a program adds counts as its footer."""
SIGNATURE_LINES = 15
"""A longer text under the mark is no signature."""


def own_words(text: str) -> str:
    """The text without what it answers and without its footers; the whole, where nothing would be left."""
    lines = text.split("\n")
    before, after = _around(lines)
    kept = [line for line in _without_footer([*before, *after]) if not _is_quoted(line)]
    return _tidy(kept) or _tidy(lines)


def _around(lines: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """What stands before the mail that is answered, and what is written under or between its marked lines."""
    for place, line in enumerate(lines):
        bare = line.strip()
        if _ORIGINAL.match(bare):
            return lines[:place], ()
        if _HEAD.match(bare) and sum(bool(_HEAD_NEXT.match(one.strip())) for one in lines[place + 1 : place + 6]) >= 2:
            return lines[: _above_the_rule(lines, place)], ()
        both = f"{lines[place - 1].strip()} {bare}" if place else bare
        begins = place if _WROTE.match(bare) else place - 1 if _WROTE_LAST.search(bare) and _WROTE.match(both) else None
        if begins is not None:
            rest = lines[place + 1 :]
            return lines[:begins], rest if any(_is_quoted(one) for one in rest) else ()
    return lines, ()


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _above_the_rule(lines: Sequence[str], place: int) -> int:
    """Outlook draws a line above the heads of the mail it quotes."""
    above = place - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and re.fullmatch(r"[_\-=]{5,}", lines[above].strip()) else place


def _without_footer(lines: Sequence[str]) -> list[str]:
    for place, line in enumerate(lines):
        below = len(lines) - place - 1
        marked = _SIGNATURE.match(line) and below <= SIGNATURE_LINES
        added = _ADDED.match(line.strip()) and below < NEAR_THE_END
        if (marked or added) and any(one.strip() and not _is_quoted(one) for one in lines[:place]):
            return list(lines[:place])
    return list(lines)


def _tidy(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()
