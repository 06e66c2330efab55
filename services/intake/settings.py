"""Intake's environment."""

from email.utils import parseaddr
from typing import Annotated, Literal

from pydantic import AfterValidator, SecretStr, field_validator, model_validator

from shared.reply_tokens import checked_mailbox
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The services' common settings, and the keys that intake holds."""

    sealing_keys: SecretStr
    """`1:<base64url of 32 bytes>[,2:...]`; the last one seals."""
    index_key: SecretStr
    """Base64url of 32 bytes: the blind index of an IC. Shared with query."""
    tracking_keys: SecretStr
    """In the form of the sealing keys: signs the links to a complaint's public thread."""
    altcha_key: SecretStr
    """Signs the robot checks given out."""
    blobs: str = "file:///var/lib/helpdesk/blobs"
    """Where attachments lie: a folder, or S3 by URL."""
    clamd: str | None = None
    """`host:port` of a virus scanner; without one, files say that they were not scanned."""
    inbound_port: int = 0
    """Where answers by mail are taken over SMTP; 0: they are not."""
    inbound_host: str = "127.0.0.1"
    """The office's mail server stands before it: nobody else should reach it."""
    reply_mailbox: Annotated[str, AfterValidator(checked_mailbox)] = ""
    """`helpdesk@kelantan.gov.my`: what stands before the `+` of the reply addresses. Shared with notify."""
    reply_keys: SecretStr | None = None
    """As the sealing keys, a key's id one letter or digit: signs the reply addresses. Shared with notify."""
    mail_from: str = ""
    """The address our mails come from, as notify has it: what comes from there goes in circles."""
    staff_mail: Literal["note", "reply"] = "note"
    """What a member of staff's answer by mail becomes: an internal note, or a reply that the complainant reads."""

    @field_validator("mail_from")
    @classmethod
    def _address_alone(cls, value: str) -> str:
        return parseaddr(value)[1]

    @model_validator(mode="after")
    def _all_or_nothing(self) -> "Settings":
        if self.inbound_port and not (self.reply_mailbox and self.reply_keys):
            raise ValueError("INBOUND_PORT needs REPLY_MAILBOX and REPLY_KEYS")
        return self
