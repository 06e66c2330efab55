"""What each process is told by its environment, on one machine and in containers: the same, but for the places."""

from typing import Protocol

from deploy.local import nats
from deploy.local.home import Home
from deploy.local.keys import Keys

GRAPH_VERSION, NUMBER_ID = "v23.0", "100000000000001"
SENDER = "Helpdesk iSPEKS <helpdesk@ispeks.example>"
REPLIES = "helpdesk@ispeks.example"
"""The mailbox whose mail the hook takes: answers, and reports of what could not be delivered."""


class Places(Protocol):
    """Where a program listens, and where the others find it: the row of ports of one machine, or a network."""

    @property
    def listening(self) -> str: ...
    @property
    def public_url(self) -> str: ...
    def host(self, name: str) -> str: ...
    def port(self, name: str) -> int: ...
    def url(self, name: str) -> str: ...


def environment(name: str, row: Places, keys: Keys, home: Home) -> dict[str, str]:
    """The environment of intake, workflow, notify, query, the portal or the mailbox."""
    common = {
        "HOST": row.listening,
        "PORT": str(row.port(name)),
        "PUBLIC_URL": row.public_url,
        "SERVICE_TOKEN": keys.service_token,
    }
    if name == "mailbox":
        return {
            **common,
            "SMTP_PORT": str(row.port("smtp")),
            "MESSAGES": str(home.path / "messages.jsonl"),
            "ANSWERS_HOST": row.host("inbound"),
            "ANSWERS_PORT": str(row.port("inbound")),
            "WHATSAPP_VERSION": GRAPH_VERSION,
            "WHATSAPP_WEBHOOK": f"{row.url('notify')}/v1/webhooks/whatsapp",
            **_whatsapp(keys),
        }
    common["NATS_URL"] = nats.url(name, keys.passwords, row.port("nats"), row.host("nats"))
    if name == "portal":
        return {**common, **{f"{other.upper()}_URL": row.url(other) for other in own(keys, row, home)}}
    return {
        **common,
        "DATABASE_URL": database_url(name, row, keys),
        "STAFF_PUBLIC_KEY": keys.staff_public_key,
        **own(keys, row, home)[name],
    }


def database_url(service: str, row: Places, keys: Keys) -> str:
    where = f"{row.host('postgres')}:{row.port('postgres')}"
    return f"postgresql://{service}:{keys.passwords[service]}@{where}/helpdesk"


def own(keys: Keys, row: Places, home: Home) -> dict[str, dict[str, str]]:
    """What only one service is told. A key is named here exactly where its holder may have it."""
    blobs = home.blobs.as_uri()
    return {
        "intake": {
            "SEALING_KEYS": keys.sealing_keys,
            "INDEX_KEY": keys.index_key,
            "TRACKING_KEYS": keys.tracking_keys,
            "ALTCHA_KEY": keys.altcha_key,
            "BLOBS": blobs,
            "INBOUND_HOST": row.listening,
            "INBOUND_PORT": str(row.port("inbound")),
            "REPLY_MAILBOX": REPLIES,
            "REPLY_KEYS": keys.reply_keys,
            "MAIL_FROM": SENDER,
            "STAFF_MAIL": "note",
        },
        "workflow": {
            "SEALING_KEYS": keys.sealing_keys,
            "STAFF_PRIVATE_KEY": keys.staff_private_key,
            "STAFF_INDEX_KEY": keys.staff_index_key,
            "VENDOR_LINK_KEYS": keys.vendor_link_keys,
            "FIRST_LOGIN_CHANGE": "off",
            "BLOBS": blobs,
        },
        "notify": {
            "SEALING_KEYS": keys.sealing_keys,
            "TRACKING_KEYS": keys.tracking_keys,
            "VENDOR_LINK_KEYS": keys.vendor_link_keys,
            "SMTP_HOST": row.host("smtp"),
            "SMTP_PORT": str(row.port("smtp")),
            "SMTP_TLS": "none",
            "SMTP_USER": "",
            "SMTP_PASSWORD": "",
            "MAIL_FROM": SENDER,
            "REPLY_MAILBOX": REPLIES,
            "REPLY_KEYS": keys.reply_keys,
            "STAFF_MAIL": "note",
            "SENDING": "on",
            "WHATSAPP_URL": f"{row.url('mailbox')}/{GRAPH_VERSION}",
            **_whatsapp(keys),
        },
        "query": {
            "INDEX_KEY": keys.index_key,
            "TRACKING_KEYS": keys.tracking_keys,
            "TRACKING_BY_IC": "link",
            "WORKFLOW_URL": row.url("workflow"),
            "BLOBS": blobs,
        },
    }


def _whatsapp(keys: Keys) -> dict[str, str]:
    """What notify and the mailbox's own Graph API both know."""
    return {
        "WHATSAPP_NUMBER_ID": NUMBER_ID,
        "WHATSAPP_TOKEN": keys.whatsapp_token,
        "WHATSAPP_APP_SECRET": keys.whatsapp_app_secret,
        "WHATSAPP_VERIFY_TOKEN": keys.whatsapp_verify_token,
    }
