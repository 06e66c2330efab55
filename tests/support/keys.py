"""Keys of a made-up office, and the environment each service gets in tests."""

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SERVICE_TOKEN = "service-token-of-the-tests"


def key(name: str) -> str:
    """32 bytes that differ by name, base64url."""
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).decode().rstrip("=")


SEALING_KEYS = f"1:{key('sealing')}"
TRACKING_KEYS = f"1:{key('tracking')}"
VENDOR_LINK_KEYS = f"1:{key('vendor-link')}"
REPLY_KEYS = f"1:{key('reply')}"
MAILBOX = "helpdesk@example.my"
INDEX_KEY = key("index")
STAFF_PRIVATE_KEY = key("staff")
STAFF_PUBLIC_KEY = (
    base64.urlsafe_b64encode(
        Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"staff").digest()).public_key().public_bytes_raw()
    )
    .decode()
    .rstrip("=")
)


def settings(service: str, database_url: str, nats_url: str, **more: Any) -> dict[str, Any]:
    """Keyword arguments for a service's Settings; what it does not know it ignores."""
    return {
        "port": 1,
        "log_level": "ERROR",
        "public_url": "http://127.0.0.1:8000",
        "service_token": SERVICE_TOKEN,
        "nats_url": nats_url,
        "database_url": database_url,
        "staff_public_key": STAFF_PUBLIC_KEY,
        "staff_private_key": STAFF_PRIVATE_KEY,
        "staff_index_key": key("staff-index"),
        "sealing_keys": SEALING_KEYS,
        "tracking_keys": TRACKING_KEYS,
        "vendor_link_keys": VENDOR_LINK_KEYS,
        "reply_keys": REPLY_KEYS,
        "reply_mailbox": MAILBOX,
        "index_key": INDEX_KEY,
        "altcha_key": key(f"altcha-{service}"),
        "blobs": "memory:///",
        **more,
    }
