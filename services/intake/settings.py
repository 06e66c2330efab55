"""Intake's environment."""

from pydantic import SecretStr

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
