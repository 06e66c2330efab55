"""What staff must see to is told to those whom the rules name: once for each matter, whoever else finds it too."""

from collections.abc import Sequence
from datetime import datetime

from uuid_utils.compat import uuid7

from services.notify.domain import planning
from services.notify.domain.facts import facts_of
from services.notify.domain.own import ChannelBack, ChannelDown, HeldMail, News, TemplateRefused, WhatsAppSaid
from services.notify.domain.pace import has_answered
from services.notify.domain.planning import Planned
from services.notify.domain.retries import Outcome
from services.notify.domain.rules import Rule
from services.notify.domain.texts import day
from services.notify.handlers import digests
from services.notify.store import copies, ledger, matrix, outages, returned
from services.notify.store.whatsapp import mark_fault
from shared.db import Tx
from shared.envelope import Envelope
from shared.events.intake import MailHeld


async def tell(tx: Tx, matter: str, event: News) -> None:
    """Plan who is told. A matter that is in the ledger plans nothing more."""
    version, rules = await matrix.of_event(tx, event.wire)
    if await returned.open_alert(tx, matter, event, version, facts_of(event, event.at)):
        await ledger.add(tx, matter, version, [(uuid7(), line) for line in await hearers(tx, event, rules)])


async def hearers(tx: Tx, event: News, rules: Sequence[Rule]) -> list[Planned]:
    """Who is told by these rules, and who is not and why."""
    named = [event.pic.id] if event.pic is not None else []
    staff = await digests.concerned(tx, named)
    return planning.plan_news(rules, event, staff, when=planning.When(await copies.now(tx)))


async def heed(tx: Tx, channel: str, outcome: Outcome, *, patience: float) -> None:
    """What an attempt says of its way out. One that has not answered for `patience` seconds is told of, and so is that
    it answers again, whichever replica finds it so."""
    answered = has_answered(outcome.fate)
    if answered is None:
        return
    if not answered:
        outage = await outages.silent(tx, channel, outcome.detail, patience)
        if outage is not None:
            down = ChannelDown(at=outage.now, channel=channel, since=outage.since, answer=outcome.detail)
            await tell(tx, _matter("down", channel, outage.since), down)
        return
    ended = await outages.over(tx, channel)
    if ended is not None and ended.told:
        back = ChannelBack(at=ended.now, channel=channel, since=ended.since)
        await tell(tx, _matter("back", channel, ended.since), back)


async def template_refused(tx: Tx, name: str, language: str, code: int) -> None:
    """This template is not sent until somebody saves the map anew; Admin is told once."""
    marked = await mark_fault(tx, name, language, code)
    if marked is not None:
        event = TemplateRefused(at=marked, template=name, language=language, code=code)
        await tell(tx, _matter("template", f"{name}:{language}", marked), event)


async def mail_held(tx: Tx, event: MailHeld, _envelope: Envelope) -> None:
    """Of one complaint, and of all that are about none, at most once in a day: the list says how many there are."""
    known = event.number is not None and await copies.complainant(tx, event.number) is not None
    number = event.number if known else None
    await tell(tx, f"held:{number or 'none'}:{day(event.at)}", HeldMail(at=event.at, number=number))


async def written(tx: Tx, wamid: str, complaint: str, recipient: str) -> None:
    """Somebody wrote about this complaint on WhatsApp: its PIC is told, and Admin where it has none."""
    event = WhatsAppSaid(
        at=await copies.now(tx), number=complaint, pic=await returned.pic_of(tx, complaint), recipient=recipient
    )
    await tell(tx, f"said:{wamid}", event)


def _matter(what: str, which: str, since: datetime) -> str:
    return f"{what}:{which}:{since.isoformat()}"
