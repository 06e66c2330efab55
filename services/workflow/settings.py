"""Workflow's environment."""

from typing import Literal

from pydantic import SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Keys beside what every service has."""

    sealing_keys: SecretStr
    """`1:<base64url of 32 bytes>[,2:...]`: opens contacts; the last one seals."""
    staff_index_key: SecretStr
    """Base64url of 32 bytes: finds staff by IC without storing it."""
    staff_private_key: SecretStr
    """Ed25519 seed, base64url of 32 bytes: signs staff tokens."""
    vendor_link_keys: SecretStr
    """`1:<base64url of 32 bytes>[,2:...]`: opens the signed links to the vendor's leg."""
    blobs: str
    """Where attachments lie: `file:///...`, or `s3://...`."""
    clamd: str | None = None
    """`host:port` of a virus scanner; without one, files say that they were not scanned."""
    first_login_change: Literal["on", "off"] = "on"
    """Whether a password that Admin gave must be changed before anything else is done with it."""
    timers_look_seconds: float = 1.0
    """How often timers are looked for. A past that is played in minutes cannot wait a second for each."""
