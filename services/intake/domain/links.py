"""A request for tracking links: by IC or by number, answered the same whether it finds anything or not."""

from dataclasses import dataclass

from services.intake.domain import numbers, people
from services.intake.domain.filing import LANGUAGES
from services.intake.domain.texts import CHOOSE, REQUIRED, Sieve, is_blank
from shared.errors import Text
from shared.events.intake import TrackingLinkRequested

ONE_OF_TWO = Text("Isi No. Kad Pengenalan atau No. Aduan, bukan kedua-duanya", "Give the IC or the number, not both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whose links are asked for: exactly one of the two is given."""

    ic: str | None
    number: str | None
    language: str


def judge_wanted(*, ic: str | None, number: str | None, language: str) -> Wanted:
    """Raises `Invalid` unless exactly one is given, and well-formed."""
    sieve = Sieve()
    by_ic, by_number = (given is not None and not is_blank(given) for given in (ic, number))
    if by_ic and by_number:
        sieve.wrong("number", "one_of_two", ONE_OF_TWO)
    if not by_ic and not by_number:
        sieve.wrong("ic", "required", REQUIRED)
    if language not in LANGUAGES:
        sieve.wrong("language", "choose", CHOOSE)
    wanted = Wanted(
        ic=sieve.read("ic", ic, people.ic, "") if by_ic else None,
        number=sieve.read("number", number, numbers.number, "") if by_number else None,
        language=language,
    )
    sieve.settle()
    return wanted


def requested(wanted: Wanted, ic_index: str | None) -> TrackingLinkRequested:
    """What is said of the request; the IC only as its blind index."""
    return TrackingLinkRequested(number=wanted.number, ic_index=ic_index, language=wanted.language)
