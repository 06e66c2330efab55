"""Complaints as they were filed, and who filed them."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.intake.domain.filing import Submission
from services.intake.domain.robot import Challenge
from shared.db import Tx
from shared.envelope import Envelope, nats_subject
from shared.events.intake import ComplaintSubmitted
from shared.web.edge import Kept


@dataclass(frozen=True, slots=True)
class Complainant:
    """What proves a person without a link: the blind index of the IC, and the name as it was filed."""

    ic_index: str
    name: str


async def take_number(tx: Tx, year: int) -> int:
    """The next number of a year. Gaps are allowed, and nobody waits for anybody's commit."""
    number: int = await tx.fetchval("select next_in_year($1)", year)
    return number


async def add(
    tx: Tx,
    submission: Submission,
    event: ComplaintSubmitted,
    envelope: Envelope,
    challenge: Challenge | None,
    kept: Kept | None,
) -> bool:
    """Take a complaint down and say so: submission, record, outbox, the robot check used up and the answer kept under
    its key, in one statement. False, and nothing of it is done, where check or key were used before; a twin waits for
    the first to commit."""
    try:
        await tx.execute(_ADD, *_told(submission, event), *_said(envelope), *_once(challenge, kept))
    except asyncpg.UniqueViolationError as taken:
        if taken.constraint_name not in ("used_challenge_pkey", "idempotency_pkey"):
            raise
        return False
    return True


_ADD = """
    with spent as (
        insert into used_challenge (nonce, expires_at) select $23::text, $24::timestamptz where $23 is not null
    ), answered as (
        insert into idempotency (route, key, fingerprint, status, body)
        select $25::text, $26::text, $27::bytea, $28::int, $29::bytea where $26 is not null
    ), taken as (
        insert into submission (number, submitted_at, answer_by, name, ic_index, ic_sealed, phone_sealed,
                                email_sealed, phone_is_mobile, whatsapp_consent, language, department, ptj, module,
                                title, description, robot_check, sequence)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
    ), kept as (
        insert into event (about, sequence, id, type, at, subject, body)
        values ($1, $18, $19, $20, $2, $21, $22)
    )
    insert into outbox (event_id, subject, body) values ($19, $21, $22)
"""


def _told(submission: Submission, event: ComplaintSubmitted) -> tuple[object, ...]:
    contact = event.contact
    return (
        event.number,
        event.submitted_at,
        event.answer_by,
        contact.name,
        contact.ic_index,
        contact.ic_sealed,
        contact.phone_sealed,
        contact.email_sealed,
        contact.phone_is_mobile,
        contact.whatsapp_consent,
        contact.language,
        event.department,
        event.ptj,
        event.module,
        submission.title,
        submission.description,
        event.robot_check,
    )


def _said(envelope: Envelope) -> tuple[object, ...]:
    return envelope.sequence, envelope.id, envelope.type, nats_subject(envelope), envelope.encoded()


def _once(challenge: Challenge | None, kept: Kept | None) -> tuple[object, ...]:
    spent = (challenge.nonce, challenge.expires_at) if challenge else (None, None)
    answer = (kept.asked.route, kept.asked.key, kept.asked.fingerprint, kept.status, kept.body) if kept else (None,) * 5
    return *spent, *answer


async def complainant(tx: Tx, number: str) -> Complainant | None:
    """Who filed this complaint, if there is such a complaint."""
    row = await tx.fetchrow("select ic_index, name from submission where number = $1", number)
    return Complainant(row["ic_index"], row["name"]) if row else None


async def was_filed(tx: Tx, number: str, second: datetime) -> bool:
    """Whether this complaint was filed in the second that a link says."""
    return bool(
        await tx.fetchval(
            "select exists (select 1 from submission where number = $1 and date_trunc('second', submitted_at) = $2)",
            number,
            second,
        )
    )


async def next_event(tx: Tx, number: str, submitted_at: datetime | None) -> tuple[int, datetime] | None:
    """The next sequence of this complaint's events, and business time; holds the complaint until the commit.

    None where there is no such complaint, or where it was not filed in the second that a link says.
    """
    row = await tx.fetchrow(
        """
        update submission set sequence = sequence + 1
        where number = $1 and ($2::timestamptz is null or date_trunc('second', submitted_at) = $2)
        returning sequence, helpdesk.now() as now
        """,
        number,
        submitted_at,
    )
    return (row["sequence"], row["now"]) if row else None


async def business_time(tx: Tx) -> datetime:
    """Now, as the office counts it."""
    now: datetime = await tx.fetchval("select helpdesk.now()")
    return now
