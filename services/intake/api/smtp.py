"""The SMTP hook: answers to our mails, handed over by the office's mail server. It takes mail for one mailbox, relays
nothing, and says 250 only after the commit; whatever goes wrong on our side is 4xx, and the server keeps the mail."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from aiosmtpd.smtp import SMTP, Envelope, Session
from uuid_utils.compat import uuid7

from services.intake.api.desk import HOUR, Desk
from services.intake.domain.mail.judged import Held, Passed, Reason
from services.intake.domain.mail.reading import Enclosed
from services.intake.handlers import mails
from services.intake.handlers.mails import Arrival, Enclosure, Full
from services.intake.handlers.opened import opened
from shared import logs
from shared.blobs.file import AT_MOST
from shared.blobs.uploads import Uploads
from shared.errors import Invalid, Text, TooMany

MAIL_BYTES = 25 * 1024 * 1024
MAILS_BY_PERSON = 30
IDLE_SECONDS = 120.0
RECIPIENTS = 10
TOO_MANY_FILES = Text(f"Tidak melebihi {AT_MOST} fail", f"At most {AT_MOST} files")
NOT_OURS = "550 5.1.1 No such mailbox here"
LATER = "451 4.3.0 Not now, please try again"
FULL = "452 4.3.1 No room at present, please try again later"


class _Line(SMTP):
    """Programs that write HTML in one line are read as well: the size of the whole is limited anyway."""

    line_length_limit = 1024 * 1024


class Hook:
    """Listens until it is cancelled, and takes mails in."""

    def __init__(self, desk: Desk, *, host: str, port: int, poke: Callable[[], None]) -> None:
        self._desk = desk
        self._room = desk.room
        self._host, self._port = host, port
        self._poke = poke
        self._log = logs.get("mails")

    async def run(self) -> None:
        """Until cancelled."""
        server = await asyncio.get_running_loop().create_server(
            lambda: _Line(
                self,
                data_size_limit=MAIL_BYTES,
                enable_SMTPUTF8=True,
                hostname=self._room.ours.mailbox.rpartition("@")[2],
                ident="Helpdesk iSPEKS",
                timeout=IDLE_SECONDS,
            ),
            self._host,
            self._port,
        )
        self._log.info("mails.taken", port=self._port)
        try:
            await asyncio.Event().wait()
        finally:
            server.close()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Sequence[str]
    ) -> str:
        """Ours, or refused at once: nothing is relayed."""
        if self._room.ours.token_in(address) is None:
            return NOT_OURS
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Each of its recipients is a mail of its own; the whole is taken once all of them are."""
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        try:
            read = await opened(raw)
            for recipient in dict.fromkeys(one.lower() for one in envelope.rcpt_tos):
                sender = (envelope.mail_from or "").strip("<> ")
                await self._take(mails.arrived(self._room, raw, read, recipient=recipient, sender=sender))
        except Full:
            self._log.warning("mails.full")
            return FULL
        except Exception as error:
            self._log.error("mail.not_taken", exc_info=error)
            return LATER
        return "250 2.0.0 Taken"

    async def _take(self, arrival: Arrival) -> None:
        async with self._desk.db.transaction() as tx:
            if await mails.came_before(tx, arrival):
                return
        arrival = await self._not_too_often(arrival)
        enclosure = Enclosure()
        if isinstance(arrival.verdict, Passed) and arrival.read is not None:
            enclosure = await enclosed(self._desk.uploads, arrival.read.files)
        correlation = str(uuid7())
        async with self._desk.db.transaction() as tx:
            became = await mails.take(tx, self._room, arrival, enclosure, correlation)
        self._poke()
        self._log.info("mail.taken", outcome=became, correlation=correlation, size=len(arrival.raw))

    async def _not_too_often(self, arrival: Arrival) -> Arrival:
        if not isinstance(arrival.verdict, Passed):
            return arrival
        replying = arrival.verdict.replying
        key = f"{replying.number} {replying.staff or ''}"
        try:
            await self._desk.limits.spend("mails", key, limit=MAILS_BY_PERSON, seconds=HOUR)
        except TooMany:
            return replace(arrival, verdict=Held(Reason.TOO_OFTEN, replying, proved=True))
        return arrival


async def enclosed(uploads: Uploads, files: Sequence[Enclosed]) -> Enclosure:
    """The files of a mail checked as uploads are: those that may come in, and why the others may not."""
    taken: list[str] = []
    refused: list[tuple[str, Text]] = []
    for file in files:
        if len(taken) == AT_MOST:
            refused.append((file.name, TOO_MANY_FILES))
            continue
        try:
            taken.append((await uploads.take(file.name, file.content, mails.OWNER)).id)
        except Invalid as invalid:
            refused.append((file.name, invalid.errors[0].text))
    return Enclosure(tuple(taken), tuple(refused))
