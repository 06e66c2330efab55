"""What notify keeps of what others own."""

from sqlalchemy import ARRAY, Boolean, CheckConstraint, Column, Date, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from services.notify.store.tables.schema import Moment, metadata

complaint = Table(
    "complaint",
    metadata,
    Column("number", Text, primary_key=True),
    Column("submitted_at", Moment, nullable=False),
    Column("name", Text, nullable=False),
    Column("email_sealed", Text, nullable=False),
    Column("email_masked", Text, nullable=False),
    Column("phone_sealed", Text, nullable=False),
    Column("phone_masked", Text, nullable=False),
    Column("whatsapp", Boolean, nullable=False, comment="consent was given, and the number is a mobile one"),
    Column("language", Text, nullable=False),
    Column("ic_index", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("ptj", Text),
    Column("module", Text, nullable=False),
    Column("module_ms", Text, nullable=False),
    Column("module_en", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("seen_by", ARRAY(Text), nullable=False),
    Column("closed_at", Moment),
    Column("standing", JSONB, comment="what its last event said of it; none until one is heard"),
    Column("custody_since", Moment, comment="when its custodian got it"),
    Index("complaint_by_person", "ic_index"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("queues", ARRAY(Text), nullable=False),
    Column("language", Text, nullable=False),
    Column("email_sealed", Text, nullable=False),
    Column("email_masked", Text, nullable=False),
    Column("phone_sealed", Text, nullable=False),
    Column("phone_masked", Text, nullable=False),
    Column("preferences", JSONB, nullable=False),
    Column("away", JSONB, nullable=False),
)

module = Table(
    "module",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("name_ms", Text, nullable=False),
    Column("name_en", Text, nullable=False),
)

vendor_desk = Table(
    "vendor_desk",
    metadata,
    Column("email", Text, primary_key=True),
    Column("email_masked", Text, nullable=False),
    comment="where the vendor's helpdesk reads its mail; no row where it is not mailed",
)

asked = Table(
    "asked",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("number", Text),
    Column("ic_index", Text),
    Column("at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("until", Moment, nullable=False),
    Index("asked_until", "until"),
    comment="links that were asked for before their complaint was heard of",
)

calendar = Table(
    "calendar",
    metadata,
    Column("name", Text, primary_key=True),
    Column("zone", Text, nullable=False),
    Column("weekend", ARRAY(Integer), nullable=False),
    Column("holidays", ARRAY(Date), nullable=False),
)

office = Table(
    "office",
    metadata,
    Column("one", Boolean, CheckConstraint("one", name="office_once"), primary_key=True, server_default=text("true")),
    Column("vendor_days", Integer, nullable=False, comment="working days until the vendor is reminded"),
)
