"""What is sent and answered. A field that is missing reads as none: the domain says so, with everything else that is
wrong, in both languages. Unknown fields and wrong JSON types are refused here."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from services.intake.domain import filing as filings
from shared.blobs.file import AT_MOST

OptionalText = StrictStr | None
Attachments = Annotated[
    list[StrictStr],
    Field(
        description="Ids that `POST /v1/uploads` answered, each used once and within a day.",
        json_schema_extra={"maxItems": AT_MOST, "uniqueItems": True},
    ),
]
RobotPayload = Annotated[
    StrictStr | None,
    Field(
        max_length=8192,
        description="The solved robot check, base64. Missing: accepted, flagged, and strictly limited.",
    ),
]


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Filing(Body):
    """Borang Aduan as it was filled in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ic": "800101990001",
                    "name": "Aminah binti Ismail",
                    "department": "PKN",
                    "ptj": "101-001",
                    "phone": "012-345 6789",
                    "email": "aminah@example.test",
                    "whatsapp_consent": True,
                    "language": "ms",
                    "module": "gl",
                    "title": "Baki lejar tidak sama",
                    "description": "Baki akaun di lejar am tidak sama dengan penyata bank bagi Disember.",
                    "confirmed": True,
                    "altcha": None,
                    "attachments": [],
                }
            ]
        }
    )

    ic: OptionalText = Field(None, description="12 digits; dashes and spaces are put right")
    name: OptionalText = Field(None, description="at most 200 characters, one line")
    department: OptionalText = Field(None, description="slug, as `GET /v1/form` offers it")
    ptj: OptionalText = Field(None, description="code; none where the department has none")
    phone: OptionalText = Field(None, description="Malaysian mobile or fixed line")
    email: OptionalText = None
    whatsapp_consent: StrictBool = False
    language: OptionalText = Field(None, description="`ms` or `en`: what messages are written in")
    module: OptionalText = Field(None, description="slug, as `GET /v1/form` offers it")
    title: OptionalText = Field(None, description="at most 200 characters after NFC, one line")
    description: OptionalText = Field(None, description="at most 32,000 characters after NFC")
    confirmed: StrictBool = Field(False, description="must be true")
    altcha: RobotPayload = None
    attachments: Attachments = []
    linked_to: Annotated[
        OptionalText, Field(max_length=200, description="The tracking token of an ended complaint this one carries on")
    ] = None

    def as_typed(self) -> filings.Filing:
        """For the domain to judge."""
        return filings.Filing(
            ic=self.ic,
            name=self.name,
            department=self.department,
            ptj=self.ptj,
            phone=self.phone,
            email=self.email,
            whatsapp_consent=self.whatsapp_consent,
            language=self.language,
            module=self.module,
            title=self.title,
            description=self.description,
            confirmed=self.confirmed,
            attachments=tuple(self.attachments),
            linked_to=self.linked_to or None,
        )


class Receipt(BaseModel):
    """The complaint has its number. The link opens its public thread."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "HD-2026-000123-H",
                    "submitted_at": "2026-03-01T02:15:00Z",
                    "answer_by": "2026-03-04T17:00:00+08:00",
                    "tracking_url": "http://127.0.0.1:8000/a/1.HD-2026-000123-H.1772331300.AAAAAAAAAAAAAAAAAAAAAA",
                    "email_masked": "a***@example.test",
                }
            ]
        }
    )

    number: str
    submitted_at: datetime
    answer_by: datetime
    tracking_url: str
    email_masked: str


class Claim(Body):
    """Who is speaking, where no tracking link says it."""

    ic: OptionalText = None
    name: OptionalText = None
    altcha: RobotPayload = None


class Message(Claim):
    """A complainant's words. With `X-Tracking-Token` no other proof is needed."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"action": "answer", "text": "Masih berlaku pagi ini.", "attachments": []}]}
    )

    action: OptionalText = Field(None, description="`answer`, `not_solved`, `close` or `reopen`")
    text: OptionalText = Field(None, description="at most 32,000 characters; only `close` may leave it empty")
    attachments: Attachments = []


class Rating(Claim):
    """How the complainant was served. With `X-Tracking-Token` no other proof is needed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"score": 5, "comment": "Cepat dan jelas."}]})

    score: StrictInt | None = Field(None, description="1 to 5")
    comment: OptionalText = None


class Accepted(BaseModel):
    """Taken down. Whether it is allowed is decided next: ask tracking with `after` = this id."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a"}]})

    id: str


class Wanted(Body):
    """Whose links are asked for: by IC, or by number."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ic": "800101990001"}, {"number": "HD-2026-000123-H"}]})

    ic: OptionalText = None
    number: OptionalText = None
    language: Literal["ms", "en"] = "ms"


class Nothing(BaseModel):
    """Always the same."""
