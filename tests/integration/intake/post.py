"""The office's mail server, as intake sees it: mails handed over by SMTP, well-made and otherwise."""

from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import aiosmtplib

from shared.reply_tokens import ReplyTokens, reply_address
from tests.integration.intake.desk import EMAIL, Intake
from tests.support.keys import MAILBOX, REPLY_KEYS

STAFF = "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a"
OURS = "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d99"
TOKENS = ReplyTokens(REPLY_KEYS)


def address_for(number: str, staff: str | None = None, sent_to: str = EMAIL) -> str:
    """What our mail to this person says as Reply-To."""
    return reply_address(MAILBOX, TOKENS.make(number, staff, sent_to))


def a_mail(to: str, text: str | None = "Masih sama pagi ini.", *, sender: str = EMAIL, **heads: str) -> EmailMessage:
    """An answer as a mail program writes it. Heads are named with underscores."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Aminah <{sender}>"
    mail["To"] = to
    mail["Subject"] = "Re: [HD] Aduan tuan/puan"
    mail["Message-ID"] = heads.pop("Message_ID", f"<{abs(hash((to, text, sender)))}@mail.example.test>")
    for name, value in heads.items():
        mail[name.replace("_", "-")] = value
    if text is not None:
        mail.set_content(text)
    return mail


async def hand_over(
    port: int, mail: EmailMessage | bytes, *, to: str | list[str] | None = None, sender: str = EMAIL
) -> tuple[int, str]:
    """What the server says to it in the end."""
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    recipients = to if to is not None else str(mail["To"]) if isinstance(mail, EmailMessage) else ""
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, use_tls=False, timeout=60)
    async with client:
        await client.mail(sender)
        for one in [recipients] if isinstance(recipients, str) else recipients:
            try:
                await client.rcpt(one)
            except aiosmtplib.SMTPResponseException as refused:
                return refused.code, refused.message
        try:
            done = await client.data(raw)
        except aiosmtplib.SMTPResponseException as refused:
            return refused.code, refused.message
    return done.code, done.message


async def held(intake: Intake) -> list[dict[str, Any]]:
    """Why each is held, the oldest first."""
    rows = await intake.rows("select * from mail where status = 'held' order by received_at, id")
    return [dict(row) for row in rows]
