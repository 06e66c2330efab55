"""What the public form offers: modules, departments and their PTJ. A whole list is judged at once."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from services.intake.domain.texts import CHOOSE, REQUIRED, Sieve, one_line
from shared.errors import Text
from shared.events import reference

LONGEST_LIST = 1000
LABEL_LIMIT = 200

TWICE = Text("Nilai ini berulang dalam senarai", "This value is in the list more than once")
EMPTY = Text("Senarai tidak boleh kosong", "The list may not be empty")
TOO_MANY = Text(f"Tidak boleh melebihi {LONGEST_LIST} baris", f"No more than {LONGEST_LIST} rows")
KEY = Text("Hanya huruf, angka dan tanda sempang", "Letters, digits and hyphens only")
STILL_USED = Text("Jabatan ini masih mempunyai PTJ", "This department still has PTJ")

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")


@dataclass(frozen=True, slots=True)
class Module:
    """A module of iSPEKS, keyed on its slug: some codes are not confirmed, and are then not shown."""

    slug: str
    code: str | None
    name_ms: str
    name_en: str
    position: int
    code_confirmed: bool

    @property
    def shown_code(self) -> str | None:
        """The code, where it is confirmed."""
        return self.code if self.code_confirmed else None


@dataclass(frozen=True, slots=True)
class Department:
    """A department; its slug is its short name, its number the office's own."""

    slug: str
    number: int
    name: str
    category: str
    active: bool


@dataclass(frozen=True, slots=True)
class Ptj:
    """A responsibility centre of a department."""

    code: str
    department: str
    name: str


Modules: TypeAlias = Sequence[Module]
Departments: TypeAlias = Sequence[Department]
PtjList: TypeAlias = Sequence[Ptj]


@dataclass(frozen=True)
class Form:
    """The lists as of one version. Modules by position, departments by number, PTJ by code."""

    version: int
    modules: tuple[Module, ...]
    departments: tuple[Department, ...]
    ptj: tuple[Ptj, ...]

    def module(self, slug: str) -> Module | None:
        """The module of that slug."""
        return self._modules.get(slug)

    def department(self, slug: str) -> Department | None:
        """The department of that slug, if it is offered."""
        return self._departments.get(slug)

    def ptj_of(self, department: str) -> tuple[Ptj, ...]:
        """The responsibility centres of a department; some have none."""
        return tuple(self._ptj.get(department, {}).values())

    def ptj_in(self, department: str, code: str) -> Ptj | None:
        """The responsibility centre of that code, if it is this department's."""
        return self._ptj.get(department, {}).get(code)

    @cached_property
    def _modules(self) -> dict[str, Module]:
        return {module.slug: module for module in self.modules}

    @cached_property
    def _departments(self) -> dict[str, Department]:
        return {department.slug: department for department in self.departments if department.active}

    @cached_property
    def _ptj(self) -> dict[str, dict[str, Ptj]]:
        found: dict[str, dict[str, Ptj]] = {}
        for ptj in self.ptj:
            found.setdefault(ptj.department, {})[ptj.code] = ptj
        return found


def judge_modules(modules: Modules) -> tuple[Module, ...]:
    """The list with its labels in NFC. Raises `Invalid` with everything that is wrong with it."""
    sieve = Sieve()
    _length(sieve, modules)
    _keys(sieve, "slug", [module.slug for module in modules], _SLUG)
    judged = []
    for row, module in enumerate(modules):
        if module.code is not None and not _CODE.fullmatch(module.code):
            sieve.wrong(f"items.{row}.code", "key", KEY)
        if module.code_confirmed and module.code is None:
            sieve.wrong(f"items.{row}.code", "required", REQUIRED)
        name_ms = _label(sieve, f"items.{row}.name_ms", module.name_ms)
        name_en = _label(sieve, f"items.{row}.name_en", module.name_en)
        judged.append(replace(module, name_ms=name_ms, name_en=name_en))
    sieve.settle()
    return tuple(judged)


def judge_departments(departments: Departments, ptj: PtjList) -> tuple[Department, ...]:
    """The list with its labels in NFC. Raises `Invalid`; a department with PTJ may be inactive, but not missing."""
    sieve = Sieve()
    _length(sieve, departments)
    _keys(sieve, "slug", [department.slug for department in departments], _CODE)
    judged = [
        replace(department, name=_label(sieve, f"items.{row}.name", department.name))
        for row, department in enumerate(departments)
    ]
    missing = {centre.department for centre in ptj} - {department.slug for department in departments}
    for slug in sorted(missing):
        sieve.wrong("items", "department_has_ptj", Text(f"{slug}: {STILL_USED.ms}", f"{slug}: {STILL_USED.en}"))
    sieve.settle()
    return tuple(judged)


def judge_ptj(ptj: PtjList, departments: Departments) -> tuple[Ptj, ...]:
    """The list with its labels in NFC. Raises `Invalid`; every PTJ belongs to a department that is there."""
    sieve = Sieve()
    _length(sieve, ptj)
    _keys(sieve, "code", [centre.code for centre in ptj], _CODE)
    known = {department.slug for department in departments}
    for row, centre in enumerate(ptj):
        if centre.department not in known:
            sieve.wrong(f"items.{row}.department", "choose", CHOOSE)
    judged = [replace(centre, name=_label(sieve, f"items.{row}.name", centre.name)) for row, centre in enumerate(ptj)]
    sieve.settle()
    return tuple(judged)


def saved(form: Form) -> reference.FormSaved:
    """The form as others keep it: departments that are not offered any more included."""
    return reference.FormSaved(
        departments=tuple(
            reference.Department(
                slug=department.slug,
                name=department.name,
                active=department.active,
                ptj=tuple(reference.Ptj(code=ptj.code, name=ptj.name) for ptj in form.ptj_of(department.slug)),
            )
            for department in form.departments
        ),
        modules=tuple(
            reference.Module(slug=module.slug, code=module.shown_code, name_ms=module.name_ms, name_en=module.name_en)
            for module in form.modules
        ),
    )


def _length(sieve: Sieve, items: Sequence[object]) -> None:
    if not items:
        sieve.wrong("items", "required", EMPTY)
    if len(items) > LONGEST_LIST:
        sieve.wrong("items", "too_many", TOO_MANY)


def _keys(sieve: Sieve, field: str, keys: Sequence[str], shape: re.Pattern[str]) -> None:
    times = Counter(keys)
    for row, key in enumerate(keys):
        if not shape.fullmatch(key):
            sieve.wrong(f"items.{row}.{field}", "key", KEY)
        elif times[key] > 1:
            sieve.wrong(f"items.{row}.{field}", "twice", TWICE)


def _label(sieve: Sieve, field: str, label: str) -> str:
    return sieve.read(field, label, lambda text: one_line(text, LABEL_LIMIT), label)
