"""People who answer what they were sent: by mail, handed over as the office's mail server would, and on WhatsApp, told
by webhook as its provider would. Each repeats until it is taken, and now and then once more.
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any

import aiosmtplib
import httpx2
import msgspec

from deploy.local.environments import NUMBER_ID
from deploy.mailbox.answers import written
from deploy.mailbox.messages import Message
from tests.support.history.desk import Again, once
from tests.support.history.recorder import Call, Recorder

Caught = Mapping[str, Any]
"""A message as the mailbox lists it."""


class Letterbox:
    """Where people answer. `again` and `twice` as at a `Desk`; `hook` is the host and port that takes mail, `mailbox`
    and `webhook` are addresses, `secret` is what signs webhooks."""

    def __init__(
        self,
        recorder: Recorder,
        http: httpx2.AsyncClient,
        *,
        hook: tuple[str, int],
        mailbox: str = "",
        webhook: str = "",
        secret: str = "",
        seconds: float = 20.0,
        again: Again = once,
        twice: Callable[[], bool] = lambda: False,
    ) -> None:
        self.recorder = recorder
        self._http, self._hook, self._mailbox, self._webhook = http, hook, mailbox, webhook
        self._secret, self._seconds, self._again, self._twice = secret.encode(), seconds, again, twice

    async def answer_by_mail(self, caught: Caught) -> Call:
        """Whoever got this mail answers it: with one Message-ID, however often the server that keeps it hands it
        over."""
        call = self.recorder.invoke("mail", "answer", caught["complaint"])
        mail = written(msgspec.convert(caught, Message), f"Masih sama. {call.mark}", caught["to"]).as_bytes()
        envelope = caught["to"], caught["reply_to"], mail
        await asyncio.gather(*(self._hand_over(call, *envelope) for _ in range(2 if self._twice() else 1)))
        return call

    async def _hand_over(self, call: Call, sender: str, recipient: str, mail: bytes) -> None:
        host, port = self._hook
        while True:
            line = aiosmtplib.SMTP(hostname=host, port=port, use_tls=False, start_tls=False, timeout=self._seconds)
            try:
                async with line:
                    await line.sendmail(sender, [recipient], mail)
            except aiosmtplib.SMTPRecipientsRefused as error:
                call.refused(str(error))
                return
            except (aiosmtplib.SMTPException, OSError) as error:
                if isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= 500:
                    call.refused(str(error))
                    return
                call.unanswered(error)
            else:
                call.accepted()
                return
            if not await self._again(call):
                return

    async def answer_on_whatsapp(self, caught: Caught) -> Call | None:
        """Whoever got this message answers it; None where their telephone had no line. The provider has told of it
        then, or is about to, and here it tells of it once more."""
        call = self.recorder.invoke("whatsapp", "answer", caught["complaint"])
        try:
            url = f"{self._mailbox}/messages/{caught['id']}/whatsapp-answer"
            await self._http.post(url, data={"text": f"Masih sama. {call.mark}"})
            listed: dict[str, str | int] = {"channel": "whatsapp", "to": "Helpdesk iSPEKS", "limit": 200}
            said = (await self._http.get(f"{self._mailbox}/v1/messages", params=listed)).json()["items"]
        except (httpx2.TransportError, ValueError):
            return None  # the provider's own trouble: whether it will tell of it nobody knows
        call.message = next((one["wamid"] for one in said if call.mark in one["text"]), None)
        if call.message is not None:
            await self._tell(call, self._told(call.message, caught, call.mark))
        return call

    async def _tell(self, call: Call, payload: bytes) -> None:
        mac = hmac.new(self._secret, payload, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={mac}"}
        while True:
            try:
                answer = await self._http.post(self._webhook, content=payload, headers=headers)
                answer.raise_for_status()
            except (httpx2.HTTPError, OSError) as error:  # whatever it is, a provider tells of it again
                call.unanswered(error)
            else:
                call.accepted()
                return
            if not await self._again(call):
                return

    def _told(self, wamid: str, caught: Caught, mark: str) -> bytes:
        message = {
            "from": caught["to"],
            "id": wamid,
            "timestamp": str(int(time.time())),
            "type": "text",
            "text": {"body": f"Masih sama. {mark}"},
            "context": {"from": "60123450000", "id": caught["wamid"]},
        }
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": NUMBER_ID},
            "contacts": [{"profile": {"name": "Pengadu"}, "wa_id": caught["to"]}],
            "messages": [message],
        }
        entry = {"id": "mailbox", "changes": [{"field": "messages", "value": value}]}
        return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})
