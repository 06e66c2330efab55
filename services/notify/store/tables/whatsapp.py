"""WhatsApp's own: templates, numbers, receipts, and what people wrote."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.notify.store.tables.schema import Moment, metadata

whatsapp_map = Table(
    "whatsapp_map",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("items", JSONB, nullable=False),
    comment="what the templates are called, whole, version by version; none is ever changed",
)

whatsapp_fault = Table(
    "whatsapp_fault",
    metadata,
    Column("name", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("code", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    comment="templates that were refused, until somebody saves the map anew",
)

whatsapp_number = Table(
    "whatsapp_number",
    metadata,
    Column("delivery", UUID, ForeignKey("delivery.id"), primary_key=True),
    Column("number_index", Text, nullable=False),
    Index("whatsapp_number_by_index", "number_index"),
    comment="to whose number a message went, as a keyed fingerprint",
)

whatsapp_unreachable = Table(
    "whatsapp_unreachable",
    metadata,
    Column("number_index", Text, primary_key=True),
    Column("code", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

receipt = Table(
    "receipt",
    metadata,
    Column("wamid", Text, primary_key=True),
    Column("status", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("code", Integer),
    Column("delivery", UUID),
    Column("heard_at", Moment, nullable=False, server_default=text("clock_timestamp()")),
    Column("heeded", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("status in ('sent', 'delivered', 'read', 'failed')", name="receipt_status_known"),
    Index("receipt_unheeded", "heard_at", postgresql_where=text("not heeded")),
    comment="how far a message came, as WhatsApp told it, each status once",
)

whatsapp_said = Table(
    "whatsapp_said",
    metadata,
    Column("wamid", Text, primary_key=True),
    Column("number_index", Text),
    Column("number_sealed", Text),
    Column("masked", Text),
    Column("kind", Text, nullable=False),
    Column("text_sealed", Text),
    Column("said_at", Moment, nullable=False),
    Column("heard_at", Moment, nullable=False),
    Column("complaint", Text, ForeignKey("complaint.number")),
    Column("recipient", Text),
    Column("answered", Text, nullable=False),
    Column("next_at", Moment),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("detail", Text),
    CheckConstraint(
        "answered in ('due', 'sending', 'sent', 'failed', 'unknown', 'spared')", name="whatsapp_said_answered_known"
    ),
    Index("whatsapp_said_due", "next_at", postgresql_where=text("next_at is not null")),
    Index("whatsapp_said_by_number", "number_index", "heard_at"),
    Index("whatsapp_said_of_complaint", "complaint", "heard_at"),
    comment="what people wrote, sealed, each with whether it was acknowledged",
)
