"""Which passwords are refused, and how a browser is called."""

import pytest

from services.workflow.domain.browsers import browser_name
from services.workflow.domain.passwords import faults

IC, NAME = "800101990001", "Azman bin Yusof"


def said(password: str) -> list[str]:
    return [fault.code for fault in faults(password, ic=IC, name=NAME)]


@pytest.mark.parametrize(
    "password",
    [
        "kuda laut hijau",
        "lima-gajah-biru",
        "Azman suka durian musang",
        "pqz7-mmtw-4hjs",
        "ஆனை ஐந்து நீலம்",
        "🐘🐳🦔🐢🐙🦀🐡abc",
    ],
)
def test_whatever_is_long_and_not_to_be_guessed_is_a_password(password: str) -> None:
    assert said(password) == []


@pytest.mark.parametrize("password", ["", "pendek", "123456789", "a" * 257])
def test_a_password_has_ten_signs_at_least_and_256_at_most(password: str) -> None:
    assert said(password) in (["too_short"], ["too_long"])


@pytest.mark.parametrize("password", [IC, "800101-99-0001", "ic 800101 99 0001!"])
def test_the_ic_is_no_password_however_it_is_written(password: str) -> None:
    assert said(password) == ["is_ic"]


@pytest.mark.parametrize("password", ["AzmanBinYusof", "azman yusof", "yusof.azman1", "Azman@2026!!!"])
def test_the_name_is_no_password_with_a_year_behind_it_either(password: str) -> None:
    assert said(password) == ["is_name"]


@pytest.mark.parametrize(
    "password",
    [
        *("1234567890", "0987654321", "qwertyuiop", "1q2w3e4r5t", "aaaaaaaaaa", "abababababab", "abcdabcdabcd"),
        *(
            "Password123",
            "P@ssword2026",
            "kata-laluan",
            "KataLaluan2026!",
            "malaysia2026",
            "123kelantan123",
            "...........",
        ),
    ],
)
def test_the_commonest_passwords_are_refused(password: str) -> None:
    assert said(password) == ["too_common"]


def test_what_is_wrong_is_said_in_both_languages_at_the_field_it_was_typed_in() -> None:
    (fault,) = faults("pendek", ic=IC, name=NAME, field="new")
    assert (fault.field, fault.text.ms, fault.text.en) == (
        "new",
        "Sekurang-kurangnya 10 aksara",
        "At least 10 characters",
    )


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
            "Chrome, Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Mobile Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; SM-A145F) SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36",
            "Samsung Internet, Android",
        ),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_as_its_owner_would_call_it(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
