"""E-mail over SMTP. What the server says about a mail is told apart from what happens to the line.

An answer to MAIL, RCPT or DATA is about the mail: 4xx comes again later, 5xx never. Whatever fails before (connection,
certificate, login), and any silence, is about the channel. Once the mail's text has been handed over and no answer
came, nobody can say whether it was taken: the outcome is `unknown`. Until the server gives leave to hand it over, there
is no such doubt.
"""

import asyncio
import re
import ssl
from collections.abc import Awaitable
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Literal

import aiosmtplib
from jinja2 import TemplateError

from services.notify.domain.retries import Fate, Outcome
from services.notify.senders import Dispatch
from services.notify.senders.letters import EmptyPlaceholder, Letters
from services.notify.senders.mail import Envelope, Malformed, NoAddress, mail_address
from services.notify.senders.pool import Line, Pool, leave
from shared import logs

KEPT_LINE_SECONDS = 10.0
"""How long a line that was kept may take to its first answer before another is dialled."""
_LINE_END = re.compile(rb"\r\n|\n|\r")
_LEADING_DOT = re.compile(rb"(?m)^\.")
_LIKE_AN_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;]+")


class Stage(Enum):
    """How far a mail has got when a step of it fails."""

    DIALLED = auto()
    """Nothing is said about the mail yet: what fails is the channel."""
    ANSWERED = auto()
    """An answer is about the mail; silence is about the channel."""
    HANDED_OVER = auto()
    """The text is out of our hands: silence is a doubt."""


class Smtp:
    """The office's mail server. Lines are kept for the next mail; `seconds` bounds one mail, dialling and all."""

    field = "email"

    def __init__(
        self,
        letters: Letters,
        *,
        host: str,
        port: int,
        tls: Literal["none", "starttls", "tls"],
        user: str | None,
        password: str | None,
        ca_file: str | None,
        mail_from: str,
        seconds: float,
    ) -> None:
        self._letters = letters
        self._host, self._port, self._tls = host, port, tls
        self._user, self._password = user, password
        self._seconds = seconds
        self._envelope = Envelope(mail_from)
        self._pool = Pool(self._line)
        self._trust = ssl.create_default_context() if tls != "none" else None
        if self._trust is not None and ca_file is not None:
            self._trust.load_verify_locations(ca_file)
        self._log = logs.get("senders")

    async def send(self, dispatch: Dispatch) -> Outcome:
        """Write it and hand it over. Never raises but on cancellation."""
        try:
            letter = self._letters.write(
                dispatch.reader, dispatch.template, dispatch.language, dispatch.values, dispatch.answer
            )
            mail = self._envelope.build(
                letter,
                id=dispatch.id,
                thread=dispatch.thread,
                name=dispatch.name,
                address=dispatch.address,
                now=datetime.now(UTC),
                reply_to=dispatch.reply_to,
            )
        except NoAddress as error:
            return Outcome(Fate.NO_ADDRESS, str(error))
        except (EmptyPlaceholder, TemplateError, Malformed) as error:
            self._log.error("mail.not_written", delivery=dispatch.id, template=dispatch.template, exc_info=error)
            return Outcome(Fate.UNWRITTEN, f"not written: {type(error).__name__}")
        return await self._hand_over(mail_address(dispatch.address), mail.as_bytes())

    def _line(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            local_hostname=self._envelope.host,
            timeout=self._seconds,
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            tls_context=self._trust,
        )

    async def close(self) -> None:
        """Leave the lines that are held open."""
        await self._pool.close()

    async def _hand_over(self, address: str, body: bytes) -> Outcome:
        until = asyncio.get_running_loop().time() + self._seconds
        line = self._pool.take()
        if line.mails:
            outcome = await self._over(line, address, body, until)
            if outcome is not None:
                return outcome
            line = self._pool.take(fresh=True)  # the old one was dead before the mail began: it says nothing
        return await self._over(line, address, body, until) or Outcome(Fate.CHANNEL_DOWN, "no line")

    async def _over(self, line: Line, address: str, body: bytes, until: float) -> Outcome | None:
        """How it ended; None where a line that was kept turned out to be gone."""
        client, sound = line.client, False
        try:
            kept = line.mails > 0
            if not kept and (failed := await self._step(client.connect(), until, Stage.DIALLED)):
                return failed
            first = min(until, asyncio.get_running_loop().time() + KEPT_LINE_SECONDS) if kept else until
            outcome = await self._step(client.mail(self._envelope.address), first, Stage.ANSWERED)
            if kept and outcome is not None and outcome.fate is Fate.CHANNEL_DOWN:
                return None
            outcome = (
                outcome
                or await self._step(client.rcpt(address), until, Stage.ANSWERED)
                or await self._step(_may_begin(client), until, Stage.ANSWERED)
                or await self._step(_text(client, body), until, Stage.HANDED_OVER)
                or Outcome(Fate.SENT, "accepted")
            )
            sound = outcome.fate is Fate.SENT or (
                outcome.fate in (Fate.TEMPORARY, Fate.PERMANENT)
                and await self._step(client.rset(), until, Stage.ANSWERED) is None
            )
            return outcome
        finally:
            if sound:
                await self._pool.put_back(line)
            else:
                await leave(line)

    async def _step(self, call: Awaitable[object], until: float, stage: Stage) -> Outcome | None:
        """None when the step went well, otherwise how the attempt ended."""
        silence = Fate.UNKNOWN if stage is Stage.HANDED_OVER else Fate.CHANNEL_DOWN
        try:
            async with asyncio.timeout_at(until):
                await call
        except aiosmtplib.SMTPResponseException as error:
            detail = wordless(error.code, error.message)
            if not 400 <= error.code < 600:  # no answer at all to what was asked
                return Outcome(silence, detail)
            if stage is Stage.DIALLED or error.code == 421:
                return Outcome(Fate.CHANNEL_DOWN, detail)
            return Outcome(Fate.PERMANENT if error.code >= 500 else Fate.TEMPORARY, detail)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            return Outcome(silence, type(error).__name__)
        return None


async def _may_begin(client: aiosmtplib.SMTP) -> None:
    """The server's leave to hand over the text. As long as it has not come, nothing was handed over."""
    answer = await client.execute_command(b"DATA")
    if answer.code != 354:
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)


async def _text(client: aiosmtplib.SMTP, body: bytes) -> None:
    """The text, its lines that begin with a dot doubled, and the server's word on it."""
    line = client.protocol
    if line is None:
        raise aiosmtplib.SMTPServerDisconnected("the line is gone")
    line.write(_LEADING_DOT.sub(b"..", _LINE_END.sub(b"\r\n", body.rstrip(b"\r\n")) + b"\r\n") + b".\r\n")
    answer = await line.read_response(timeout=client.timeout)
    if answer.code != 250:
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)


def wordless(code: int, said: str) -> str:
    """The server's answer without any address in it: servers like to repeat it."""
    return _LIKE_AN_ADDRESS.sub("***", f"{code} {' '.join(said.split())}")[:300]
