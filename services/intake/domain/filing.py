"""A complaint as it was typed, judged field by field, and what is said once it has its number."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain import people, texts
from services.intake.domain.form import Department, Form, Module, Ptj
from services.intake.domain.people import Phone
from services.intake.domain.robot import RobotCheck
from services.intake.domain.texts import CHOOSE, REQUIRED, Sieve, is_blank
from shared.blobs.file import NO_SUCH_FILE, File, picked, wrong_by_themselves
from shared.errors import Text
from shared.events.intake import ComplaintSubmitted, Contact

LANGUAGES = ("ms", "en")

PTJ_ELSEWHERE = Text("PTJ ini bukan di bawah Jabatan yang dipilih", "This PTJ is not part of the chosen department")
NOT_YOURS = Text(
    "Pautan aduan terdahulu tidak sah. Buka pautan dalam e-mel aduan itu sekali lagi, atau hantar tanpa dikaitkan",
    "The earlier complaint's link is not valid. Open the link in its e-mail again, or send without tying the two",
)
NOT_CONFIRMED = Text("Sila sahkan bahawa maklumat di atas adalah benar", "Please confirm that the above is true")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """The form as it was filled in: any field may be missing or wrong."""

    ic: str | None = None
    name: str | None = None
    department: str | None = None
    ptj: str | None = None
    phone: str | None = None
    email: str | None = None
    whatsapp_consent: bool = False
    language: str | None = None
    module: str | None = None
    title: str | None = None
    description: str | None = None
    confirmed: bool = False
    attachments: tuple[str, ...] = ()
    linked_to: str | None = None
    """The tracking token of the complaint this one carries on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A complaint that can be taken down: every field in its one form."""

    ic: str
    name: str
    department: Department
    ptj: Ptj | None
    phone: Phone
    email: str
    whatsapp_consent: bool
    language: str
    module: Module
    title: str
    description: str
    robot_check: str
    files: tuple[File, ...]
    linked_to: str | None = None
    """The number of the complaint this one carries on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the complainant is answered with."""

    number: str
    submitted_at: datetime
    answer_by: datetime
    tracking_url: str
    email_masked: str


_NO_PHONE = Phone("", False)
_NO_DEPARTMENT = Department("", 0, "", "", False)
_NO_MODULE = Module("", None, "", "", 0, False)


def judge(
    filing: Filing, form: Form, robot: RobotCheck, files: Iterable[File] = (), linked_to: str | None = None
) -> Submission:
    """The filing as a submission, `files` being those that may be attached to it and `linked_to` the number that its
    tracking token has proved. Raises `Invalid` with every field
    that is wrong, in both languages."""
    sieve = Sieve()
    submission = Submission(
        ic=sieve.read("ic", filing.ic, people.ic, ""),
        name=sieve.read("name", filing.name, people.name, ""),
        department=(department := _department(sieve, filing.department, form)),
        ptj=_ptj(sieve, filing.ptj, department, form),
        phone=sieve.read("phone", filing.phone, people.phone, _NO_PHONE),
        email=sieve.read("email", filing.email, people.email, ""),
        whatsapp_consent=filing.whatsapp_consent,
        language=_language(sieve, filing.language),
        module=_module(sieve, filing.module, form),
        title=sieve.read("title", filing.title, texts.title, ""),
        description=sieve.read("description", filing.description, texts.lines, ""),
        robot_check=robot.verdict,
        files=_attached(sieve, filing.attachments, files),
        linked_to=linked_to,
    )
    if filing.linked_to is not None and linked_to is None:
        sieve.wrong("linked_to", "link", NOT_YOURS)
    if not filing.confirmed:
        sieve.wrong("confirmed", "required", NOT_CONFIRMED)
    if robot.error is not None:
        sieve.errors.append(robot.error)
    sieve.settle()
    return submission


def submitted(
    submission: Submission, *, number: str, submitted_at: datetime, answer_by: datetime, contact: Contact
) -> ComplaintSubmitted:
    """What is said of a submission that has its number; the contact comes sealed."""
    return ComplaintSubmitted(
        number=number,
        submitted_at=submitted_at,
        answer_by=answer_by,
        contact=contact,
        department=submission.department.slug,
        department_name=submission.department.name,
        ptj=submission.ptj.code if submission.ptj else None,
        ptj_name=submission.ptj.name if submission.ptj else None,
        module=submission.module.slug,
        module_ms=submission.module.name_ms,
        module_en=submission.module.name_en,
        title=submission.title,
        description=submission.description,
        robot_check=submission.robot_check,
        attachments=tuple(file.id for file in submission.files),
        files=submission.files,
        linked_to=submission.linked_to,
    )


def _attached(sieve: Sieve, ids: tuple[str, ...], there: Iterable[File]) -> tuple[File, ...]:
    files = picked(ids, there)
    wrong = wrong_by_themselves(ids) or (NO_SUCH_FILE if files is None else None)
    if wrong is not None:
        sieve.errors.append(wrong)
    return files or ()


def _department(sieve: Sieve, given: str | None, form: Form) -> Department:
    if given is None or is_blank(given):
        sieve.wrong("department", "required", REQUIRED)
        return _NO_DEPARTMENT
    department = form.department(given)
    if department is None:
        sieve.wrong("department", "choose", CHOOSE)
        return _NO_DEPARTMENT
    return department


def _ptj(sieve: Sieve, given: str | None, department: Department, form: Form) -> Ptj | None:
    if department is _NO_DEPARTMENT:
        return None
    if given is None or is_blank(given):
        if form.ptj_of(department.slug):
            sieve.wrong("ptj", "required", REQUIRED)
        return None
    ptj = form.ptj_in(department.slug, given)
    if ptj is None:
        sieve.wrong("ptj", "ptj_elsewhere", PTJ_ELSEWHERE)
    return ptj


def _language(sieve: Sieve, given: str | None) -> str:
    if given is None or given not in LANGUAGES:
        sieve.wrong("language", "choose" if given else "required", CHOOSE if given else REQUIRED)
        return ""
    return given


def _module(sieve: Sieve, given: str | None, form: Form) -> Module:
    if given is None or is_blank(given):
        sieve.wrong("module", "required", REQUIRED)
        return _NO_MODULE
    module = form.module(given)
    if module is None:
        sieve.wrong("module", "choose", CHOOSE)
        return _NO_MODULE
    return module
