"""E-mail over SMTP. What the server says about a mail is told apart from what happens to the line.

An answer to MAIL, RCPT or DATA is about the mail: 4xx comes again later, 5xx never. Whatever fails before (connection,
certificate, login) is about the channel. Once the mail's text has been handed over and no answer came, nobody can say
whether it was taken: the outcome is `unknown`.
"""

import asyncio
import re
import ssl
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

import aiosmtplib
from jinja2 import TemplateError

from services.notify.domain.retries import Fate, Outcome
from services.notify.senders import Dispatch
from services.notify.senders.letters import EmptyPlaceholder, Letters
from services.notify.senders.mail import Envelope, Malformed, NoAddress, mail_address
from shared import logs

QUIT_SECONDS = 2.0
_LIKE_AN_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;]+")


class Smtp:
    """The office's mail server. One connection per mail; `seconds` bounds a mail from dialling to the last answer."""

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
        self._trust = ssl.create_default_context() if tls != "none" else None
        if self._trust is not None and ca_file is not None:
            self._trust.load_verify_locations(ca_file)
        self._log = logs.get("senders")

    async def send(self, dispatch: Dispatch) -> Outcome:
        """Write it and hand it over. Never raises but on cancellation."""
        try:
            letter = self._letters.write(dispatch.reader, dispatch.template, dispatch.language, dispatch.values)
            mail = self._envelope.build(
                letter,
                id=dispatch.id,
                thread=dispatch.thread,
                name=dispatch.name,
                address=dispatch.address,
                now=datetime.now(UTC),
            )
        except NoAddress as error:
            return Outcome(Fate.NO_ADDRESS, str(error))
        except (EmptyPlaceholder, TemplateError, Malformed) as error:
            self._log.error("mail.not_written", delivery=dispatch.id, template=dispatch.template, exc_info=error)
            return Outcome(Fate.UNWRITTEN, f"not written: {type(error).__name__}")
        return await self._hand_over(mail_address(dispatch.address), mail.as_bytes())

    async def close(self) -> None:
        """Nothing is held open."""

    async def _hand_over(self, address: str, body: bytes) -> Outcome:
        client = aiosmtplib.SMTP(
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
        until = asyncio.get_running_loop().time() + self._seconds
        try:
            return (
                await self._step(client.connect(), until, before_data=True, about_mail=False)
                or await self._step(client.mail(self._envelope.address), until, before_data=True)
                or await self._step(client.rcpt(address), until, before_data=True)
                or await self._step(client.data(body), until, before_data=False)
                or Outcome(Fate.SENT, "accepted")
            )
        finally:
            await _leave(client)

    async def _step(
        self, call: Awaitable[object], until: float, *, before_data: bool, about_mail: bool = True
    ) -> Outcome | None:
        """None when the step went well, otherwise how the attempt ended."""
        try:
            async with asyncio.timeout_at(until):
                await call
        except aiosmtplib.SMTPResponseException as error:
            detail = wordless(error.code, error.message)
            if not about_mail or error.code == 421:
                return Outcome(Fate.CHANNEL_DOWN, detail)
            return Outcome(Fate.PERMANENT if error.code >= 500 else Fate.TEMPORARY, detail)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            return Outcome(Fate.CHANNEL_DOWN if before_data else Fate.UNKNOWN, type(error).__name__)
        return None


def wordless(code: int, said: str) -> str:
    """The server's answer without any address in it: servers like to repeat it."""
    return _LIKE_AN_ADDRESS.sub("***", f"{code} {' '.join(said.split())}")[:300]


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Say goodbye if the line still stands, and close it in any case."""
    if client.is_connected:
        with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            await client.quit(timeout=QUIT_SECONDS)
    client.close()
