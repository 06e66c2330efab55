"""The schema as the newest migration leaves it. Tables of `shared` (outbox, fence, idempotency, ...) are not ours."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

METADATA = MetaData()
_MOMENT = TIMESTAMP(timezone=True)

submission = Table(
    "submission",
    METADATA,
    Column("number", Text, primary_key=True),
    Column("submitted_at", _MOMENT, nullable=False),
    Column("answer_by", _MOMENT, nullable=False),
    Column("name", Text, nullable=False),
    Column("ic_index", Text, nullable=False),
    Column("ic_sealed", Text, nullable=False),
    Column("phone_sealed", Text, nullable=False),
    Column("email_sealed", Text, nullable=False),
    Column("phone_is_mobile", Boolean, nullable=False),
    Column("whatsapp_consent", Boolean, nullable=False),
    Column("language", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("ptj", Text),
    Column("module", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("robot_check", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False, comment="of the last event said about it"),
)

event = Table(
    "event",
    METADATA,
    Column("about", Text, primary_key=True, comment="complaint number, request id, or form"),
    Column("sequence", BigInteger, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("at", _MOMENT, nullable=False),
    Column("subject", Text, nullable=False, comment="where it travels"),
    Column("body", LargeBinary, nullable=False),
)

used_challenge = Table(
    "used_challenge",
    METADATA,
    Column("nonce", Text, primary_key=True),
    Column("expires_at", _MOMENT, nullable=False),
    Index("used_challenge_by_end", "expires_at"),
)

form = Table(
    "form",
    METADATA,
    Column("only", Boolean, CheckConstraint('"only"'), primary_key=True),
    Column("version", BigInteger, nullable=False),
)

module = Table(
    "module",
    METADATA,
    Column("slug", Text, primary_key=True),
    Column("code", Text),
    Column("name_ms", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("code_confirmed", Boolean, nullable=False),
)

department = Table(
    "department",
    METADATA,
    Column("slug", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("active", Boolean, nullable=False),
)

ptj = Table(
    "ptj",
    METADATA,
    Column("code", Text, primary_key=True),
    Column(
        "department",
        Text,
        ForeignKey("department.slug", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    Column("name", Text, nullable=False),
)

calendar_copy = Table(
    "calendar_copy",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("zone", Text, nullable=False),
    Column("weekend", ARRAY(Integer), nullable=False),
    Column("holidays", ARRAY(Date), nullable=False),
    Column("version", BigInteger, nullable=False),
)

settings_copy = Table(
    "settings_copy",
    METADATA,
    Column("only", Boolean, CheckConstraint('"only"'), primary_key=True),
    Column("first_answer_days", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
)

mail = Table(
    "mail",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column(
        "key",
        Text,
        nullable=False,
        unique=True,
        comment="the same mail comes once: of Message-ID, sender and recipient",
    ),
    Column("received_at", _MOMENT, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("number", Text),
    Column("person", Text, comment="`complainant`, or a staff id; none where the reply address said nothing"),
    Column("proved", Boolean, nullable=False, comment="From was the address that the reply address was made for"),
    Column("sender_sealed", Text),
    Column("sender_masked", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("enclosed", JSONB, nullable=False),
    Column("said", JSONB, comment="text and files as they were said for a member of staff: a refusal makes it held"),
    Column("size", Integer, nullable=False),
    Column("raw", LargeBinary, comment="the mail itself, while it is held"),
    Column("message", Text),
    Column("decided_at", _MOMENT),
    Column("decided_by", Text),
    Column("decided_name", Text),
    Column("why", Text),
    Index("mail_in_order", text("received_at desc"), text("id desc")),
    Index("mail_held", text("received_at desc"), text("id desc"), postgresql_where=text("status = 'held'")),
    Index("mail_by_message", "message", postgresql_where=text("message is not null")),
)

mail_look = Table(
    "mail_look",
    METADATA,
    Column("mail", Uuid, ForeignKey("mail.id", ondelete="CASCADE"), nullable=False),
    Column("at", _MOMENT, nullable=False),
    Column("staff", Text, nullable=False),
    Column("name", Text, nullable=False),
    Index("mail_look_by_mail", "mail", "at"),
    comment="who of staff opened a held mail, sender and all",
)
