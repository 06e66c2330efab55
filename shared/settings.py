"""What every process is told by its environment. A service adds its own fields in its `settings.py`."""

from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProcessSettings(BaseSettings):
    """Environment common to all processes. Secrets never print."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int
    log_level: str = "INFO"
    log_format: Literal["json", "console"] = "json"
    public_url: str = "http://127.0.0.1:8000"
    rate_limits: Literal["on", "off"] = "on"
    service_token: SecretStr
    """Presented by the portal; only with it is the `Forwarded` address believed."""
    nats_url: SecretStr


class ServiceSettings(ProcessSettings):
    """Environment common to the four services."""

    database_url: SecretStr
    staff_public_key: str
    """Ed25519, base64url of the raw 32 bytes: verifies the staff tokens that workflow signs."""
