"""Reply addresses: what they say, and that nobody else can make one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.numbers import complaint_number
from shared.errors import Unknown
from shared.reply_tokens import MAILBOX_LENGTH, Replying, ReplyTokens, checked_mailbox, reply_address
from tests.support.keys import key

TOKENS = ReplyTokens(f"1:{key('reply')}")
NUMBER, STAFF, ADDRESS = "HD-2026-000123-H", "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a", "aminah@example.test"
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


@given(st.integers(2000, 2127), st.integers(0, 999_999_999), st.one_of(st.none(), st.uuids()))
def test_a_token_says_what_it_was_made_of(year: int, sequence: int, staff: object) -> None:
    number, person = complaint_number(year, sequence), str(staff) if staff else None
    said = TOKENS.check(TOKENS.make(number, person, ADDRESS))
    assert (said.number, said.staff) == (number, person)
    assert TOKENS.is_for(said, ADDRESS)


@pytest.mark.parametrize("staff", [None, STAFF])
def test_it_fits_a_local_part_and_survives_a_change_of_case(staff: str | None) -> None:
    token = TOKENS.make(NUMBER, staff, ADDRESS)
    address = reply_address("h" * MAILBOX_LENGTH + "@example.test", token)
    assert len(address.partition("@")[0]) <= 64
    assert TOKENS.check(token.upper()) == TOKENS.check(token)


@pytest.mark.parametrize("staff", [None, STAFF])
def test_no_single_sign_may_be_another(staff: str | None) -> None:
    token = TOKENS.make(NUMBER, staff, ADDRESS)
    for place in range(1, len(token)):
        for letter in (LETTERS[(LETTERS.index(token[place]) + 1) % 32], LETTERS[LETTERS.index(token[place]) ^ 16]):
            with pytest.raises(Unknown):
                TOKENS.check(token[:place] + letter + token[place + 1 :])


def test_who_has_another_key_makes_nothing_that_passes() -> None:
    forged = ReplyTokens(f"1:{key('forged')}")
    for staff in (None, STAFF):
        with pytest.raises(Unknown):
            TOKENS.check(forged.make(NUMBER, staff, ADDRESS))


@pytest.mark.parametrize("token", ["", "1", "x" * 30, "2" + "a" * 29, "1" + "a" * 29, "1" + "a" * 54, "1" + "ä" * 29])
def test_what_is_none_opens_nothing(token: str) -> None:
    with pytest.raises(Unknown):
        TOKENS.check(token)


def test_it_is_for_the_address_it_was_sent_to_however_that_is_written_and_for_no_other() -> None:
    said = TOKENS.check(TOKENS.make(NUMBER, None, ADDRESS))
    assert TOKENS.is_for(said, " Aminah@Example.TEST ")
    assert not TOKENS.is_for(said, "aminah@example.tes")


def test_after_a_rotation_the_older_key_still_opens_until_it_is_taken_away() -> None:
    both = ReplyTokens(f"1:{key('reply')},2:{key('reply-2')}")
    older, newer = TOKENS.make(NUMBER, STAFF, ADDRESS), both.make(NUMBER, STAFF, ADDRESS)
    for token in (older, newer):
        said = both.check(token)
        assert (said.number, said.staff, both.is_for(said, ADDRESS)) == (NUMBER, STAFF, True)
    with pytest.raises(Unknown):
        ReplyTokens(f"2:{key('reply-2')}").check(older)


@pytest.mark.parametrize("mailbox", ["helpdesks@a.example", "a+b@c.example", "helpdesk", "a@b@c", "@a.example"])
def test_a_mailbox_that_a_token_does_not_fit_beside_is_refused_at_start(mailbox: str) -> None:
    with pytest.raises(ValueError, match="REPLY_MAILBOX"):
        checked_mailbox(mailbox)
    assert [checked_mailbox(one) for one in ("", "helpdesk@a.example")] == ["", "helpdesk@a.example"]


def test_a_key_by_a_long_name_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="one letter"):
        ReplyTokens(f"10:{key('reply')}")
    with pytest.raises(ValueError, match="number"):
        TOKENS.make("HD-26-1", None, ADDRESS)
    assert Replying(NUMBER, None, 1) != Replying(NUMBER, STAFF, 1)
