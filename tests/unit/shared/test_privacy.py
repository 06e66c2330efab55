"""Sealed values stay in their place, keys rotate, and a mask shows what it may."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from shared.privacy import (
    Keyring,
    Unsealable,
    blind_index,
    mask_email,
    mask_ic,
    mask_phone,
    parse_key,
    parse_keys,
)
from tests.support.keys import key

OLD, NEW = f"1:{key('old')}", f"2:{key('new')}"
NUMBER = "HD-2026-000123-C"


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(some.text(max_size=200))
def test_what_was_sealed_opens_in_its_place(text: str) -> None:
    ring = Keyring(OLD)
    assert ring.open(ring.seal(text, about=NUMBER, field="email"), about=NUMBER, field="email") == text


def test_a_sealed_value_shows_nothing_and_never_looks_the_same_twice() -> None:
    ring = Keyring(OLD)
    one, other = (ring.seal("800101990001", about=NUMBER, field="ic") for _ in range(2))
    assert "800101990001" not in one
    assert one != other


@pytest.mark.parametrize(
    ("about", "field"), [("HD-2026-000124-A", "ic"), (NUMBER, "phone"), (f"{NUMBER}|ic", ""), ("", "")]
)
def test_a_sealed_value_cannot_be_moved_to_another_place(about: str, field: str) -> None:
    ring = Keyring(OLD)
    with pytest.raises(Unsealable):
        ring.open(ring.seal("800101990001", about=NUMBER, field="ic"), about=about, field=field)


def test_after_a_rotation_the_newest_key_seals_and_the_old_one_still_opens() -> None:
    before, after = Keyring(OLD), Keyring(f"{OLD},{NEW}")
    old = before.seal("a@b.my", about=NUMBER, field="email")
    new = after.seal("a@b.my", about=NUMBER, field="email")
    assert (old.partition(".")[0], new.partition(".")[0]) == ("1", "2")
    assert after.open(old, about=NUMBER, field="email") == after.open(new, about=NUMBER, field="email") == "a@b.my"
    with pytest.raises(Unsealable):
        before.open(new, about=NUMBER, field="email")


def test_once_the_old_key_is_gone_what_it_sealed_stays_shut() -> None:
    sealed = Keyring(OLD).seal("a@b.my", about=NUMBER, field="email")
    with pytest.raises(Unsealable):
        Keyring(NEW).open(sealed, about=NUMBER, field="email")


@pytest.mark.parametrize("garbage", ["", "1", "1.", "1.AAAA", "1.####", "1.A", "9.AAAA", "no sealed value", "1.é"])
def test_what_was_never_sealed_is_unsealable_and_no_crash(garbage: str) -> None:
    with pytest.raises(Unsealable):
        Keyring(OLD).open(garbage, about=NUMBER, field="ic")


def test_one_flipped_bit_is_noticed() -> None:
    ring = Keyring(OLD)
    sealed = ring.seal("800101990001", about=NUMBER, field="ic")
    flipped = sealed[:10] + ("A" if sealed[10] != "A" else "B") + sealed[11:]
    with pytest.raises(Unsealable):
        ring.open(flipped, about=NUMBER, field="ic")


def test_a_blind_index_is_equal_for_equals_and_differs_by_key_and_purpose() -> None:
    one, other = parse_key(key("one")), parse_key(key("other"))
    assert blind_index(one, "ic", "800101990001") == blind_index(one, "ic", "800101990001")
    assert len({blind_index(k, p, "800101990001") for k in (one, other) for p in ("ic", "staff")}) == 4


def test_keys_are_32_bytes_with_or_without_padding() -> None:
    assert parse_keys(f"1:{key('a')}=, 2:{key('b')}") == {"1": parse_key(key("a")), "2": parse_key(key("b"))}
    for short in ("", "AAAA", "1"):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, it must not start
            parse_key(short)


def test_masks_show_the_end_of_an_ic_and_phone_and_where_a_mail_goes() -> None:
    assert mask_ic("800101990001") == "******-**-0001"
    assert mask_phone("+60123456789") == "+60 *** *789"
    assert mask_email("aminah@kelantan.gov.my") == "a***@kelantan.gov.my"
