"""Who could take a complaint: an order over PICs, by team, by who is there, by what is on their desk. Pure."""

from collections.abc import Iterable
from datetime import date

import msgspec

from shared.events.complaint import Person, Routed

RULE = "routing"


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An active PIC, as far as handing out needs to know them."""

    id: str
    name: str
    load: int
    """Open complaints they hold."""
    modules: tuple[str, ...]
    of_module: bool
    """In the team of the complaint's module."""
    absent: bool = False
    until: date | None = None
    """The last day of the absence."""
    deputy: Person | None = None
    """Who stands in for them meanwhile."""
    stands_in_for: Person | None = None
    """The absent member of the team whom they stand in for."""

    @property
    def person(self) -> Person:
        """As events name them."""
        return Person(id=self.id, name=self.name)

    @property
    def for_the_team(self) -> bool:
        """Of the team and there, or there for one of the team."""
        return not self.absent and (self.of_module or self.stands_in_for is not None)


def suggested(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The best choice first: the team's who are there, deputies of the team's absent, the team's absent, the others who
    are there, the others; among equals whoever holds least."""
    known = list(candidates)
    absent = {one.deputy.id: one.person for one in known if one.of_module and one.absent and one.deputy}
    stood_in = [msgspec.structs.replace(one, stands_in_for=absent.get(one.id)) for one in known]
    return sorted(stood_in, key=lambda one: (_rank(one), one.load, one.name, one.id))


def _rank(one: Candidate) -> int:
    if one.of_module:
        return 2 if one.absent else 0
    if one.stands_in_for is not None and not one.absent:
        return 1
    return 4 if one.absent else 3


def chosen(candidates: Iterable[Candidate], module: str) -> tuple[Candidate, Routed] | None:
    """Whom the rule picks by itself, and why: only somebody who is there, of the module's team or for one of it."""
    order = suggested(candidates)
    best = order[0] if order and order[0].for_the_team else None
    if best is None:
        return None
    team = [one for one in order if one.of_module]
    return best, Routed(
        rule=RULE,
        module=module,
        team=len(team),
        load=best.load,
        absent=tuple(one.person for one in team if one.absent),
        stands_in_for=None if best.of_module else best.stands_in_for,
    )
