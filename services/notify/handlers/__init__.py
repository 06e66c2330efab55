"""Use cases: an event is told on, links are sent, copies are kept; deliveries are claimed, settled, put back; the
matrix is saved. Each loads, decides, saves; none commits or sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.notify.domain import planning, retries
from services.notify.domain.facts import facts_of, with_report
from services.notify.domain.late import is_late
from services.notify.domain.notice import Notice
from services.notify.domain.own import DigestDue, News
from services.notify.domain.people import Complainant
from services.notify.domain.planning import Planned
from services.notify.domain.retries import PATIENCE, RETRYABLE, Outcome, Reason
from services.notify.domain.rules import TOLD, Rule, faults
from services.notify.handlers import digests, news, returned
from services.notify.handlers.whatsapp import after_attempt as after_whatsapp
from services.notify.senders.letters import EmptyPlaceholder, Letters
from services.notify.store import asked, copies, ledger, line, matrix
from services.notify.store.whatsapp import take_pair_turn
from shared.db import Tx
from shared.envelope import Envelope
from shared.errors import Conflict, FieldError, Invalid, NotFound, Refused, Text
from shared.events.accounts import AccountEvent
from shared.events.complaint import ComplaintEvent
from shared.events.intake import TrackingLinkRequested
from shared.events.reference import FormSaved, SettingsSaved, StaffSaved
from shared.events.workflow import Classified, ContactCorrected, Received, Reminded

LINK_GOOD_FOR = timedelta(days=60)
"""A tracking link opens until this long after the complaint was closed; nobody is sent one that would not open."""


async def receive(tx: Tx, event: Received, envelope: Envelope) -> None:
    """A complaint began: keep its copy, then tell. Links to it that were asked for before it was heard of go now."""
    await copies.keep_complaint(tx, event)
    await tell(tx, event, envelope)
    for request in await asked.about(tx, event.number, event.contact.ic_index, event.submitted_at):
        await _send_awaited(tx, event.number, request)


async def correct_contact(tx: Tx, event: ContactCorrected, envelope: Envelope) -> None:
    """The contact is another one now: keep it, then tell the new one."""
    await copies.keep_contact(tx, event.number, event.contact)
    await tell(tx, event, envelope)


async def classify(tx: Tx, event: Classified, envelope: Envelope) -> None:
    """The module may be another one now: keep it, then tell."""
    await copies.keep_module(tx, event)
    await tell(tx, event, envelope)


async def tell(tx: Tx, event: ComplaintEvent, envelope: Envelope) -> None:
    """Plan who hears of this event. An event already in the ledger plans nothing more."""
    await copies.follow(tx, event)
    version, rules = await matrix.of_event(tx, envelope.type)
    late = is_late(envelope, datetime.now(UTC))
    await _enter(tx, event, envelope, event.number, version, await hearers(tx, event, rules, late=late))


async def send_links(tx: Tx, event: TrackingLinkRequested, envelope: Envelope) -> None:
    """Each complaint's link to its own contact. A complaint may be on its way here still, on another stream: what was
    asked for waits a while. After that, a miss leaves no trace here."""
    version, rules = await matrix.of_event(tx, envelope.type)
    lines = await hearers(tx, event, rules)
    if lines:
        await _enter(tx, event, envelope, None, version, lines)
    if event.number is None or not lines:
        await asked.keep(tx, event, envelope)


async def _send_awaited(tx: Tx, number: str, envelope: Envelope) -> None:
    """The link to a complaint that is known only now."""
    event = envelope.open_as(TrackingLinkRequested)
    version, rules = await matrix.of_event(tx, envelope.type)
    lines = await hearers(tx, TrackingLinkRequested(number=number), rules)
    await ledger.open_alert(tx, envelope, None, envelope.time, version, facts_of(event, envelope.time))
    told = await ledger.told(tx, envelope.id)
    await ledger.add(tx, envelope.id, version, [(uuid7(), one) for one in lines if one.recipient not in told])


async def tell_owner(tx: Tx, event: AccountEvent, envelope: Envelope) -> None:
    """Tell the owner of an account. Where it is nobody's, nothing is left here."""
    version, rules = await matrix.of_event(tx, envelope.type)
    if lines := await hearers(tx, event, rules):
        await _enter(tx, event, envelope, None, version, lines)


async def hearers(
    tx: Tx,
    event: ComplaintEvent | TrackingLinkRequested | AccountEvent | News | DigestDue,
    rules: Sequence[Rule],
    *,
    late: bool = False,
) -> list[Planned]:
    """Who is told of this event by these rules, and who is not and why. Enters nothing: what really happens and what
    is only tried out are planned here alike. `late`: it is heard long after it happened. Raises
    `LookupError` for an event of a complaint nobody told us of."""
    if isinstance(event, ComplaintEvent):
        complainant = await copies.complainant(tx, event.number)
        if complainant is None:
            raise LookupError(f"{event.wire} of a complaint that was never received here")
        before = getattr(event, "before", None)
        named = [person.id for person in (event.pic, event.claimant, before) if person is not None]
        desk = event.vendor is not None and await copies.has_vendor_desk(tx)
        staff = await digests.concerned(tx, named)
        when = planning.When(await copies.now(tx), late)
        return planning.plan(rules, event, complainant, staff, desk=desk, when=when)
    if isinstance(event, DigestDue):
        return await digests.hearers(tx, rules)
    if isinstance(event, News):
        return await news.hearers(tx, event, rules)
    if isinstance(event, AccountEvent):
        owner = await copies.member(tx, event.staff) if event.staff is not None else None
        return [] if owner is None else planning.plan_account(rules, event, owner)
    return [one for asker in await _askers(tx, event) for one in planning.plan(rules, event, asker, [])]


async def _askers(tx: Tx, event: TrackingLinkRequested) -> Sequence[Complainant]:
    if event.number is not None:
        one = await copies.complainant(tx, event.number)
        return [] if one is None else [one]
    if event.ic_index is None:
        return []
    return await copies.complainants_of(tx, event.ic_index, await copies.now(tx) - LINK_GOOD_FOR)


async def know_staff(tx: Tx, event: StaffSaved, _envelope: Envelope) -> None:
    """Keep a member of staff as they are now."""
    await copies.keep_staff(tx, event)


async def know_form(tx: Tx, event: FormSaved, _envelope: Envelope) -> None:
    """Keep the modules' names as they are now."""
    await copies.keep_modules(tx, event)


async def know_settings(tx: Tx, event: SettingsSaved, _envelope: Envelope) -> None:
    """Keep where the vendor's helpdesk reads its mail, and after how many days it is reminded."""
    await copies.keep_vendor_desk(tx, event.vendor_email)
    await copies.keep_vendor_days(tx, event.vendor_remind_days)


async def _enter(
    tx: Tx,
    event: ComplaintEvent | TrackingLinkRequested | AccountEvent,
    envelope: Envelope,
    number: str | None,
    version: int,
    lines: Sequence[Planned],
) -> None:
    at = event.at if isinstance(event, ComplaintEvent) else envelope.time
    facts = facts_of(event, at)
    if isinstance(event, Reminded) and event.custodian == "VENDOR":
        reported = await ledger.last_report(tx, event.number)
        facts = with_report(facts, reported) if reported else facts
    if await ledger.open_alert(tx, envelope, number, at, version, facts):
        await ledger.add(tx, envelope.id, version, [(uuid7(), one) for one in lines])


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was taken out of the line, and for how many seconds the channel's rate lets nothing more through."""

    notices: list[Notice]
    wait: float = 0.0


async def claim(
    tx: Tx, channel: str, limit: int, *, lease: float, window: float, per_second: float = 0.0, pair: float = 0.0
) -> Claimed:
    """Take what is due on this channel, at most `limit` messages, no faster than `per_second`, and to one person no
    sooner than `pair` seconds after the last, and record their attempts."""
    await line.expire(tx)
    candidates = await line.next_in_line(tx, channel, limit)
    wait = 0.0
    if candidates and per_second:
        granted, wait = await line.keep_pace(tx, channel, per_second, len(candidates))
        candidates = candidates[:granted]
    if pair:
        candidates = [one for one in candidates if await take_pair_turn(tx, one.recipient, one.id, pair)]
    claimed = [
        await ledger.start(tx, candidate.id, uuid7(), lease)
        for candidate in candidates
        if not candidate.batched or await line.take_turn(tx, candidate, window)
    ]
    return Claimed(claimed, wait)


async def settle(
    tx: Tx, notice: Notice, outcome: Outcome, *, jitter: float, down_seconds: float
) -> retries.Verdict | None:
    """Record how an attempt ended; for how many seconds a channel may be silent before staff are told. None when a
    later attempt decides about the delivery."""
    delivery, attempt = UUID(notice.delivery), UUID(notice.attempt)
    found = await ledger.under_way(tx, delivery, attempt)
    verdict = None
    if found is not None:
        verdict = retries.judge(
            outcome,
            tries=found.tries,
            unknowns=found.unknowns,
            age=found.age,
            jitter=jitter,
            patience=PATIENCE[notice.channel],
        )
    await ledger.settle(tx, delivery, attempt, outcome, verdict)
    if verdict is not None and verdict.reason is Reason.BOUNCED and notice.channel == "email":
        await returned.tell(tx, delivery, outcome.detail)
    if verdict is not None and notice.channel == "whatsapp":
        await after_whatsapp(tx, delivery, outcome, verdict)
    await news.heed(tx, notice.channel, outcome, patience=down_seconds)
    return verdict


async def give_up_unsent(tx: Tx, channel: str, why: Reason) -> int:
    """Nothing is sent on this channel: what is planned is not sent, now or later."""
    return await line.skip_all(tx, channel, why)


async def retry(tx: Tx, id: UUID) -> None:
    """A person wants it tried again. Raises `NotFound`, or `Refused` with where it stands."""
    found = await ledger.standing(tx, id)
    if found is None:
        raise NotFound
    if found not in RETRYABLE:
        raise Refused(
            "not_retryable",
            Text("Penghantaran ini tidak boleh dicuba semula.", "This delivery cannot be tried again."),
            status=found[0],
            reason=found[1],
        )
    await ledger.put_back(tx, id)


async def save_rules(
    tx: Tx, seen: int, rules: Sequence[Rule], letters: Letters, saved_by: str, why: str | None = None
) -> int:
    """A new version of the whole matrix. Raises `Conflict` when another was saved since, `Invalid` with every fault."""
    version = await matrix.lock(tx)
    if version != seen:
        text = Text("Peraturan telah diubah oleh orang lain.", "The rules were changed by somebody else.")
        raise Conflict("stale", text, version=version)
    wrong = rules_faults(rules, letters)
    if wrong:
        raise Invalid([FieldError(field, "rule_invalid", text) for field, text in wrong])
    await matrix.save(tx, version + 1, rules, saved_by, why)
    return version + 1


def rules_faults(rules: Sequence[Rule], letters: Letters) -> list[tuple[str, Text]]:
    """What is wrong with this matrix: in itself, or because a message could not be written for its event."""
    wrong = faults(rules, letters.messages)
    if wrong:
        return wrong
    for index, rule in enumerate(rules):
        if rule.template is not None:
            try:
                letters.prove(rule.template, TOLD[rule.event])
            except EmptyPlaceholder:
                text = Text(
                    "Mesej ini memerlukan nilai yang tidak sentiasa diberi oleh peristiwa",
                    "This message needs a value that the event does not always give",
                )
                wrong.append((f"items.{index}.template", text))
    return wrong


async def check_rules(tx: Tx, letters: Letters) -> list[tuple[str, Text]]:
    """What is wrong with the matrix that holds."""
    return rules_faults((await matrix.current(tx))[1], letters)
