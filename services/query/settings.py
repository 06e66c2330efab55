"""What query is told by its environment."""

from typing import Literal

from pydantic import SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment of query, beside what all services share."""

    port: int = 8004
    index_key: SecretStr
    """Base64url of 32 bytes: the blind index of ICs, the same as intake's."""
    tracking_keys: SecretStr
    tracking_by_ic: Literal["link", "list"] = "link"
    """What an IC alone gets: the promise of a mail, or the office's older list without numbers."""
    blobs: str
    """Where attachments lie: `file:///...`, or `s3://...`. Read only."""
    workflow_url: str = "http://127.0.0.1:8002"
    """Where the record is read from, for a rebuild only."""
