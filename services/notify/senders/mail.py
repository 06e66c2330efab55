"""One well-formed e-mail with one recipient, whatever a person has typed.

The mail that was built is read back before it leaves: its recipient, its subject and the set of its headers must be the
ones that were meant. The message id is the delivery's, so a mail that is sent again is recognisably the same one.
"""

import re
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, parseaddr

from services.notify.senders.letters import Letter, plain_header

_POLICY = policy.SMTP.clone(cte_type="7bit")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')
LONGEST_NAME = 60
HEADERS = (
    "Message-ID",
    "Date",
    "From",
    "To",
    "Subject",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Id",
    "References",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
)


class Malformed(Exception):
    """What was typed cannot be made into a mail to exactly this recipient."""


class NoAddress(Malformed):
    """The address is none that a mail can be sent to."""


class Envelope:
    """How our mails look from outside: the sender's address and the host that message ids carry."""

    def __init__(self, mail_from: str) -> None:
        name, self.address = parseaddr(mail_from)
        self.name = display_name(name)
        self.host = self.address.partition("@")[2]

    def build(
        self,
        letter: Letter,
        *,
        id: str,
        thread: str | None,
        name: str,
        address: str,
        now: datetime,
        reply_to: str | None = None,
    ) -> EmailMessage:
        """The mail. Raises `NoAddress` or `Malformed`."""
        to = mail_address(address)
        mail = EmailMessage(policy=_POLICY)
        mail["Message-ID"] = f"<{id}@{self.host}>"
        mail["Date"] = format_datetime(now)
        mail["From"] = Address(self.name, addr_spec=self.address)
        mail["To"] = Address(display_name(name), addr_spec=to)
        mail["Subject"] = plain_header(letter.subject, len(letter.subject))
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["List-Id"] = f"<aduan.{self.host}>"
        if thread is not None:
            mail["References"] = f"<{thread}@{self.host}>"
        if reply_to is not None:
            mail["Reply-To"] = Address(self.name, addr_spec=reply_to)
        mail.set_content(letter.text)
        mail.add_alternative(letter.html, subtype="html")
        self._read_back(mail, to)
        return mail

    def _read_back(self, mail: EmailMessage, to: str) -> None:
        read = BytesParser(policy=policy.default).parsebytes(mail.as_bytes())
        recipients = [address.addr_spec for header in read.get_all("To", []) for address in header.addresses]
        if recipients != [to]:
            raise Malformed("the mail would have had another recipient")
        if not set(read.keys()) <= set(HEADERS) or len(read.keys()) != len(set(read.keys())):
            raise Malformed("the mail would have had other headers")
        if "".join(str(read["Subject"]).split()) != "".join(str(mail["Subject"]).split()):  # folding moves blanks
            raise Malformed("the mail would have had another subject")


def mail_address(address: str) -> str:
    """The address as it stands on an envelope, its domain in ASCII. Raises `NoAddress`."""
    local, at, domain = address.rpartition("@")
    try:
        plain = f"{local}{at}{domain.encode('idna').decode('ascii') if not domain.isascii() else domain}"
    except UnicodeError as error:
        raise NoAddress("the domain is not valid") from error
    if _ADDRESS.fullmatch(plain) is None:
        raise NoAddress("not an address")
    return plain


def display_name(name: str) -> str:
    """A name that can stand before an address: without the signs that mean something there."""
    return plain_header(_SPECIALS.sub(" ", name), LONGEST_NAME)
