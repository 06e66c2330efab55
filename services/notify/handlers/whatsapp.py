"""Use cases of WhatsApp: which template goes to whom, what is done for whom it did not reach, what webhooks bring, and
thanking those who wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from services.notify.domain import whatsapp as rules
from services.notify.domain.retries import Fate, Outcome, Status, Verdict
from services.notify.domain.webhook import Heard, Said
from services.notify.domain.whatsapp import NAME, Heed
from services.notify.handlers import news
from services.notify.senders.bodies import BODIES, Key, default_name
from services.notify.senders.whatsapp import Way
from services.notify.store import receipts, said
from services.notify.store import whatsapp as store
from services.notify.store.said import About
from services.notify.store.whatsapp import Named
from shared.db import Tx
from shared.errors import Conflict, FieldError, Invalid, Text
from shared.privacy import Keyring, blind_index, mask_phone

NOT_SENT = frozenset({Status.FAILED, Status.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Secrets:
    """What seals what people wrote, and the key of numbers' fingerprints."""

    keyring: Keyring
    index_key: bytes

    def index(self, number: str) -> str:
        """The fingerprint of a number."""
        return blind_index(self.index_key, "whatsapp", number)


def whole_map(saved: Sequence[Named]) -> Mapping[Key, Named]:
    """What every template is called: as saved, and by its usual name where nobody has said anything."""
    usual = {key: Named(key[0], key[1], default_name(key[0])) for key in BODIES}
    return usual | {(one.message, one.language): one for one in saved if (one.message, one.language) in BODIES}


async def way_to(tx: Tx, delivery: UUID, message: str, language: str, index: str) -> Way:
    """How this message goes to this number: in the person's language where that template may be used, else in Malay."""
    await store.remember_number(tx, delivery, index)
    code = await store.flagged(tx, index)
    if code is not None:
        return Way(why_not=Outcome(Fate.PERMANENT, f"WhatsApp does not reach this number: {code}", code=None))
    named = whole_map((await store.template_map(tx))[1])
    refused = {(one.name, one.language) for one in await store.faults(tx)}
    for tongue in dict.fromkeys((language, "ms")):
        one = named.get((message, tongue))
        if one is not None and one.enabled and (one.name, tongue) not in refused:
            return Way(one.name, tongue)
    return Way(why_not=Outcome(Fate.UNWRITTEN, "no template that may be used"))


async def save_templates(tx: Tx, seen: int, items: Sequence[Named], saved_by: str) -> int:
    """A new version of the whole map; what was refused is tried again. Raises `Conflict` when another was saved since,
    `Invalid` with every fault."""
    version = await store.lock_map(tx)
    if version != seen:
        text = Text("Peta templat telah diubah oleh orang lain.", "The templates were changed by somebody else.")
        raise Conflict("stale", text, version=version)
    wrong = _map_faults(items)
    if wrong:
        raise Invalid(wrong)
    await store.save_map(tx, version + 1, items, saved_by)
    return version + 1


def _map_faults(items: Sequence[Named]) -> list[FieldError]:
    wrong = []
    met: set[Key] = set()
    for place, one in enumerate(items):
        key = (one.message, one.language)
        if key not in BODIES:
            text = Text("Mesej ini tiada bentuk WhatsApp dalam bahasa ini", "There is no such WhatsApp message")
            wrong.append(FieldError(f"items.{place}.message", "message_unknown", text))
        if key in met:
            text = Text("Mesej ini disenaraikan dua kali", "This message is listed twice")
            wrong.append(FieldError(f"items.{place}.message", "message_twice", text))
        if NAME.fullmatch(one.name) is None:
            text = Text("Huruf kecil, angka dan garis bawah sahaja", "Small letters, digits and underscores only")
            wrong.append(FieldError(f"items.{place}.name", "name_malformed", text))
        met.add(key)
    return wrong


async def after_attempt(tx: Tx, delivery: UUID, outcome: Outcome, verdict: Verdict) -> None:
    """What else follows from how an attempt ended: a number that cannot be reached is flagged, and who was not told
    this way is told by mail."""
    if outcome.code is not None and rules.is_about_number(outcome.code):
        await store.flag(tx, delivery, outcome.code, rules.flag_days(outcome.code))
    if verdict.status in NOT_SENT and verdict.wait is None:
        await mail_instead(tx, delivery)


async def mail_instead(tx: Tx, delivery: UUID) -> int:
    """A mail for whom this delivery, and what it carried, did not reach; none where one goes anyway."""
    lost = await store.carried_by(tx, delivery)
    return await store.mail_instead(tx, [(uuid7(), one) for one in lost])


async def give_up_waiting(tx: Tx, patience: float) -> int:
    """What has waited this many seconds for the channel to come back goes by mail; how many."""
    given_up = await store.give_up_waiting(tx, patience)
    for delivery in given_up:
        await mail_instead(tx, delivery)
    return len(given_up)


async def heed(tx: Tx, limit: int) -> int:
    """Move the deliveries that receipts speak of, each only forward; answers how many receipts were looked at and done
    with."""
    done = 0
    for one in await receipts.unheeded(tx, limit):
        match rules.heed(one.status, one.told, latest=one.latest):
            case Heed.WAIT:
                continue
            case Heed.APPLY if one.told is Status.FAILED:
                outcome, verdict = rules.failed_after_all(one.code, tries=one.tries)
                await receipts.came_to_nothing(tx, one, outcome, verdict)
                await after_attempt(tx, one.delivery, outcome, verdict)
            case Heed.APPLY:
                await receipts.reached(tx, one)
                if one.told is not Status.SENT:
                    await store.unflag(tx, one.delivery)
        await receipts.done_with(tx, one)
        done += 1
    return done


async def take_in(tx: Tx, heard: Heard, secrets: Secrets) -> None:
    """Keep all that a webhook said. What was said before is no news, and nothing is decided here."""
    await receipts.keep(tx, heard.receipts)
    await said.one_at_a_time(tx, [secrets.index(one.number) for one in heard.said if one.number is not None])
    for one in heard.said:
        await _keep_said(tx, one, secrets)


async def _keep_said(tx: Tx, one: Said, secrets: Secrets) -> None:
    index = None if one.number is None else secrets.index(one.number)
    about = await _about(tx, one, index)
    new = await said.keep(
        tx,
        one,
        index=index,
        number_sealed=None if one.number is None else secrets.keyring.seal(one.number, about=one.wamid, field="phone"),
        masked=None if one.number is None else mask_phone(f"+{one.number}"),
        text_sealed=None if one.text is None else secrets.keyring.seal(one.text, about=one.wamid, field="text"),
        about=about,
    )
    if new and about.complaint is not None and about.recipient is not None:
        await news.written(tx, one.wamid, about.complaint, about.recipient)


async def _about(tx: Tx, one: Said, index: str | None) -> About:
    """What is written about: what was answered; else the one complaint of theirs whose answer is awaited; else their
    only open one. Where that does not settle it, nobody guesses."""
    if one.answers is not None:
        about = await said.answered(tx, one.answers, index)
        if about is not None and about.complaint is not None:
            return about
    if index is None:
        return About(None, None)
    numbers, awaited, last = await said.known(tx, index)
    for few in (awaited, numbers):
        if len(few) == 1:
            return About(few[0], f"complainant:{few[0]}")
    return About(None, last)
