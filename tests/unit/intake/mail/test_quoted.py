"""What of an answer is theirs: the mail that is answered and what programs add go, and words of theirs never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.mail.quoted import own_words

OWN = "Masih sama.\n\nTerima kasih,\nAminah"


@pytest.mark.parametrize(
    "below",
    [
        "On Tue, 3 Mar 2026 at 10:05, Helpdesk <x@example.my> wrote:\n> Sila cuba\n> semula",
        "Pada Sel, 3 Mac 2026 10:05, Helpdesk iSPEKS <x@example.my> menulis:\n\n> Sila cuba",
        "On Tue, 3 Mar 2026 at 10:05, Helpdesk iSPEKS <\nhelpdesk+1abc@example.my> wrote:\n> Sila cuba",
        "Pada 3 Mac 2026, Helpdesk menulis:\nSila cuba semula tanpa tanda",
        "-----Original Message-----\nFrom: x\nSila cuba",
        "----- Mesej Asal -----\nDari: x\nSila cuba",
        "________________________________\nFrom: Helpdesk <x@b.my>\nSent: Tuesday\nTo: Aminah\nSubject: Aduan\n\nx",
        "Dari: Helpdesk <x@example.my>\nDihantar: Selasa\nKepada: Aminah\nSubjek: Aduan\n\nSila cuba",
        "*From:* Helpdesk\n*Sent:* Tuesday\n*To:* Aminah\n*Subject:* Aduan\n\nSila cuba",
        "Begin forwarded message:\n\nFrom: x",
        "> Sila cuba\n> semula",
        "-- \nAminah binti Ismail\nPTJ 101",
        "Sent from my iPhone",
        "Dihantar daripada Samsung Galaxy saya",
        "Get Outlook for Android<https://aka.ms/x>",
    ],
)
def test_what_is_not_theirs_is_cut(below: str) -> None:
    assert own_words(f"{OWN}\n\n{below}\n") == OWN


def test_words_under_and_between_quoted_lines_stay() -> None:
    text = "On 3 Mar 2026, Helpdesk wrote:\n> Sudah cuba?\nSudah.\n> Versi?\n2.1\n"
    assert own_words(text) == "Sudah.\n2.1"


@pytest.mark.parametrize(
    "text",
    [
        "> semua ini dipetik",
        "Sent from my iPhone",
        "--\nAminah",
        "On 3 Mar 2026, Helpdesk wrote:\nhanya ini",
    ],
)
def test_where_nothing_would_be_left_nothing_is_cut(text: str) -> None:
    assert own_words(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "From: saya mahu tanya\nBila siap?",
        "Dari: pejabat, saya dapati ralat.\nSila semak.",
        "On Monday I wrote: it does not work.\nStill so.",
        "Langkah:\n--\nsatu\n" + "\n".join(f"baris {n}" for n in range(20)),
        "Harga 5 > 4 dan a -- b",
        "Sent from my desk to the bank:\n" + "\n".join(str(n) for n in range(10)),
    ],
)
def test_words_that_only_look_like_a_mark_stay(text: str) -> None:
    assert own_words(text) == text


@given(st.text(max_size=600))
def test_there_is_always_something_left_of_something(text: str) -> None:
    assert bool(own_words(text)) == bool(text.strip())
