"""What notify is told by its environment."""

from email.utils import parseaddr
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, SecretStr, field_validator, model_validator

from shared.reply_tokens import checked_mailbox
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Keys to open contacts and make links, the mail server, and the pace of sending."""

    sealing_keys: SecretStr
    tracking_keys: SecretStr
    vendor_link_keys: SecretStr
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 587
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_ca_file: str | None = None
    """Certificates to trust besides the system's, for an office with an authority of its own."""
    mail_from: str
    """`Helpdesk iSPEKS <helpdesk@kelantan.gov.my>`, or the address alone."""
    reply_mailbox: Annotated[str, AfterValidator(checked_mailbox)] = ""
    """Where answers by mail go, as intake has it; empty: no mail says where."""
    reply_keys: SecretStr | None = None
    """Shared with intake: signs the reply addresses."""
    staff_mail: Literal["note", "reply"] = "note"
    """What intake makes of a member of staff's answer: their mails say so."""
    sending: Literal["on", "off"] = "on"
    """Off: what is planned is recorded as not sent, and never sent later by itself."""
    slogan: str = ""
    """Cogan kata under the closing line; none by default, since it differs by state and year."""
    batch_seconds: float = 300.0
    """How long a person's batched messages are gathered after one has gone out."""
    send_seconds: float = 60.0
    """How long one message may take, connection and all."""
    channel_down_seconds: float = 600.0
    """For how long a channel may be silent before staff are told."""
    sweep_seconds: float = 1.0
    """How often the ledger is looked at when nobody pokes."""
    at_once: int = 8
    """How many mails are under way at a time."""
    mails_per_second: float = 50.0
    """How many mails go out in a second, over all replicas; 0 for as many as it takes."""
    whatsapp_url: str = "https://graph.facebook.com/v23.0"
    whatsapp_number_id: str | None = None
    """Meta's id of the number we write from. Without it and its three secrets WhatsApp is switched off."""
    whatsapp_token: SecretStr | None = None
    whatsapp_app_secret: SecretStr | None = None
    """Signs the webhooks; numbers' fingerprints hang on it too."""
    whatsapp_verify_token: SecretStr | None = None
    """Made up by the office, and told to Meta beside the webhook's address."""
    whatsapp_at_once: int = 8
    whatsapp_per_second: float = 80.0
    """Of one number, all replicas together; 20 where it is shared with the Business app."""
    whatsapp_pair_seconds: float = 6.5
    """Between two messages to one person; Meta wants about 6, as it counts them."""
    whatsapp_patience_seconds: float = 3_600.0
    """How long a message waits for a channel that is down, before it goes by mail."""

    catch_up_seconds: float = 60.0
    """After an outage: how long nothing late may have come before the staff's digests of it are made."""

    @property
    def whatsapp(self) -> bool:
        """Whether this installation has a number to write from."""
        return self.whatsapp_number_id is not None

    @model_validator(mode="after")
    def _whatsapp_whole_or_not_at_all(self) -> Self:
        needed = (
            self.whatsapp_number_id,
            self.whatsapp_token,
            self.whatsapp_app_secret,
            self.whatsapp_verify_token,
        )
        if any(needed) and not all(needed):
            names = "WHATSAPP_NUMBER_ID, WHATSAPP_TOKEN, WHATSAPP_APP_SECRET and WHATSAPP_VERIFY_TOKEN"
            raise ValueError(f"{names} are given together, or none of them")
        return self

    @field_validator(
        "smtp_user",
        "smtp_password",
        "smtp_ca_file",
        "whatsapp_number_id",
        "whatsapp_token",
        "whatsapp_app_secret",
        "whatsapp_verify_token",
        mode="before",
    )
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        _, address = parseaddr(value)
        local, _, host = address.partition("@")
        if not local or not host or any(sign in value for sign in "\r\n"):
            raise ValueError("MAIL_FROM must be an e-mail address, with or without a name")
        return value
