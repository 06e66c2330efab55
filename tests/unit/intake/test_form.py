"""The form's lists: the first ones, and what a list must be to be saved."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.intake.domain import form as forms
from services.intake.domain.form import Department, Form, Module, Ptj
from services.intake.timers import first_departments, first_modules, first_ptj
from shared.errors import Invalid

GL = Module("gl", "GL", "Lejar Am", "General Ledger", 1, True)
PKN = Department("PKN", 101, "Perbendaharaan", "A", True)
UTM = Ptj("101-001", "PKN", "Unit Teknologi Maklumat")


def said(judge: Callable[..., Any], *given: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as invalid:
        judge(*given)
    return {error.field: error.code for error in invalid.value.errors}


def test_the_first_lists_are_good_lists() -> None:
    modules, departments, ptj = first_modules(), first_departments(), first_ptj()
    assert len(forms.judge_modules(modules)) == 22
    assert forms.judge_departments(departments, ptj) == tuple(departments)
    assert forms.judge_ptj(ptj, departments) == tuple(ptj)


def test_every_department_offered_at_first_has_a_ptj() -> None:
    with_ptj = {ptj.department for ptj in first_ptj()}
    assert {department.slug for department in first_departments() if department.active} == with_ptj


def test_a_code_is_shown_only_where_it_is_confirmed() -> None:
    shown = {module.slug: module.shown_code for module in first_modules()}
    assert shown["gl"] == "GL"
    assert shown["ac"] is None
    assert shown["lain"] is None


def test_others_hear_of_departments_that_are_not_offered_any_more() -> None:
    form = Form(1, (GL,), (PKN, replace(PKN, slug="MAIK", number=135, active=False)), (UTM,))
    event = forms.saved(form)
    assert [(department.slug, department.active, len(department.ptj)) for department in event.departments] == [
        ("PKN", True, 1),
        ("MAIK", False, 0),
    ]
    assert form.department("MAIK") is None


@pytest.mark.parametrize(
    ("modules", "errors"),
    [
        ([], {"items": "required"}),
        ([GL, GL], {"items.0.slug": "twice", "items.1.slug": "twice"}),
        ([replace(GL, slug="G L")], {"items.0.slug": "key"}),
        ([replace(GL, code="<b>")], {"items.0.code": "key"}),
        ([replace(GL, code=None)], {"items.0.code": "required"}),
        ([replace(GL, name_ms="", name_en="a\nb")], {"items.0.name_ms": "required", "items.0.name_en": "one_line"}),
        ([replace(GL, slug=f"m{at}") for at in range(1001)], {"items": "too_many"}),
    ],
)
def test_a_bad_list_of_modules_is_refused(modules: list[Module], errors: dict[str, str]) -> None:
    assert said(forms.judge_modules, modules) == errors


def test_a_department_with_ptj_cannot_be_left_out() -> None:
    assert said(forms.judge_departments, [replace(PKN, slug="JKR")], [UTM]) == {"items": "department_has_ptj"}


def test_a_ptj_belongs_to_a_department_that_is_there() -> None:
    assert said(forms.judge_ptj, [replace(UTM, department="JKR")], [PKN]) == {"items.0.department": "choose"}


def test_labels_are_saved_tidied() -> None:
    assert forms.judge_ptj([replace(UTM, name="  Unit  ")], [PKN])[0].name == "Unit"
