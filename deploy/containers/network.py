"""Where the containers find each other: by name, each on its usual port. People come in by the row of ports."""

from dataclasses import dataclass
from typing import ClassVar

HTTP = 8000
PORTS = {"nats": 4222, "postgres": 5432, "smtp": 2525, "inbound": 2526}
HOSTS = {"smtp": "mailbox", "inbound": "intake"}


@dataclass(frozen=True)
class Network:
    """The inside of one composed system."""

    public_url: str
    """The portal's, as browsers know it."""
    listening: ClassVar[str] = "0.0.0.0"  # noqa: S104 - of a container; what is published is published on 127.0.0.1

    def host(self, name: str) -> str:
        return HOSTS.get(name, name)

    def port(self, name: str) -> int:
        return PORTS.get(name, HTTP)

    def url(self, name: str) -> str:
        return f"http://{self.host(name)}:{self.port(name)}"
