"""A complainant's words and claims, judged for shape; and a request for links."""

from typing import Any

import pytest

from services.intake.domain import links, thread
from services.intake.domain.robot import RobotCheck
from services.intake.domain.texts import Sieve
from shared.errors import Invalid

IC = "800101990001"


def words(action: str | None, text: str | None, attachments: tuple[str, ...] = ()) -> dict[str, str]:
    sieve = Sieve()
    thread.judge_words(action=action, text=text, attachments=attachments, sieve=sieve)
    return {error.field: error.code for error in sieve.errors}


@pytest.mark.parametrize("action", ["answer", "not_solved", "reopen"])
def test_every_action_but_close_needs_words(action: str) -> None:
    assert words(action, None) == {"text": "required"}
    assert words(action, " ") == {"text": "required"}
    assert words(action, "Masih berlaku") == {}


def test_closing_needs_no_words_but_takes_them() -> None:
    assert words("close", None) == {}
    sieve = Sieve()
    assert thread.judge_words(action="close", text="Terima kasih", attachments=(), sieve=sieve).text == "Terima kasih"


@pytest.mark.parametrize("action", ["assign", "rate", "seal", ""])
def test_staff_actions_are_not_a_complainants(action: str) -> None:
    assert "action" in words(action, "x")


def test_up_to_five_different_files_may_be_named() -> None:
    named = ("a", "b", "c", "d", "e")
    assert words("answer", "x", named) == {}
    assert words("answer", "x", (*named, "f")) == {"attachments": "too_many"}
    assert words("answer", " ", ("a", "a")) == {"text": "required", "attachments": "named_twice"}


@pytest.mark.parametrize(("score", "code"), [(0, "score"), (6, "score"), (None, "required")])
def test_a_score_is_one_to_five(score: int | None, code: str) -> None:
    sieve = Sieve()
    thread.judge_rating(score=score, comment=None, sieve=sieve)
    assert [(error.field, error.code) for error in sieve.errors] == [("score", code)]


def test_a_rating_carries_its_comment_as_text() -> None:
    sieve = Sieve()
    rating = thread.judge_rating(score=5, comment="Cepat", sieve=sieve)
    event = thread.acted(rating, number="HD-2026-000123-H", message="m", proof=thread.LINK)
    assert sieve.errors == []
    assert (event.action, event.text, event.score) == ("rate", "Cepat", 5)


def test_a_claim_without_link_needs_ic_and_name() -> None:
    sieve = Sieve()
    thread.judge_claim(ic=None, name="", robot=RobotCheck("wrong"), sieve=sieve)
    assert {error.field for error in sieve.errors} == {"ic", "name", "altcha"}


def test_bin_and_binti_do_not_make_another_person() -> None:
    assert thread.same_name("Aminah binti Ismail", "aminah ismail")
    assert not thread.same_name("Aminah binti Ismail", "Aminah binti Ismal")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, {"ic": "required"}),
        ({"ic": "1"}, {"ic": "ic"}),
        ({"number": "HD-1"}, {"number": "number"}),
        ({"ic": IC, "number": "HD-2026-000123-H"}, {"number": "one_of_two"}),
        ({"ic": IC, "language": "zh"}, {"language": "choose"}),
    ],
)
def test_a_malformed_request_for_links_is_refused(given: dict[str, Any], said: dict[str, str]) -> None:
    with pytest.raises(Invalid) as invalid:
        links.judge_wanted(**{"ic": None, "number": None, "language": "ms", **given})
    assert {error.field: error.code for error in invalid.value.errors} == said


def test_links_are_wanted_by_one_of_the_two_put_right() -> None:
    assert links.judge_wanted(ic="800101-99-0001", number="", language="en").ic == IC
    assert links.judge_wanted(ic=None, number="hd 2026 000123 h", language="ms").number == "HD-2026-000123-H"
