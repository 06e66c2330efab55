"""What each container is told by its environment: a file for each, which only its owner reads, and no image holds."""

import json
from collections.abc import Mapping
from pathlib import Path

from deploy.containers.network import Network
from deploy.local import nats, office
from deploy.local.environments import environment
from deploy.local.home import Home, write_text
from deploy.local.keys import Keys
from deploy.local.row import PLACES, Row
from deploy.local.services import APPS

KEPT = Home(Path("/var/lib/helpdesk"))
"""Where a container finds its volumes."""
STREAMS = "/var/lib/nats"
PUBLISHED = [name for name in PLACES if name != "smtp"]


def environments(
    network: Network, keys: Keys, logins: list[dict[str, str]], own: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """By container. A key stands exactly where its holder may have it; `own` is what the office has set."""
    return {
        **{name: office.heeded(name, environment(name, network, keys, KEPT), own) for name in APPS},
        "postgres": {"POSTGRES_PASSWORD": keys.postgres_password},
        "nats": nats.environment(keys.passwords, network.listening, network.port("nats"), STREAMS),
        "setting-up": {
            "POSTGRES": f"{network.host('postgres')}:{network.port('postgres')}",
            "POSTGRES_PASSWORD": keys.postgres_password,
            "PASSWORDS": json.dumps(keys.passwords),
            "SEALING_KEYS": keys.sealing_keys,
            "STAFF_INDEX_KEY": keys.staff_index_key,
            "LOGINS": json.dumps(logins),
        },
    }


def write(folder: Path, row: Row, keys: Keys, logins: list[dict[str, str]], own: Mapping[str, str]) -> None:
    """A file for each container, as compose reads them."""
    for name, told in environments(Network(row.public_url), keys, logins, own).items():
        write_text(folder / f"{name}.env", lines(told))


def lines(told: Mapping[str, str]) -> str:
    """Single quotes: compose takes what is between them as it is."""
    return "".join(f"{name}='{value.replace(chr(39), chr(92) + chr(39))}'\n" for name, value in told.items())
