"""What intake does, one function per use case: load, judge, save, record. The edges commit; ids and time are given."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.intake.domain import filing as filings
from services.intake.domain import form as forms
from services.intake.domain import links, thread
from services.intake.domain.filing import Filing, Receipt, Submission
from services.intake.domain.form import Department, Form, Module, Ptj
from services.intake.domain.links import Wanted
from services.intake.domain.numbers import complaint_number
from services.intake.domain.office import Office
from services.intake.domain.robot import REPLAY, Challenge, RobotCheck
from services.intake.domain.thread import Claim, Words
from services.intake.store import copies, mails, record, spent, submissions
from services.intake.store import form as form_store
from shared.auth import TrackingTokens
from shared.blobs import uploads
from shared.db import Tx
from shared.envelope import Envelope, Event, seal
from shared.errors import Conflict, Invalid, NotFound, Refused, Text, Unknown
from shared.events.intake import Contact
from shared.events.reference import CalendarSaved, SettingsSaved
from shared.limits import Spending
from shared.privacy import Keyring, blind_index, mask_email, mask_ic, mask_phone
from shared.web import edge
from shared.web.edge import Kept

SOURCE = "intake"
FORM = "form"
NOBODY = submissions.Complainant(ic_index="0" * 64, name="TIADA SESIAPA BIN TIADA")
"""Compared with where there is no such complaint, so that the work is the same."""
NOT_OPEN = Text("Borang belum dibuka. Sila cuba sebentar lagi.", "The form is not open yet. Please try again shortly.")
UNSEEN = Text("Nyatakan versi yang dilihat (If-Match).", "Say which version you saw (If-Match).")
STALE = Text("Borang telah diubah oleh orang lain.", "Somebody else has changed the form.")


@dataclass(frozen=True, slots=True)
class Seals:
    """The keys in use: what seals a contact, fingerprints an IC and signs a link."""

    ring: Keyring
    index_key: bytes
    links: TrackingTokens
    public_url: str

    def index(self, ic: str) -> str:
        """The blind index of an IC."""
        return blind_index(self.index_key, "ic", ic)

    def contact(self, submission: Submission, number: str) -> Contact:
        """Who complains, sealed for this complaint."""
        plain = {"ic": submission.ic, "phone": submission.phone.e164, "email": submission.email}
        sealed = {field: self.ring.seal(text, about=number, field=field) for field, text in plain.items()}
        return Contact(
            name=submission.name,
            ic_sealed=sealed["ic"],
            phone_sealed=sealed["phone"],
            email_sealed=sealed["email"],
            ic_index=self.index(submission.ic),
            ic_masked=mask_ic(submission.ic),
            phone_masked=mask_phone(submission.phone.e164),
            email_masked=mask_email(submission.email),
            phone_is_mobile=submission.phone.is_mobile,
            whatsapp_consent=submission.whatsapp_consent,
            language=submission.language,
        )


@dataclass(frozen=True, slots=True)
class Cause:
    """The id of what is about to be said, and the request it comes from."""

    id: str
    correlation: str


Keep = Callable[[Receipt], Kept | None]
"""What a receipt becomes to be answered again, where it can be asked for again."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A complaint that can be taken down: by which office, and as which of its year."""

    submission: Submission
    office: Office
    sequence: int


async def check_filing(tx: Tx, known: copies.Known, seals: Seals, filing: Filing, robot: RobotCheck) -> None:
    """Raises `Invalid` where filing this would; writes nothing and uses no file up."""
    await _submission(tx, await known.office(tx), seals, filing, robot)
    if robot.challenge is not None and await spent.is_spent(tx, robot.challenge):
        raise Invalid([REPLAY])


async def judge(tx: Tx, known: copies.Known, seals: Seals, filing: Filing, robot: RobotCheck) -> Judged:
    """What may be filed, with its number of the year. Raises `Invalid`."""
    office = await known.office(tx)
    submission = await _submission(tx, office, seals, filing, robot)
    return Judged(submission, office, await submissions.take_number(tx, office.year))


async def judge_at_the_door(
    tx: Tx, known: copies.Known, seals: Seals, filing: Filing, robot: RobotCheck, spending: Spending
) -> Judged:
    """As `judge`, with the visitor counted on the way. Judged first by the form as it was last seen: what would do then
    has its number with the look at the office, and is judged again only where the form has changed. `tx` commits every
    statement, for whoever is refused counts too. Raises `TooMany`, `Invalid`."""
    seen = known.form
    try:
        submission = filings.judge(filing, seen, robot)
    except Invalid:
        submission = None
    office, sequence = await known.door(tx, spending, numbered=submission is not None)
    if submission is None or office.form is not seen:
        submission = await _submission(tx, office, seals, filing, robot)
    return Judged(submission, office, sequence or await submissions.take_number(tx, office.year))


async def file_complaint(
    tx: Tx, seals: Seals, judged: Judged, challenge: Challenge | None, cause: Cause, keep: Keep
) -> Receipt:
    """Take a complaint down under its number, its files with it. All but the use of files is one statement, with what
    `keep` makes of the receipt: the answer if it comes again. Raises `Invalid`."""
    submission, now = judged.submission, judged.office.now
    number = complaint_number(judged.office.year, judged.sequence)
    await uploads.use(tx, [file.id for file in submission.files], uploads.PUBLIC, number)
    contact = seals.contact(submission, number)
    answer_by = judged.office.answer_by(now)
    event = filings.submitted(submission, number=number, submitted_at=now, answer_by=answer_by, contact=contact)
    receipt = Receipt(
        number=number,
        submitted_at=now,
        answer_by=answer_by,
        tracking_url=f"{seals.public_url}/a/{seals.links.make(number, now)}",
        email_masked=contact.email_masked,
    )
    envelope = enveloped(event, number, 1, now, cause)
    if not await submissions.add(tx, submission, event, envelope, challenge, keep(receipt)):
        raise Invalid([REPLAY])
    return receipt


async def proves_itself(tx: Tx, seals: Seals, number: str, claim: Claim, robot: RobotCheck) -> bool:
    """Whether IC and name are those of this complaint. Does the same work whether there is such a complaint or not,
    and uses the robot check up where the answer is no."""
    found = await submissions.complainant(tx, number)
    kept = found or NOBODY
    same_ic = hmac.compare_digest(kept.ic_index, seals.index(claim.ic))
    same_name = thread.same_name(kept.name, claim.name)
    if found is not None and same_ic and same_name:
        return True
    await _spend(tx, robot.challenge)
    return False


async def take_words(
    tx: Tx, number: str, words: Words, cause: Cause, *, linked_at: datetime | None, robot: RobotCheck | None
) -> str:
    """Pass on what a proved complainant does, under the id it is answered with. `linked_at` is the second that their
    link says, or none where IC and name were the proof. Raises `NotFound`, `Invalid`."""
    if robot is not None:
        await _spend(tx, robot.challenge)
    held = await submissions.next_event(tx, number, linked_at)
    if held is None:
        raise NotFound
    sequence, now = held
    proof = thread.IC_AND_NAME if linked_at is None else thread.LINK
    files = await uploads.use(tx, words.attachments, uploads.PUBLIC, number)
    event = thread.acted(words, number=number, message=cause.id, proof=proof, files=files)
    await record.record(tx, [enveloped(event, number, sequence, now, cause)])
    return cause.id


async def request_links(tx: Tx, seals: Seals, wanted: Wanted, cause: Cause) -> None:
    """Have the complaints' links sent to their own contacts. Looks nothing up: a hit and a miss are the same."""
    event = links.requested(wanted, seals.index(wanted.ic) if wanted.ic else None)
    now = await submissions.business_time(tx)
    await record.record(tx, [enveloped(event, cause.id, 1, now, cause)])


async def open_form(
    tx: Tx, modules: Sequence[Module], departments: Sequence[Department], centres: Sequence[Ptj], cause: Cause
) -> bool:
    """Fill and say the form once, on an empty record; false if that was done before."""
    if not await form_store.open_first(tx):
        return False
    await form_store.replace_modules(tx, forms.judge_modules(modules))
    await form_store.replace_departments(tx, forms.judge_departments(departments, centres))
    await form_store.replace_ptj(tx, forms.judge_ptj(centres, departments))
    await _say_form(tx, cause)
    return True


async def save_modules(tx: Tx, modules: Sequence[Module], seen: int | None, cause: Cause) -> Form:
    """Replace the list of modules. `seen` is the version the editor saw: needed. Raises `Invalid`, `Conflict`."""
    await _hold_form(tx, seen)
    await form_store.replace_modules(tx, forms.judge_modules(modules))
    return await _say_form(tx, cause)


async def save_departments(tx: Tx, departments: Sequence[Department], seen: int | None, cause: Cause) -> Form:
    """Replace the list of departments. Raises `Invalid`, `Conflict`."""
    await _hold_form(tx, seen)
    current = await form_store.load(tx)
    await form_store.replace_departments(tx, forms.judge_departments(departments, current.ptj))
    return await _say_form(tx, cause)


async def save_ptj(tx: Tx, centres: Sequence[Ptj], seen: int | None, cause: Cause) -> Form:
    """Replace the list of responsibility centres. Raises `Invalid`, `Conflict`."""
    await _hold_form(tx, seen)
    current = await form_store.load(tx)
    await form_store.replace_ptj(tx, forms.judge_ptj(centres, current.departments))
    return await _say_form(tx, cause)


async def keep_calendar(tx: Tx, saved: CalendarSaved, letter: Envelope) -> None:
    """Keep the office's calendar; the vendor's is of no use here."""
    if saved.name == copies.OFFICE:
        await copies.keep_calendar(tx, saved, letter.sequence)


async def keep_settings(tx: Tx, saved: SettingsSaved, letter: Envelope) -> None:
    """Keep how long a first answer may take."""
    await copies.keep_settings(tx, saved, letter.sequence)


async def sweep(tx: Tx) -> None:
    """Forget what has served: kept answers, counts of past windows, challenges that have expired."""
    await edge.forget_answers(tx)
    await spent.forget_counts(tx)
    await spent.forget_challenges(tx)
    await mails.forget(tx)


async def _submission(tx: Tx, office: Office, seals: Seals, filing: Filing, robot: RobotCheck) -> Submission:
    files = await uploads.find(tx, filing.attachments, uploads.PUBLIC)
    return filings.judge(filing, office.form, robot, files, await _linked(tx, seals, filing))


async def _linked(tx: Tx, seals: Seals, filing: Filing) -> str | None:
    """The number of the complaint that the filing carries on, where its link proves that it may."""
    if filing.linked_to is None:
        return None
    try:
        number, filed_at = seals.links.check(filing.linked_to)
    except Unknown:
        return None
    return number if await submissions.was_filed(tx, number, filed_at) else None


async def _spend(tx: Tx, challenge: Challenge | None) -> None:
    if challenge is not None and not await spent.spend(tx, challenge):
        raise Invalid([REPLAY])


async def _hold_form(tx: Tx, seen: int | None) -> None:
    version = await form_store.hold(tx)
    if version == 0:
        raise Refused("form_not_open", NOT_OPEN)
    if seen is None:
        raise Conflict("if_match_required", UNSEEN)
    if seen != version:
        raise Conflict("stale", STALE, version=version)


async def _say_form(tx: Tx, cause: Cause) -> Form:
    version = await form_store.count_up(tx)
    form = await form_store.load(tx)
    now = await submissions.business_time(tx)
    await record.record(tx, [enveloped(forms.saved(form), FORM, version, now, cause)])
    return replace(form, version=version)


def enveloped(event: Event, about: str, sequence: int, at: datetime, cause: Cause) -> Envelope:
    """As intake says it."""
    return seal(
        event,
        id=cause.id,
        source=SOURCE,
        subject=about,
        sequence=sequence,
        time=at,
        correlation=cause.correlation,
    )
