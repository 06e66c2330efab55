"""Who could take a complaint: the module's team who are there, whoever stands in for one of it, then the rest."""

from datetime import date
from typing import Any

from services.workflow.domain.routing import Candidate, chosen, suggested
from shared.events.complaint import Person


def pic(id: str, *, load: int = 0, team: bool = False, deputy: str | None = None, **more: Any) -> Candidate:
    """A PIC named after their id; one with a deputy is absent."""
    away: dict[str, Any] = {}
    if deputy is not None:
        away = {"absent": True, "until": date(2026, 3, 5), "deputy": Person(id=deputy, name=deputy)}
    return Candidate(id=id, name=id, load=load, modules=(), of_module=team, **away | more)


def order(*candidates: Candidate) -> list[str]:
    return [one.id for one in suggested(candidates)]


def test_the_team_comes_before_all_others_whatever_it_holds() -> None:
    assert order(pic("idle"), pic("busy", load=40, team=True)) == ["busy", "idle"]


def test_in_the_team_whoever_holds_least_comes_first() -> None:
    assert order(pic("a", load=3, team=True), pic("b", load=1, team=True), pic("c", load=2, team=True)) == [
        "b",
        "c",
        "a",
    ]


def test_equals_stand_by_name() -> None:
    assert order(pic("siti", team=True), pic("azman", team=True)) == ["azman", "siti"]


def test_a_deputy_comes_before_the_absent_and_before_strangers() -> None:
    assert order(
        pic("stranger"),
        pic("absent", team=True, deputy="deputy"),
        pic("deputy", load=9),
        pic("there", load=8, team=True),
    ) == ["there", "deputy", "absent", "stranger"]


def test_a_deputy_who_is_absent_too_stands_in_for_nobody() -> None:
    away = pic("deputy", deputy="third")
    assert order(pic("absent", team=True, deputy="deputy"), away, pic("third", load=1)) == ["absent", "third", "deputy"]


def test_the_rule_picks_only_who_is_there_for_the_team() -> None:
    assert chosen([], "gl") is None
    assert chosen([pic("stranger")], "gl") is None
    assert chosen([pic("absent", team=True, absent=True), pic("stranger")], "gl") is None
    picked = chosen([pic("a", load=2, team=True), pic("b", load=1, team=True), pic("stranger")], "gl")
    assert picked is not None
    assert picked[0].id == "b"


def test_what_the_rule_went_by_is_told() -> None:
    picked = chosen([pic("absent", team=True, deputy="deputy"), pic("deputy", load=7)], "gl")
    assert picked is not None
    best, why = picked
    assert (best.id, why.rule, why.module, why.team, why.load) == ("deputy", "routing", "gl", 1, 7)
    assert [one.id for one in why.absent] == ["absent"]
    assert why.stands_in_for == Person(id="absent", name="absent")


def test_a_member_of_the_team_stands_for_themselves() -> None:
    picked = chosen([pic("absent", team=True, deputy="there"), pic("there", team=True)], "gl")
    assert picked is not None
    assert picked[1].stands_in_for is None
