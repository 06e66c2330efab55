"""What an act needs: every missing or bad field is named, with a sentence in both languages; the rest is tidied."""

from typing import Any

import pytest

from services.workflow.domain.given import Given, checked, is_mobile
from services.workflow.machine import TABLE, Action, Role, Row
from shared.errors import Invalid
from shared.events.complaint import Person

MODULES = frozenset({"gl", "ap"})
STAFF_ROWS = [row for row in TABLE if row.roles & {Role.ADMIN, Role.PIC, Role.IMPLEMENTOR, Role.VENDOR}]
EVERYTHING: dict[str, Any] = {
    "text": "Sila cuba semula.",
    "reason": "Sebab",
    "reason_code": "incomplete",
    "cause": "Pepijat",
    "steps": "1. Padam",
    "pic": Person(id="s-1", name="Azman"),
    "duplicate_of": "HD-2026-000009-X",
    "priority": "Tinggi",
    "email": "aminah@example.my",
}


def row(action: str) -> Row:
    return next(row for row in TABLE if row.action == action)


def tidied(action: str, **words: Any) -> Given:
    return checked(Given(**words), row(action), modules=MODULES)


def wrong(action: str, **words: Any) -> dict[str, str]:
    """Field -> code of everything that is wrong with it."""
    with pytest.raises(Invalid) as invalid:
        tidied(action, **words)
    for error in invalid.value.errors:
        assert error.text.ms.strip(), error
        assert error.text.en.strip(), error
    return {error.field: error.code for error in invalid.value.errors}


@pytest.mark.parametrize(
    "needing", STAFF_ROWS, ids=lambda needing: f"{needing.action}-{'-'.join(sorted(needing.roles))}"
)
def test_with_everything_given_every_row_is_content(needing: Row) -> None:
    assert checked(Given(**EVERYTHING), needing, modules=MODULES).cause == "Pepijat"


@pytest.mark.parametrize(
    ("action", "missing"),
    [
        ("assign", {"pic"}),
        ("reassign", {"pic", "reason"}),
        ("hand_back", {"reason"}),
        ("reject", {"reason_code"}),
        ("mark_duplicate", {"duplicate_of"}),
        ("classify", {"reason", "priority", "module", "complex"}),
        ("start", set()),
        ("reply", {"text"}),
        ("note", {"text"}),
        ("ask_feedback", {"text"}),
        ("refer", {"text"}),
        ("claim", set()),
        ("return", {"text"}),
        ("log_vendor", {"text"}),
        ("update_vendor", {"text", "vendor_reference"}),
        ("vendor_answered", {"text"}),
        ("request_close", {"text", "solution.cause", "solution.steps"}),
        ("take_back", {"reason"}),
        ("reopen", {"text"}),
        ("correct_contact", {"email", "phone", "reason"}),
    ],
)
@pytest.mark.parametrize("blank", ["", "  \n\t "])
def test_what_is_missing_is_named_field_by_field(action: str, missing: set[str], blank: str) -> None:
    empty = {"text": blank, "reason": blank, "cause": blank, "steps": blank, "duplicate_of": blank}
    if missing:
        assert set(wrong(action, **empty)) == missing
    else:
        tidied(action, **empty)


def test_the_office_says_required_in_its_own_words() -> None:
    with pytest.raises(Invalid) as invalid:
        tidied("reply")
    error = invalid.value.errors[0]
    assert (error.field, error.code, error.text) == ("text", "required", ("Wajib diisi", "Required"))
    assert invalid.value.text.ms
    assert invalid.value.text.en


@pytest.mark.parametrize("given", [{"priority": "Tinggi"}, {"module": "gl"}, {"complex": False}])
def test_classifying_takes_one_of_its_fields(given: dict[str, Any]) -> None:
    tidied("classify", reason="Lejar", **given)


def test_news_of_the_vendor_may_be_a_number_or_words_or_a_file() -> None:
    tidied("update_vendor", vendor_reference="BKP-77")
    tidied("update_vendor", text="Masih diuji.")
    tidied("update_vendor", attachments=("0190",))


def test_a_reason_may_come_as_the_text_and_becomes_it() -> None:
    assert tidied("hand_back", reason="Bukan modul saya").text == "Bukan modul saya"
    assert tidied("hand_back", text="Bukan modul saya").text == "Bukan modul saya"


@pytest.mark.parametrize(
    ("action", "field", "value", "code"),
    [
        ("reply", "text", "a\x00b", "control_characters"),
        ("reply", "text", "a\x1bb", "control_characters"),
        ("reply", "text", "a\ud800b", "control_characters"),
        ("reply", "text", "x" * 32_001, "too_long"),
        ("log_vendor", "public_text", "a\x00b", "control_characters"),
        ("log_vendor", "vendor_reference", "BKP\n77", "control_characters"),
        ("log_vendor", "vendor_reference", "B" * 201, "too_long"),
        ("request_close", "solution.cause", "a\x07", "control_characters"),
        ("mark_duplicate", "duplicate_of", "HD\r\nX", "control_characters"),
        ("classify", "priority", "Segera", "unknown"),
        ("classify", "module", "payroll", "unknown"),
        ("correct_contact", "email", "aminah", "not_email"),
        ("correct_contact", "email", "a b@example.my", "not_email"),
        ("correct_contact", "email", "aminah@example", "not_email"),
        ("correct_contact", "email", "aminah@example.my\nBcc: x@y.my", "control_characters"),
        ("correct_contact", "phone", "12", "not_phone"),
        ("correct_contact", "phone", "bukan telefon", "not_phone"),
    ],
)
def test_what_cannot_be_kept_as_it_is_is_refused(action: str, field: str, value: str, code: str) -> None:
    assert wrong(action, **EVERYTHING | {field.removeprefix("solution."): value}) == {field: code}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "Baris satu\nBaris dua\tdengan tab",
        "\u202eterbalik\u202c",
        "'; drop table complaint; --",
        "😀 هلا 你好",
        "x" * 32_000,
    ],
)
def test_what_can_be_kept_is_kept_faithfully(text: str) -> None:
    assert tidied("reply", text=text).text == text


def test_texts_are_tidied_to_one_form() -> None:
    assert tidied("reply", text="  baris\r\nlagi\rsatu e\u0301 \n").text == "baris\nlagi\nsatu é"


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert wrong("request_close", text="a\x00", cause="", steps="x" * 32_001) == {
        "text": "control_characters",
        "solution.cause": "required",
        "solution.steps": "too_long",
    }


def test_a_phone_becomes_e164() -> None:
    assert tidied("correct_contact", phone="09-748 1957", reason="Salah").phone == "+6097481957"
    assert is_mobile("+60123456789")
    assert not is_mobile("+6097481957")


def test_before_the_form_was_heard_no_module_is_called_unknown() -> None:
    checked(Given(module="gl", reason="x"), row(Action.CLASSIFY), modules=frozenset())
