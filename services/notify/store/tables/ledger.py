"""The rules, and the ledger: alert -> delivery -> attempt; and whose turn it is."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.notify.store.tables.schema import Moment, metadata

matrix = Table(
    "matrix",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("saved_by", Text),
    Column("why", Text),
    comment="the rules, whole, version by version; none is ever changed",
)

rule = Table(
    "rule",
    metadata,
    Column("version", Integer, ForeignKey("matrix.version"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("event", Text, nullable=False),
    Column("audience", Text),
    Column("channel", Text),
    Column("template", Text),
    Column("enabled", Boolean, nullable=False),
    Column("batched", Boolean, nullable=False),
    Column("condition", JSONB, nullable=False),
    Column("why", Text),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Column("choices", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    CheckConstraint(
        "(audience is null and channel is null and template is null and why is not null)"
        " or (audience is not null and channel is not null and template is not null)",
        name="told_or_why_not",
    ),
    Index("rule_by_event", "version", "event"),
)

alert = Table(
    "alert",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("event", Text, nullable=False),
    Column("number", Text),
    Column("at", Moment, nullable=False),
    Column("rules", Integer, ForeignKey("matrix.version"), nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("correlation", Text),
    Index("alert_of_complaint", "number"),
    comment="an event that was heard, and the rules that held then",
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    Column("event_id", Text, ForeignKey("alert.event_id"), nullable=False),
    Column("number", Text, ForeignKey("complaint.number"), comment="none where it is about an account"),
    Column("rules", Integer, nullable=False),
    Column("rule", Integer, nullable=False),
    Column("audience", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("masked", Text),
    Column("channel", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("batched", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Column("carried_by", UUID, ForeignKey("delivery.id"), comment="the delivery whose mail this one goes with"),
    Column("instead_of", UUID, ForeignKey("delivery.id"), comment="the delivery that did not reach the person"),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("planned_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("next_at", Moment),
    Column("lease_until", Moment),
    Column("attempt", UUID),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("unknowns", Integer, nullable=False, server_default=text("0")),
    Column("first_tried_at", Moment),
    Column("held_until", Moment, comment="by business time; in no line until then"),
    Column("late", Boolean, nullable=False, server_default=text("false"), comment="heard long after it happened"),
    Column("digest", UUID, ForeignKey("delivery.id"), comment="the digest in which it was told"),
    ForeignKeyConstraint(["rules", "rule"], ["rule.version", "rule.position"]),
    CheckConstraint(
        "status in ('planned', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown', 'skipped')",
        name="delivery_status_known",
    ),
    CheckConstraint(
        "reason in ('no_address', 'no_consent', 'duplicate_person', 'switched_off', 'own_act', 'bounced',"
        " 'channel_down', 'sending_off', 'absent', 'quiet', 'chosen_off', 'in_digest')",
        name="delivery_reason_known",
    ),
    CheckConstraint("status <> 'skipped' or reason is not null", name="delivery_skipped_says_why"),
    UniqueConstraint("event_id", "recipient", "channel", "rule", name="delivery_once_per_rule"),
    Index(
        "delivery_once_per_person",
        "event_id",
        "recipient",
        "channel",
        unique=True,
        postgresql_where=text("status <> 'skipped'"),
    ),
    Index(
        "delivery_in_line",
        "channel",
        text("urgent desc"),
        "next_at",
        "seq",
        postgresql_where=text("next_at is not null"),
    ),
    Index(
        "delivery_gathered",
        "recipient",
        "channel",
        "template",
        "seq",
        postgresql_where=text("batched and next_at is not null"),
    ),
    Index("delivery_under_way", "lease_until", postgresql_where=text("status = 'sending'")),
    Index(
        "delivery_unsettled",
        "number",
        "recipient",
        "channel",
        "seq",
        postgresql_where=text("next_at is not null or status = 'sending'"),
    ),
    Index("delivery_held", "held_until", postgresql_where=text("held_until is not null")),
    Index("delivery_to_digest", "recipient", postgresql_where=text("reason = 'in_digest' and digest is null")),
    Index("delivery_of_digest", "digest", postgresql_where=text("digest is not null")),
    Index(
        "delivery_refused_to_staff",
        "recipient",
        "seq",
        postgresql_where=text("reason = 'bounced' and recipient like 'staff:%'"),
    ),
    Index("delivery_of_complaint", "number", "seq"),
    Index("delivery_by_status", "status", "seq"),
    Index("delivery_carried", "carried_by", postgresql_where=text("carried_by is not null")),
    Index("delivery_in_order", "seq", unique=True),
    comment="in line while next_at is set, under way while sending, otherwise at rest",
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("delivery", UUID, ForeignKey("delivery.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("result", Text),
    Column("detail", Text),
    Column("provider_id", Text, comment="what the provider calls the message"),
    Index("attempt_of_delivery", "delivery"),
    Index("attempt_of_provider", "provider_id", postgresql_where=text("provider_id is not null")),
)

turn = Table(
    "turn",
    metadata,
    Column("recipient", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("template", Text, primary_key=True),
    Column("leader", UUID, nullable=False),
    Column("not_before", Moment, nullable=False),
    comment="until when batched messages to one person are gathered",
)

pace = Table(
    "pace",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("free_at", Moment, nullable=False),
    comment="when the next message of a channel may go, for all replicas",
)

outage = Table(
    "outage",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("since", Moment, nullable=False, comment="in real time"),
    Column("detail", Text, nullable=False),
    Column("told", Boolean, nullable=False, server_default=text("false")),
    comment="ways out that do not answer now",
)

digest_day = Table(
    "digest_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("done_at", Moment, nullable=False),
    comment="working days on which everybody's digest has been made",
)
