"""IC, phone, e-mail and names, as people type them."""

import unicodedata

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.intake.domain import people
from services.intake.domain.texts import Wrong


@pytest.mark.parametrize(
    "typed",
    ["800101990001", "800101-99-0001", " 800101 99 0001 ", "800101\u201399\u20130001", "８００１０１９９０００１"],
)
def test_an_ic_is_kept_as_twelve_digits(typed: str) -> None:
    assert people.ic(typed) == "800101990001"


@pytest.mark.parametrize("place", ["01", "03", "16", "59", "60", "71", "82", "93", "98", "99"])
def test_every_place_on_a_card_is_accepted(place: str) -> None:
    assert people.ic(f"800101{place}0001") == f"800101{place}0001"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "80010199000",
        "8001019900011",
        "80010199000A",
        "800101*990001",
        "990230990001",
        "801301990001",
        "800101000001",
        "800101170001",
        "８００１０１９９０００",
        "٨٠٠١٠١٩٩٠٠٠١",
    ],
)
def test_what_is_no_ic(typed: str) -> None:
    with pytest.raises(Wrong) as wrong:
        people.ic(typed)
    assert wrong.value.text == ("No. Kad Pengenalan mesti 12 digit yang sah", "Enter a valid 12-digit IC number")


@given(st.from_regex(r"0[1-9][0-9]{7,9}", fullmatch=True))
def test_a_number_as_it_is_dialled_at_home_is_read_as_the_library_reads_it(typed: str) -> None:
    assert people._dialled(typed) == phonenumbers.parse(typed, "MY")


@pytest.mark.parametrize(
    ("typed", "kept", "is_mobile"),
    [
        ("012-345 6789", "+60123456789", True),
        ("0123456789", "+60123456789", True),
        ("60123456789", "+60123456789", True),
        ("+60 12-345 6789", "+60123456789", True),
        ("(012) 345.6789", "+60123456789", True),
        ("０１２３４５６７８９", "+60123456789", True),
        ("011-1234 5678", "+601112345678", True),
        ("09-748 1957", "+6097481957", False),
    ],
)
def test_a_phone_is_kept_as_the_world_dials_it(typed: str, kept: str, is_mobile: bool) -> None:
    assert people.phone(typed) == people.Phone(kept, is_mobile)


@pytest.mark.parametrize(
    "typed",
    [
        "123456",
        "0139",
        "011-123 4567",
        "014-123 4567",
        "015-4812 0000",
        "1-800-88-8888",
        "1-800-FLOWERS",
        "+65 6123 4567",
        "012-345 6789 ext 5",
        "tel:0123456789",
        "0" * 100,
    ],
)
def test_what_is_no_malaysian_phone(typed: str) -> None:
    with pytest.raises(Wrong) as wrong:
        people.phone(typed)
    assert wrong.value.text == ("Sila masukkan no. telefon Malaysia yang sah", "Enter a valid Malaysian phone number")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("aminah@kelantan.gov.my", "aminah@kelantan.gov.my"),
        (" aminah.ismail+helpdesk@Kelantan.GOV.my ", "aminah.ismail+helpdesk@kelantan.gov.my"),
        ("A_B'C@x-y.example", "A_B'C@x-y.example"),
        (f"{'a' * 64}@example.test", f"{'a' * 64}@example.test"),
    ],
)
def test_an_address_keeps_its_left_side(typed: str, kept: str) -> None:
    assert people.email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "aminah",
        "@example.test",
        "aminah@",
        "aminah@localhost",
        "aminah@@example.test",
        "aminah@exam ple.test",
        "aminah@example..test",
        "aminah@-example.test",
        ".aminah@example.test",
        "ami..nah@example.test",
        "aminah@exämple.test",
        "amināh@example.test",
        "aminah@example.test\r\nBcc: x@example.test",
        "aminah@example.test, x@example.test",
        "Aminah <aminah@example.test>",
        f"{'a' * 65}@example.test",
        f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.test",
    ],
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(Wrong):
        people.email(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Aminah binti Ismail", "AMINAH BINTI ISMAIL"),
        ("Aminah binti Ismail", "  aminah   ismail "),
        ("Muthu a/l Samy", "MUTHU SAMY"),
        ("Devi A / P Raju", "Devi A/P Raju"),
        ("Nor'aini bt. Ali", "NORAINI BT ALI"),
        ("Nor\u2019aini Ali", "Nor'aini Ali"),
        ("Mohd. Ali", "Mohd Ali"),
        ("Ahmad @ Mat bin Daud", "Ahmad Mat Daud"),
        ("Siti-Aminah", "Siti Aminah"),
        ("Ａｍｉｎａｈ", "aminah"),
        ("Jose\u0301", "José"),
        ("أمينة\u200f بنت إسماعيل", "أمينة بنت إسماعيل"),
    ],
)
def test_names_the_office_takes_for_one(one: str, other: str) -> None:
    assert people.folded(one) == people.folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Aminah Ismail", "Aminah Ismal"), ("Binti", "Bintang"), ("Ali bin Abu", "Abu bin Ali")]
)
def test_names_the_office_tells_apart(one: str, other: str) -> None:
    assert people.folded(one) != people.folded(other)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_folding_a_name_twice_changes_nothing(text: str) -> None:
    once = people.folded(text)
    assume(unicodedata.normalize("NFKC", once).upper() == once)
    assert people.folded(once) == once


@given(st.lists(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8), min_size=1, max_size=5))
def test_case_and_blanks_never_matter(words: list[str]) -> None:
    assert people.folded(" ".join(words)) == people.folded("  ".join(words).upper())


@pytest.mark.parametrize("typed", ["...", "bin", "A/L", "12345", "\u202e", "a\nb", "a\0b", "x" * 201])
def test_what_is_no_name(typed: str) -> None:
    with pytest.raises(Wrong):
        people.name(typed)


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "أمينة", "அமீனா", "Aminah 😀", "Ami\u202enah", "Bo'; drop table event; --"]
)
def test_a_name_is_kept_as_it_was_typed(typed: str) -> None:
    assert people.name(typed) == typed
