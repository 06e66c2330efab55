"""The tables of the read model. A test holds them against what the migrations make."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.types import TypeEngine

metadata = MetaData()
_TIME = DateTime(timezone=True)


def _some(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> Column[Any]:
    return Column(name, kind, nullable=False)


complaint = Table(
    "complaint",
    metadata,
    Column("number", Text, primary_key=True),
    _some("version", Integer),
    _some("submitted_at", _TIME),
    _some("changed_at", _TIME),
    _some("state_since", _TIME),
    Column("ended_at", _TIME),
    Column("closed_at", _TIME),
    _some("ic_index"),
    _some("ic_masked"),
    _some("name"),
    _some("phone_masked"),
    _some("email_masked"),
    _some("whatsapp_consent", Boolean),
    _some("language"),
    _some("department"),
    _some("department_name"),
    Column("ptj", Text),
    Column("ptj_name", Text),
    _some("module"),
    _some("module_ms"),
    _some("module_en"),
    _some("title"),
    _some("priority"),
    _some("complex", Boolean),
    _some("robot_check"),
    _some("answer_by", _TIME),
    Column("reply_by", _TIME),
    _some("state"),
    _some("phase"),
    Column("custodian", Text),
    Column("outcome", Text),
    _some("open", Boolean),
    _some("level", SmallInteger),
    Column("due", _TIME),
    _some("by_due", _TIME),
    Column("pic_id", Text),
    Column("pic_name", Text),
    Column("claimant_id", Text),
    Column("claimant_name", Text),
    Column("holder", Text),
    _some("first_act", Boolean),
    _some("can", ARRAY(Text)),
    Column("reopen_until", _TIME),
    _some("closing", Integer),
    _some("rated", Boolean),
    Column("duplicate_of", Text),
    Column("vendor_reference", Text),
    _some("seen_by", ARRAY(Text)),
    Column("linked_to", Text),
    Column("reject_reason", Text),
    Column("vendor_logs", ARRAY(Text), nullable=False, server_default=text("'{}'")),
)
"""One row per complaint, narrow enough to page through. `by_due` is `due`, or far away; `holder` the member of staff
who has the ball."""

words = Table(
    "words",
    metadata,
    Column("number", Text, primary_key=True),
    _some("description"),
    Column("search", TSVECTOR, nullable=False),
)
"""What a complaint says at length, and what it is found by: written once, so that moving a complaint costs nothing."""

entry = Table(
    "entry",
    metadata,
    Column("number", Text, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    _some("at", _TIME),
    _some("kind"),
    _some("actor_role"),
    Column("actor_id", Text),
    Column("actor_name", Text),
    Column("from_state", Text),
    _some("to_state"),
    _some("audience", ARRAY(Text)),
    Column("text", Text),
    Column("message", Text),
    _some("detail", JSONB),
)
"""The thread: an entry per event, texts as they were sent."""

attachment = Table(
    "attachment",
    metadata,
    Column("id", Uuid, primary_key=True),
    _some("number"),
    _some("sequence", Integer),
    _some("place", SmallInteger),
    _some("name"),
    _some("type"),
    _some("size", Integer),
    _some("scan"),
    _some("audience", ARRAY(Text)),
)
"""What is known of the files that hang on entries. The bytes lie in the blob store, under the id."""

tally = Table(
    "tally",
    metadata,
    _some("seen_by", ARRAY(Text)),
    _some("open", Boolean),
    Column("custodian", Text),
    Column("holder", Text),
    _some("first_act", Boolean),
    _some("n", Integer),
)
"""How many complaints have these readers and this custodian, are held by this member of staff, wait for a first act:
differences, folded now and then. What a folder of a hundred thousand holds is the sum of a few hundred rows."""

deadlines = Table("deadlines", metadata, _some("hour", _TIME), _some("seen_by", ARRAY(Text)), _some("n", Integer))
"""How many deadlines of complaints with these readers fall into the hour that begins then: differences like the
tally's. What is overdue is the sum of the hours gone by, and what the present one has passed is counted."""

staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True),
    _some("name"),
    _some("active", Boolean),
    _some("roles", ARRAY(Text)),
    _some("queues", ARRAY(Text)),
    _some("modules", ARRAY(Text)),
)

calendar = Table(
    "calendar",
    metadata,
    Column("name", Text, primary_key=True),
    _some("zone"),
    _some("weekend", ARRAY(SmallInteger)),
    _some("holidays", ARRAY(Date)),
)

office_settings = Table("office_settings", metadata, Column("name", Text, primary_key=True), _some("said", JSONB))
"""The numbers the office may change, as they were said."""

form = Table("form", metadata, Column("name", Text, primary_key=True), _some("said", JSONB))
"""Departments, responsibility centres and modules, as they were said. Intake's: a rebuild keeps it."""

module = Table(
    "module",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("code", Text),
    _some("name_ms"),
    _some("name_en"),
)

SOLUTION_SEARCH = (
    "setweight(to_tsvector('indonesian', symptom), 'A') || to_tsvector('indonesian', cause || ' ' || steps)"
)

solution = Table(
    "solution",
    metadata,
    Column("id", Text, primary_key=True),
    _some("number"),
    _some("module"),
    _some("symptom"),
    _some("cause"),
    _some("steps"),
    _some("published", Boolean),
    _some("author"),
    Column("search", TSVECTOR, Computed(SOLUTION_SEARCH, persisted=True), nullable=False),
)
