"""The copy that a command is about: the one that `make run` runs here, or else the one that `make up` runs."""

from typing import Any

from dotenv import dotenv_values

from deploy.containers import composed
from deploy.local.home import Home
from deploy.local.processes import Trouble, listens
from deploy.local.row import Row


def running() -> tuple[Home, dict[str, Any]]:
    """Where its keys and logins lie, and what it says of itself. Raises Trouble when there is none."""
    home = Home()
    state = home.state()
    if home.occupied() and state:
        return home, state
    kept = composed.place(home)
    port = dotenv_values(kept.path / "compose.env").get("PORTAL_PORT")
    if port and listens(Row(int(port)).port("postgres")):
        return kept, {"port": int(port), "clock": ""}
    raise Trouble(f"Nothing is running on {home.path}.")
