"""A filled-in form, judged: everything wrong is said at once, in both languages."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.filing import Filing, judge
from services.intake.domain.form import Department, Form, Module, Ptj
from services.intake.domain.office import UNHEARD_ANSWER_DAYS, UNHEARD_CALENDAR, ZONE, Office
from services.intake.domain.robot import Challenge, RobotCheck
from shared.blobs.file import File
from shared.calendar import Calendar
from shared.errors import FieldError, Invalid

FORM = Form(
    version=1,
    modules=(
        Module("gl", "GL", "Lejar Am", "General Ledger", 1, True),
        Module("ac", "AC", "Pendahuluan", "Advances", 2, False),
    ),
    departments=(
        Department("PKN", 101, "Perbendaharaan", "A", True),
        Department("SENDIRI", 102, "Tanpa PTJ", "B", True),
        Department("MAIK", 135, "Tidak ditawarkan", "D", False),
    ),
    ptj=(Ptj("101-001", "PKN", "Unit Teknologi Maklumat"), Ptj("135-001", "MAIK", "Ibu Pejabat")),
)
GOOD = Filing(
    ic="800101-99-0001",
    name="Aminah binti Ismail",
    department="PKN",
    ptj="101-001",
    phone="012-345 6789",
    email="aminah@example.test",
    whatsapp_consent=True,
    language="ms",
    module="gl",
    title=" Baki lejar ",
    description="Baki tidak sama.\r\nSila semak.",
    confirmed=True,
)
FILES = [File(id=f"f{n}", name=f"{n}.png", type="image/png", size=9, scan="clean") for n in range(1, 7)]
PASSED = RobotCheck("passed", Challenge("n", datetime(2026, 1, 1, tzinfo=UTC)))


def wrong(robot: RobotCheck = PASSED, **changes: Any) -> list[FieldError]:
    with pytest.raises(Invalid) as invalid:
        judge(replace(GOOD, **changes), FORM, robot, FILES)
    return invalid.value.errors


def codes(robot: RobotCheck = PASSED, **changes: Any) -> dict[str, str]:
    return {error.field: error.code for error in wrong(robot, **changes)}


def test_a_good_filing_is_kept_in_one_form() -> None:
    submission = judge(GOOD, FORM, PASSED)
    assert submission.ic == "800101990001"
    assert (submission.phone.e164, submission.phone.is_mobile) == ("+60123456789", True)
    assert submission.title == "Baki lejar"
    assert submission.description == "Baki tidak sama.\nSila semak."
    assert submission.ptj is not None
    assert submission.ptj.name == "Unit Teknologi Maklumat"
    assert submission.robot_check == "passed"


def test_up_to_five_files_come_with_it_in_the_order_they_were_named() -> None:
    named = ("f5", "f1", "f3", "f2", "f4")
    submission = judge(replace(GOOD, attachments=named), FORM, PASSED, FILES)
    assert tuple(file.id for file in submission.files) == named


def test_an_empty_form_names_every_required_field() -> None:
    with pytest.raises(Invalid) as invalid:
        judge(Filing(), FORM, RobotCheck("missing"))
    required = {"ic", "name", "department", "phone", "email", "language", "module", "title", "description", "confirmed"}
    assert {error.field for error in invalid.value.errors} == required
    assert {error.code for error in invalid.value.errors} == {"required"}
    assert all(error.text.ms and error.text.en for error in invalid.value.errors)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ic": "1"}, {"ic": "ic"}),
        ({"phone": "1"}, {"phone": "phone"}),
        ({"email": "1"}, {"email": "email"}),
        ({"name": "1"}, {"name": "name"}),
        ({"name": "a\r\nb"}, {"name": "one_line"}),
        ({"module": "zz"}, {"module": "choose"}),
        ({"module": " "}, {"module": "required"}),
        ({"department": "zz"}, {"department": "choose"}),
        ({"department": "MAIK", "ptj": "135-001"}, {"department": "choose"}),
        ({"ptj": None}, {"ptj": "required"}),
        ({"ptj": ""}, {"ptj": "required"}),
        ({"ptj": "135-001"}, {"ptj": "ptj_elsewhere"}),
        ({"department": "SENDIRI"}, {"ptj": "ptj_elsewhere"}),
        ({"language": "zh"}, {"language": "choose"}),
        ({"title": "x" * 201}, {"title": "too_long"}),
        ({"title": "a\nb"}, {"title": "one_line"}),
        ({"description": "a\0"}, {"description": "control_character"}),
        ({"description": "\u200b"}, {"description": "required"}),
        ({"confirmed": False}, {"confirmed": "required"}),
        ({"attachments": ("a",)}, {"attachments": "no_such_file"}),
        ({"attachments": ("f1", "../../x")}, {"attachments": "no_such_file"}),
        ({"attachments": ("f1", "f1")}, {"attachments": "named_twice"}),
        ({"attachments": ("f1", "f2", "f3", "f4", "f5", "f6")}, {"attachments": "too_many"}),
        ({"attachments": ("a",), "ic": "1"}, {"attachments": "no_such_file", "ic": "ic"}),
        (
            {"ic": "1", "phone": "1", "module": None, "confirmed": False},
            {"ic": "ic", "phone": "phone", "module": "required", "confirmed": "required"},
        ),
    ],
)
def test_what_is_wrong_is_said_field_by_field(changes: dict[str, Any], said: dict[str, str]) -> None:
    assert codes(**changes) == said


@pytest.mark.parametrize(("verdict", "code"), [("wrong", "robot_check_wrong"), ("expired", "robot_check_expired")])
def test_a_failed_robot_check_is_said_with_the_rest(verdict: Any, code: str) -> None:
    assert codes(RobotCheck(verdict), ic="1") == {"ic": "ic", "altcha": code}


def test_a_missing_robot_check_is_accepted_and_flagged() -> None:
    assert judge(GOOD, FORM, RobotCheck("missing")).robot_check == "missing"


def test_a_department_without_ptj_needs_none() -> None:
    assert judge(replace(GOOD, department="SENDIRI", ptj=None), FORM, PASSED).ptj is None
    assert judge(replace(GOOD, department="SENDIRI", ptj=""), FORM, PASSED).ptj is None


texts = st.none() | st.text(max_size=30)


typed = st.none() | st.text(max_size=30)


@given(ic=typed, name=typed, department=typed, ptj=typed, phone=typed, email=typed)
def test_whatever_is_typed_is_judged_in_both_languages(**changes: str | None) -> None:
    errors = wrong(PASSED, module="zz", **changes)
    assert all(error.text.ms and error.text.en for error in errors)


def test_before_the_calendar_is_heard_kelantan_rests_on_friday_and_saturday() -> None:
    office = Office(datetime(2026, 3, 4, 8, tzinfo=UTC), FORM, UNHEARD_CALENDAR, UNHEARD_ANSWER_DAYS)
    # Wednesday 4 March, 16:00: Thursday, Sunday, Monday.
    assert office.answer_by(office.now) == datetime(2026, 3, 9, 17, tzinfo=ZONE)


def test_a_heard_calendar_and_its_holidays_count() -> None:
    calendar = Calendar(ZoneInfo("Asia/Kuala_Lumpur"), frozenset({4, 5}), frozenset({date(2026, 3, 8)}))
    office = Office(datetime(2026, 3, 4, 8, tzinfo=UTC), FORM, calendar, 2)
    assert office.answer_by(office.now) == datetime(2026, 3, 9, 17, tzinfo=ZONE)
