"""Which priority words and module ask for, and which of them did."""

import pytest

from services.workflow.domain.given import PRIORITIES
from services.workflow.domain.priorities import MODULES, WORDS, Suggested, suggested


@pytest.mark.parametrize(
    ("title", "text", "priority", "words"),
    [
        ("Sistem tergendala", "", "Kritikal", ("sistem tergendala",)),
        ("iSPEKS tidak boleh diakses", "", "Kritikal", ("ispeks tidak boleh diakses",)),
        ("Ralat", "Berlaku kepada SEMUA  PENGGUNA\ndi PTJ kami", "Kritikal", ("semua pengguna",)),
        ("System is down for all users", "", "Kritikal", ("system is down", "all users")),
        ("Baucar", "Gaji belum dibayar bulan ini", "Kritikal", ("gaji belum dibayar",)),
        ("Tidak boleh log masuk", "", "Tinggi", ("tidak boleh log masuk",)),
        ("tak boleh login", "", "Tinggi", ("tak boleh login",)),
        ("I can\u2019t log in", "", "Tinggi", ("can't log in",)),
        ("Baucar", "Tarikh tutup esok, mohon segera", "Tinggi", ("tarikh tutup", "segera")),
        ("Slip gaji", "", "Tinggi", ("gaji",)),
        ("Cadangan penambahbaikan", "", "Rendah", ("cadangan", "penambahbaikan")),
        ("How to print?", "", "Rendah", ("how to",)),
        ("Baucar tidak dapat diluluskan", "Butang Lulus tidak berfungsi.", "Sederhana", ()),
    ],
)
def test_words_in_both_languages(title: str, text: str, priority: str, words: tuple[str, ...]) -> None:
    assert suggested("gl", title, text) == Suggested(priority, words)


def test_the_most_pressing_words_decide() -> None:
    assert suggested("gl", "Cadangan", "segera, untuk semua pengguna").priority == "Kritikal"


def test_words_count_whole_and_not_when_denied() -> None:
    for text in ("penyegeraan", "tidak segera", "bukan segera", "not urgent", "tidak semua pengguna", "gajian"):
        assert suggested("gl", "Baucar", text) == Suggested("Sederhana"), text


def test_a_module_asks_by_itself_and_never_for_less_than_the_words() -> None:
    assert suggested("py", "Slip", "") == Suggested("Tinggi", (), "py")
    assert suggested("py", "Cadangan", "") == Suggested("Tinggi", (), "py"), "what presses less is not why"
    assert suggested("py", "Segera", "") == Suggested("Tinggi", ("segera",), "py")
    assert suggested("py", "Semua pengguna", "") == Suggested("Kritikal", ("semua pengguna",))
    assert suggested("bi", "Laporan", "") == Suggested("Rendah", (), "bi")


def test_each_word_is_named_once() -> None:
    assert suggested("gl", "Segera", "segera! SEGERA!").words == ("segera",)


def test_the_table_names_known_priorities_from_the_most_pressing_down() -> None:
    order = [PRIORITIES.index(priority) for priority, _ in WORDS]
    assert order == sorted(order)
    assert set(MODULES.values()) <= set(PRIORITIES)
    assert all(word == " ".join(word.casefold().split()) for _, words in WORDS for word in words)


def test_the_longest_text_is_read_at_once() -> None:
    """A pattern that tries again and again at every word would never come back from this."""
    assert suggested("gl", "x", "tidak boleh " * 2_600 + "log masuk").priority == "Tinggi"
