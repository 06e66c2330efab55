"""What people see of a run: where everything is, and who may log in."""

import json
from typing import Any

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from deploy.local.home import Home
from deploy.local.row import Row

console = Console(highlight=False)


def ready(row: Row, home: Home, seconds: float, how_to_end: str) -> str:
    """The panel that says: you can begin."""
    with console.capture() as captured:
        _print(row, home, seconds)
        console.print(how_to_end, soft_wrap=True)
    return captured.get().rstrip("\n")


def _print(row: Row, home: Home, seconds: float) -> None:
    addresses = Table.grid(padding=(0, 2))
    for name, url in (
        ("Borang Aduan, Semakan, staff", row.url("portal")),
        ("Mail and WhatsApp that went out", row.url("mailbox")),
        ("Answers by mail (SMTP)", f"127.0.0.1:{row.port('inbound')}"),
        *((f"API of {name}", f"{row.url(name)}/docs") for name in ("intake", "workflow", "notify", "query")),
    ):
        addresses.add_row(name, f"[bold]{url}[/bold]")
    console.print(
        Panel(addresses, title=f"Helpdesk iSPEKS is ready ({seconds:.1f} s)", title_align="left", expand=False)
    )
    logins = read_logins(home)
    if logins:
        console.print(f"Demo logins, also in {home.logins}:", soft_wrap=True)
        table = Table(box=box.SIMPLE_HEAD, expand=False)
        for column in ("Role", "Name", "No. KP", "Password"):
            table.add_column(column, no_wrap=True)
        for login in logins:
            table.add_row(login["role"], login.get("name", ""), login["ic"], login["password"])
        console.print(table)


def read_logins(home: Home) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = json.loads(home.logins.read_text())
    except (OSError, ValueError):
        return []
    return found
