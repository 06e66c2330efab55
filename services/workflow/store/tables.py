"""Workflow's own tables as SQLAlchemy knows them, for composed queries. A test holds them equal to the migrations."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, UUID

metadata = sa.MetaData()
_AT = TIMESTAMP(timezone=True)
_TEXTS = ARRAY(sa.Text)

complaint = sa.Table(
    "complaint",
    metadata,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("custodian", sa.Text),
    sa.Column("pic", UUID(as_uuid=True)),
    sa.Column("due", _AT),
    sa.Column("value", JSONB, nullable=False),
    sa.Column("timer_at", _AT),
    sa.Column("timer_rule", sa.Text),
)
event = sa.Table(
    "event",
    metadata,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("id", UUID(as_uuid=True), nullable=False, unique=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("at", _AT, nullable=False),
    sa.Column("actor_role", sa.Text, nullable=False),
    sa.Column("actor", UUID(as_uuid=True)),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
fact = sa.Table(
    "fact",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("id", UUID(as_uuid=True), nullable=False, unique=True),
    sa.Column("at", _AT, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
refusal = sa.Table(
    "refusal",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    comment="what was refused to staff who had written by mail, as it was said to intake",
)
staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("ic_index", sa.Text, nullable=False, unique=True),
    sa.Column("ic_sealed", sa.Text, nullable=False),
    sa.Column("ic_masked", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("email_sealed", sa.Text, nullable=False),
    sa.Column("email_masked", sa.Text, nullable=False),
    sa.Column("phone_sealed", sa.Text, nullable=False),
    sa.Column("phone_masked", sa.Text, nullable=False),
    sa.Column("roles", _TEXTS, nullable=False),
    sa.Column("queues", _TEXTS, nullable=False),
    sa.Column("modules", _TEXTS, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("must_change", sa.Boolean, nullable=False),
    sa.Column("failed_logins", sa.Integer, nullable=False),
    sa.Column("locked_until", _AT),
    sa.Column(
        "preferences",
        JSONB,
        nullable=False,
        server_default="{}",
        comment="how they want to be told; what is absent was never chosen",
    ),
)
session = sa.Table(
    "session",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("secret_hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("staff", UUID(as_uuid=True), nullable=False),
    sa.Column("begun_at", _AT, nullable=False),
    sa.Column("seen_at", _AT, nullable=False),
    sa.Column("ends_at", _AT, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("browser", sa.Text, nullable=False),
)
absence = sa.Table(
    "absence",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("staff", UUID(as_uuid=True), nullable=False),
    sa.Column("from_day", sa.Date, nullable=False),
    sa.Column("until_day", sa.Date, nullable=False),
    sa.Column("deputy", UUID(as_uuid=True)),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("set_by", UUID(as_uuid=True), nullable=False),
    sa.Column("set_at", _AT, nullable=False),
)
password_reset = sa.Table(
    "password_reset",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    sa.Column("staff", UUID(as_uuid=True), nullable=False),
    sa.Column("ends_at", _AT, nullable=False),
)
access_audit = sa.Table(
    "access_audit",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("at", _AT, nullable=False),
    sa.Column("staff", UUID(as_uuid=True), nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("number", sa.Text),
    sa.Column("member", UUID(as_uuid=True)),
    sa.Column("fields", _TEXTS, nullable=False),
)
holiday = sa.Table(
    "holiday",
    metadata,
    sa.Column("calendar", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("works", sa.Boolean, nullable=False),
    sa.Column("declared_by", UUID(as_uuid=True)),
    sa.Column("declared_at", _AT, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
decision = sa.Table(
    "decision",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("at", _AT, nullable=False),
    sa.Column("staff", UUID(as_uuid=True)),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("body", JSONB, nullable=False),
)
stranger = sa.Table(
    "stranger",
    metadata,
    sa.Column("ic_index", sa.Text, primary_key=True),
    sa.Column("failed_logins", sa.Integer, nullable=False),
    sa.Column("locked_until", _AT),
    sa.Column("seen_at", _AT, nullable=False),
)
