"""The portal's environment: where its services are, and what the visitor's browser calls it."""

from datetime import date
from urllib.parse import urlsplit

from shared.settings import ProcessSettings


class Settings(ProcessSettings):
    """Environment of the portal. It has no database and no keys: only the token that makes its `Forwarded` believed."""

    port: int = 8000
    intake_url: str = "http://127.0.0.1:8001"
    workflow_url: str = "http://127.0.0.1:8002"
    notify_url: str = "http://127.0.0.1:8003"
    query_url: str = "http://127.0.0.1:8004"
    trusted_proxies: str = ""
    """`10.1.0.5,172.16.0.0/12`: whose `X-Forwarded-For` is believed. Without any, what stands before is the visitor."""
    content_updated: date = date(2026, 11, 22)
    """Shown at the foot of every page: the day its words were last gone over."""

    @property
    def secure(self) -> bool:
        """Whether browsers reach the portal over https: cookies are then `__Host-` and `Secure`."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def origin(self) -> str:
        """Scheme, host and port of the public address, as a browser writes it in `Origin`."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"
