"""`helpdesk events` and `helpdesk workflow`: the record and what is made of it, and the table that decides."""

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.processes import Trouble
from deploy.local.row import Row

events = typer.Typer(help="The event record, and what is made of it.", no_args_is_help=True)
workflow = typer.Typer(help="The one table that is the workflow.", no_args_is_help=True)


@events.command()
def rebuild() -> None:
    """Make query's read models anew from workflow's record, beside those that serve, and change over."""
    from deploy import events as work_on
    from deploy.here import running
    from deploy.local import keys

    home, state = running()
    work_on.rebuild(Row(state["port"]), keys.load(home.keys), home)


@events.command()
def audit() -> None:
    """Check the record, what waits to be said or heard, and query's read models against it. Changes nothing."""
    from deploy import events as work_on
    from deploy.here import running
    from deploy.local import keys

    home, state = running()
    if not work_on.audit(Row(state["port"]), keys.load(home.keys), home):
        raise typer.Exit(1)


@events.command()
def redrive(
    service: Annotated[str, typer.Option(help="intake, workflow, notify or query; all of them if not said.")] = "",
    subject: Annotated[str, typer.Option(help="A complaint's number; everything parked if not said.")] = "",
) -> None:
    """Take up what could not be handled, once its cause is mended. What runs may go on running."""
    from deploy import letters
    from deploy.here import running
    from deploy.local import keys
    from deploy.local.database import SERVICES
    from deploy.local.environments import database_url

    if service not in ("", *SERVICES):
        raise Trouble(f"There is no service {service!r} that hears: {', '.join(SERVICES)}.")
    home, state = running()
    row, known = Row(state["port"]), keys.load(home.keys)
    urls = {name: database_url(name, row, known) for name in ([service] if service else SERVICES)}

    async def work() -> None:
        nothing = True
        async for one in letters.redrive(urls, subject or None):
            print(one)
            nothing = False
        if nothing:
            print("Nothing is parked.")

    asyncio.run(work())


@events.command()
def republish() -> None:
    """Say the whole record of workflow and intake again, to a broker that has lost it. What runs may go on running."""
    from deploy import record
    from deploy.here import running
    from deploy.local import keys
    from deploy.local.environments import database_url

    home, state = running()
    row, known = Row(state["port"]), keys.load(home.keys)
    for name, said in asyncio.run(
        record.republish({name: database_url(name, row, known) for name in record.SAY_AGAIN})
    ).items():
        print(f"{name}: {said} events will be said again.")


@workflow.command()
def check() -> None:
    """Prove the table: every rule it has to keep."""
    from services.workflow.machine import TABLE
    from services.workflow.machine.proof import RULES, prove

    flaws = prove(TABLE)
    if flaws:
        raise Trouble("\n".join(flaws))
    print(f"{len(TABLE)} rows keep {len(RULES)} rules.")


@workflow.command()
def diagram(
    into: Annotated[
        Path | None, typer.Option(help="A page whose diagram is to be replaced by the present one.")
    ] = None,
) -> None:
    """The table as a Mermaid state diagram."""
    from services.workflow.machine import TABLE
    from services.workflow.machine.proof import diagram

    drawn = diagram(TABLE)
    if into is None:
        print(drawn, end="")
        return
    page, found = re.subn(r"(?s)(?<=```mermaid\n)stateDiagram-v2\n.*?(?=```)", drawn, into.read_text(encoding="utf-8"))
    if found != 1:
        raise Trouble(f"{into} has {found} state diagrams, not one.")
    into.write_text(page, encoding="utf-8")
