"""A complaint as workflow answers it, who could take it, and how it came to this, each with an example."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from services.workflow.api.shapes import PIC, Assigned, Label, Named, example


class Allowed(BaseModel):
    """An action the caller may take now. A need that ends in `?` is optional."""

    action: str
    label: Label
    role: str
    needs: list[str]
    if_match: bool


class Share(BaseModel):
    """A custodian's part of the complaint's life."""

    seconds: float
    days: int


class Clocks(BaseModel):
    """Working days unless they say otherwise."""

    age_days: int
    age_calendar_days: int
    complaint_days: int
    custodian_days: int
    custody: dict[str, Share]
    answer_by: datetime
    first_answered_at: datetime | None
    solve_by: datetime


class VendorLog(BaseModel):
    """A number under which the vendor keeps the matter, and when it was told."""

    number: str
    at: datetime


class VendorLeg(BaseModel):
    """The vendor's last custody, in working days of the vendor's own calendar. `until` is none while it lasts, `due`
    and `left` are none once it is over."""

    since: datetime
    until: datetime | None
    due: datetime | None
    days: int
    used: int
    left: int | None
    logs: list[VendorLog]


class ComplaintView(BaseModel):
    """A complaint as workflow answers it. `version` is also the ETag."""

    model_config = example(
        number="HD-2026-000123-C",
        state="INPROGRESS",
        phase="INPROGRESS",
        version=3,
        custodian="PIC",
        outcome=None,
        priority="Sederhana",
        module="gl",
        complex=False,
        level=0,
        pic=PIC,
        claimant=None,
        due="2026-03-10T17:00:00+08:00",
        role="PIC",
        vendor_reference="BKP-2026-0077",
        vendor={
            "since": "2026-03-02T09:00:00+08:00",
            "until": "2026-03-03T10:00:00+08:00",
            "due": None,
            "days": 15,
            "used": 1,
            "left": None,
            "logs": [{"number": "BKP-2026-0077", "at": "2026-03-02T09:00:00+08:00"}],
        },
        duplicate_of=None,
        linked_to=None,
        clocks={
            "age_days": 2,
            "age_calendar_days": 2,
            "complaint_days": 2,
            "custodian_days": 1,
            "custody": {"ADMIN": {"seconds": 5400.0, "days": 0}, "PIC": {"seconds": 167400.0, "days": 2}},
            "answer_by": "2026-03-04T17:00:00+08:00",
            "first_answered_at": None,
            "solve_by": "2026-03-10T17:00:00+08:00",
        },
        allowed=[
            {
                "action": "reply",
                "label": {"ms": "Balas", "en": "Reply"},
                "role": "PIC",
                "needs": ["text", "attachments?"],
                "if_match": False,
            }
        ],
    )

    number: str
    state: str
    phase: str
    version: int
    custodian: str | None
    outcome: str | None
    priority: str
    module: str
    complex: bool
    level: int
    pic: Named | None
    claimant: Named | None
    due: datetime | None
    role: str | None
    vendor_reference: str | None
    vendor: VendorLeg | None
    duplicate_of: str | None
    linked_to: str | None
    clocks: Clocks
    allowed: list[Allowed]


class PlainContact(BaseModel):
    """How to reach the complainant."""

    model_config = example(ic="800101990001", phone="+60123456789", email="aminah@example.my")

    ic: str
    phone: str
    email: str


class ManyAssigned(BaseModel):
    """A result each, in the order asked."""

    model_config = example(
        items=[
            {"number": "HD-2026-000123-C", "ok": True, "version": 2},
            {
                "number": "HD-2026-000124-A",
                "ok": False,
                "problem": {"code": "not_found", "messages": {"ms": "Rekod tidak dijumpai.", "en": "No such record."}},
            },
        ]
    )

    items: list[Assigned]


class SuggestedPic(BaseModel):
    """An active PIC, with how many complaints they hold, and whether the complaint's module is theirs. One who is
    absent says until when, and who stands in; a deputy says for whom of the module's team."""

    id: str
    name: str
    load: int
    modules: list[str]
    of_module: bool
    absent: bool
    until: date | None
    deputy: Named | None
    stands_in_for: Named | None


class SuggestedPics(BaseModel):
    """The best choice first."""

    model_config = example(
        items=[
            {
                **PIC,
                "load": 4,
                "modules": ["gl"],
                "of_module": True,
                "absent": False,
                "until": None,
                "deputy": None,
                "stands_in_for": None,
            }
        ]
    )

    items: list[SuggestedPic]


class SuggestedPriority(BaseModel):
    """A priority, and what asked for it: words as they stand in the complaint, and its module where that counted. With
    neither it is the usual one."""

    model_config = example(priority="Tinggi", words=["tidak boleh log masuk"], module=None)

    priority: str
    words: list[str]
    module: str | None


class Said(BaseModel):
    """An event as it travelled; see the AsyncAPI document for `data`."""

    id: str
    source: str
    type: str
    time: datetime
    subject: str
    dataschema: str
    sequence: int
    correlationid: str
    causationid: str | None
    specversion: str
    datacontenttype: str
    data: dict[str, Any]


class History(BaseModel):
    """All that happened to a complaint, in order."""

    model_config = example(
        items=[
            {
                "id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6b",
                "source": "workflow",
                "type": "complaint.started",
                "time": "2026-03-02T09:00:00+08:00",
                "subject": "HD-2026-000123-C",
                "dataschema": "complaint.started/1",
                "sequence": 3,
                "correlationid": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6c",
                "causationid": None,
                "specversion": "1.0",
                "datacontenttype": "application/json",
                "data": {"number": "HD-2026-000123-C", "from": "DIAGIHKAN", "to": "INPROGRESS"},
            }
        ]
    )

    items: list[Said]
