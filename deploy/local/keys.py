"""Passwords and keys of one machine, made once and kept in `.run/keys.json` for its owner alone."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local.home import write
from deploy.local.nats import USERS
from deploy.local.processes import Trouble

YOUNGER = frozenset(
    {"reply_keys", "vendor_link_keys", "whatsapp_token", "whatsapp_app_secret", "whatsapp_verify_token"}
)
"""Keys that data directories of before do not have."""


def encode(raw: bytes) -> str:
    """Base64url without padding, as the services' settings take keys."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass(frozen=True)
class Keys:
    """Everything secret, by the name it has in the services' environment."""

    postgres_password: str
    passwords: dict[str, str]
    """Of the roles in Postgres and the users of NATS alike, by service."""
    service_token: str
    staff_private_key: str
    staff_public_key: str
    staff_index_key: str
    sealing_keys: str
    index_key: str
    tracking_keys: str
    altcha_key: str
    vendor_link_keys: str
    reply_keys: str
    whatsapp_token: str
    """Opens the mailbox's own Graph API, and no other; so do the two below."""
    whatsapp_app_secret: str
    whatsapp_verify_token: str


def make() -> Keys:
    staff = Ed25519PrivateKey.generate()
    return Keys(
        postgres_password=secrets.token_urlsafe(24),
        passwords={user: secrets.token_urlsafe(24) for user in USERS},
        service_token=secrets.token_urlsafe(32),
        staff_private_key=encode(staff.private_bytes_raw()),
        staff_public_key=encode(staff.public_key().public_bytes_raw()),
        staff_index_key=encode(secrets.token_bytes(32)),
        sealing_keys=f"1:{encode(secrets.token_bytes(32))}",
        index_key=encode(secrets.token_bytes(32)),
        tracking_keys=f"1:{encode(secrets.token_bytes(32))}",
        altcha_key=encode(secrets.token_bytes(32)),
        vendor_link_keys=f"1:{encode(secrets.token_bytes(32))}",
        reply_keys=f"1:{encode(secrets.token_bytes(32))}",
        whatsapp_token=secrets.token_urlsafe(32),
        whatsapp_app_secret=secrets.token_urlsafe(32),
        whatsapp_verify_token=secrets.token_urlsafe(32),
    )


def load(path: Path) -> Keys:
    """Raises FileNotFoundError where nothing was ever started, Trouble where the file is not what `write` left."""
    try:
        kept = json.loads(path.read_text())
        return Keys(**{field.name: kept[field.name] for field in fields(Keys)})
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{path} is damaged: restore it, or delete all data with make reset.") from error


def load_or_make(path: Path) -> Keys:
    """The keys of this machine. One that an earlier version had no use for is added."""
    try:
        kept = json.loads(path.read_text())
        if isinstance(kept, dict) and (young := YOUNGER - kept.keys()):
            made = asdict(make())
            write(path, kept | {name: made[name] for name in young})
        return load(path)
    except ValueError:
        return load(path)
    except FileNotFoundError:
        keys = make()
        write(path, asdict(keys))
        return keys
