"""What the form offers, and the lists behind it as they are sent and kept."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from services.intake.api.bodies import Body
from services.intake.domain import form as forms


class OfferedPtj(BaseModel):
    """A responsibility centre that may be chosen."""

    code: str
    name: str


class OfferedDepartment(BaseModel):
    """A department that may be chosen; some have no PTJ."""

    slug: str
    name: str
    ptj: list[OfferedPtj]


class OfferedModule(BaseModel):
    """A module that may be chosen; its code only where that is confirmed."""

    slug: str
    code: str | None
    name_ms: str
    name_en: str


class FormLimits(BaseModel):
    """How much the form takes."""

    title: int
    text: int
    attachments: int
    attachment_bytes: int


class OfferedForm(BaseModel):
    """What the public form offers."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 3,
                    "departments": [
                        {
                            "slug": "PKN",
                            "name": "Perbendaharaan Negeri Kelantan",
                            "ptj": [{"code": "101-001", "name": "Unit Teknologi Maklumat"}],
                        }
                    ],
                    "modules": [{"slug": "gl", "code": "GL", "name_ms": "Lejar Am", "name_en": "General Ledger"}],
                    "limits": {"title": 200, "text": 32000, "attachments": 5, "attachment_bytes": 10485760},
                }
            ]
        }
    )

    version: int
    departments: list[OfferedDepartment]
    modules: list[OfferedModule]
    limits: FormLimits


class Module(Body):
    """A row of the list of modules."""

    slug: StrictStr
    code: StrictStr | None = None
    name_ms: StrictStr
    name_en: StrictStr
    position: Annotated[StrictInt, Field(ge=0, le=100_000)]
    code_confirmed: StrictBool = False

    def value(self) -> forms.Module:
        """For the domain to judge."""
        return forms.Module(**self.model_dump())


class Department(Body):
    """A row of the list of departments."""

    slug: StrictStr
    number: Annotated[StrictInt, Field(ge=0, le=100_000)]
    name: StrictStr
    category: Annotated[StrictStr, Field(pattern="^[A-Z]$")]
    active: StrictBool = True

    def value(self) -> forms.Department:
        """For the domain to judge."""
        return forms.Department(**self.model_dump())


class Ptj(Body):
    """A row of the list of responsibility centres."""

    code: StrictStr
    department: StrictStr
    name: StrictStr

    def value(self) -> forms.Ptj:
        """For the domain to judge."""
        return forms.Ptj(**self.model_dump())


class Modules(Body):
    """The whole list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "slug": "gl",
                            "code": "GL",
                            "name_ms": "Lejar Am",
                            "name_en": "General Ledger",
                            "position": 1,
                            "code_confirmed": True,
                        }
                    ]
                }
            ]
        }
    )

    items: list[Module]


class Departments(Body):
    """The whole list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "slug": "PKN",
                            "number": 1,
                            "name": "Perbendaharaan Negeri Kelantan",
                            "category": "A",
                            "active": True,
                        }
                    ]
                }
            ]
        }
    )

    items: list[Department]


class PtjList(Body):
    """The whole list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": [{"code": "101-001", "department": "PKN", "name": "Unit Teknologi Maklumat"}]}]
        }
    )

    items: list[Ptj]


class SavedModules(BaseModel):
    """The list as it is kept, and the form's version."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 3,
                    "items": [
                        {
                            "slug": "gl",
                            "code": "GL",
                            "name_ms": "Lejar Am",
                            "name_en": "General Ledger",
                            "position": 1,
                            "code_confirmed": True,
                        }
                    ],
                }
            ]
        }
    )

    version: int
    items: list[Module]


class SavedDepartments(BaseModel):
    """The list as it is kept, and the form's version."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 3,
                    "items": [
                        {
                            "slug": "PKN",
                            "number": 1,
                            "name": "Perbendaharaan Negeri Kelantan",
                            "category": "A",
                            "active": True,
                        }
                    ],
                }
            ]
        }
    )

    version: int
    items: list[Department]


class SavedPtj(BaseModel):
    """The list as it is kept, and the form's version."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"version": 3, "items": [{"code": "101-001", "department": "PKN", "name": "Unit Teknologi Maklumat"}]}
            ]
        }
    )

    version: int
    items: list[Ptj]
