"""What is asked of a member of staff: of a new one all of it, of a change only what is given."""

from typing import Any

import pytest

from services.workflow.domain.members import faults

RIGHT: dict[str, Any] = {
    "ic": "820303-99-0003",
    "name": "Nor Azlina binti Hamid",
    "email": "azlina@example.my",
    "phone": "09-748 1957",
    "roles": ["PIC"],
    "queues": ["IMPLEMENTOR"],
    "language": "ms",
}
WRONG: dict[str, Any] = {
    "ic": "820303",
    "name": " ",
    "email": "azlina",
    "phone": "12",
    "roles": [],
    "queues": ["VENDOR"],
    "language": "fr",
}


def test_a_member_of_whom_all_is_right_has_no_fault() -> None:
    assert faults(**RIGHT) == []


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_field_is_named_and_no_other(field: str) -> None:
    assert [fault.field for fault in faults(**(RIGHT | {field: WRONG[field]}))] == [field]


@pytest.mark.parametrize("field", WRONG)
def test_a_change_is_judged_by_what_it_gives_alone(field: str) -> None:
    assert [fault.field for fault in faults(**{field: WRONG[field]})] == [field]
    assert faults(**{field: RIGHT[field]}) == []


def test_what_is_asked_of_nobody_is_no_fault() -> None:
    assert faults(modules=["gl"], active=False) == []
