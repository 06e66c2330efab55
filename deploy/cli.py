"""`helpdesk`: the one command-line program. Each command says in one line what went wrong, or nothing."""

import asyncio
import os
import shutil
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from deploy import cli_record
from deploy.local.home import Home
from deploy.local.processes import Trouble
from deploy.local.row import LAST, Row

if TYPE_CHECKING:
    from deploy.local.launcher import Past

app = typer.Typer(
    help="Helpdesk iSPEKS, from the command line. Data lies in .run/, or where HELPDESK_HOME says.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
clock_app = typer.Typer(help="Business time, where make run CLOCK=adjustable permits to move it.", no_args_is_help=True)
app.add_typer(clock_app, name="clock")
staff_app = typer.Typer(help="Who may log in.", no_args_is_help=True)
app.add_typer(staff_app, name="staff")
app.add_typer(cli_record.events, name="events")
app.add_typer(cli_record.workflow, name="workflow")

Port = Annotated[int, typer.Option(envvar="PORT", min=1024, max=LAST, help="First port of the row.")]
Clock = Annotated[str, typer.Option(envvar="CLOCK", help="'adjustable' lets business time be moved.")]
Tethered = Annotated[bool, typer.Option("--tethered", hidden=True, help="End when whoever started this ends.")]


@app.command()
def run(port: Port = 8000, clock: Clock = "", tethered: Tethered = False) -> None:
    """Run everything on this machine until Ctrl-C."""
    begin(Home(), port, clock, tethered)


@app.command()
def demo(
    port: Port = 8000,
    clock: Clock = "",
    tethered: Tethered = False,
    weeks: Annotated[bool, typer.Option("--weeks", help="Only the past weeks: some twenty complaints.")] = False,
) -> None:
    """Run everything, with a year of complaints in it. Needs an empty .run/."""
    from datetime import UTC, datetime

    from deploy.demo.play import WEEKS, a_year, first_shift, player
    from deploy.local.launcher import Past

    home = Home()
    if home.postgres.exists():
        raise Trouble(f"The demo needs an empty {home.path}: make reset.")
    play = WEEKS if weeks else a_year()
    begin(home, port, clock, tethered, Past(first_shift(play, datetime.now(UTC)), player(play)))


@app.command()
def up(port: Port = 8000) -> None:
    """Build and start everything as containers, and return when it is ready."""
    from deploy.containers import composed

    composed.up(Home(), port)


@app.command()
def down(
    data: Annotated[str, typer.Option(envvar="DATA", help="'delete' deletes all data too, after asking.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop the containers and remove them. The data stays."""
    from deploy.containers import composed

    if data not in ("", "delete"):
        raise Trouble(f"DATA can only be 'delete', not {data!r}.")
    if data and not yes:
        typer.confirm("Delete the containers' volumes with all complaints, mails and keys in them?", abort=True)
    composed.down(Home(), delete=bool(data))


@app.command()
def status() -> None:
    """What runs, whether it is ready, and its memory (PSS) with Postgres and NATS."""
    from rich.table import Table

    from deploy.local.panel import console
    from deploy.local.status import lines

    found = lines(Home())
    table = Table(expand=False)
    for column, justify in (("Program", "left"), ("Processes", "right"), ("Condition", "left"), ("PSS", "right")):
        table.add_column(column, justify="right" if justify == "right" else "left")
    for line in found:
        table.add_row(line.name, str(len(line.pids)), line.condition, f"{line.memory / 2**20:.1f} MB")
    table.add_section()
    processes, memory = sum(len(line.pids) for line in found), sum(line.memory for line in found)
    table.add_row("in all", str(processes), "", f"{memory / 2**20:.1f} MB")
    console.print(table)


@app.command()
def trace(number: Annotated[str, typer.Argument(help="A complaint's number, such as HD-2026-000123-C.")]) -> None:
    """One complaint's way through all services, out of their logs."""
    from rich.table import Table

    from deploy.local.panel import console
    from deploy.trace import told
    from deploy.trace import trace as trace_of

    home = Home()
    found = trace_of(home.log("intake").parent, number.strip().upper())
    if not found:
        raise Trouble(f"No log in {home.path} knows {number}.")
    table = Table(expand=False)
    for column in ("When (UTC)", "Service", "What", "How it ended"):
        table.add_column(column, overflow="fold")
    for line in found:
        table.add_row(*told(line))
    console.print(table)


@staff_app.command("add")
def add_staff(
    ic: Annotated[str, typer.Option(prompt="No. Kad Pengenalan")],
    name: Annotated[str, typer.Option(prompt="Name")],
    email: Annotated[str, typer.Option(prompt="E-mail")],
    phone: Annotated[str, typer.Option(prompt="Phone")],
    role: Annotated[list[str], typer.Option(help="ADMIN, PIC, IMPLEMENTOR, VENDOR or MANAGEMENT; may be repeated.")],
    module: Annotated[list[str] | None, typer.Option(help="A module this PIC takes; may be repeated.")] = None,
    language: Annotated[str, typer.Option(help="ms or en.")] = "ms",
) -> None:
    """Add a member of staff, and print the first password. Who is an IMPLEMENTOR joins that queue."""
    from deploy import staff
    from deploy.here import running
    from deploy.local import keys
    from deploy.local.environments import database_url

    home, state = running()
    row = Row(state["port"])
    known, password = keys.load(home.keys), staff.new_password()
    queues = tuple({"IMPLEMENTOR"} & set(role))
    person = staff.Person(tuple(role), ic, name, email, phone, queues, tuple(module or ()), language)
    asyncio.run(staff.add(database_url("workflow", row, known), known, person, password))
    print(f"Added. The password is {password}")


@clock_app.command()
def advance(by: Annotated[str, typer.Argument(help="Such as 3d, 12h, 1d12h.")]) -> None:
    """Move business time forward."""
    from deploy.here import running
    from deploy.local import clock, keys
    from deploy.local.setting_up import DATABASE, admin_url

    home, state = running()
    if state["clock"] != "adjustable":
        raise Trouble("Business time stands here: only make run CLOCK=adjustable lets it be moved.")
    url = admin_url(Row(state["port"]), keys.load(home.keys), DATABASE)
    print(f"Business time is {asyncio.run(clock.move(url, clock.parse(by)))} ahead now.")


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete all data of this machine's helpdesk, after asking."""
    from deploy.containers import composed

    home = Home()
    if not home.path.exists():
        raise Trouble(f"There is nothing to delete: no {home.path}.")
    if home.occupied():
        raise Trouble(f"A copy is running on {home.path}. Stop it first.")
    if composed.kept_by(home):
        raise Trouble(f"The keys of the containers' data lie in {home.path}: make down DATA=delete first.")
    if not yes:
        typer.confirm(f"Delete {home.path} with all complaints, mails and keys in it?", abort=True)
    shutil.rmtree(home.path)
    print(f"Deleted {home.path}.")


def begin(home: Home, port: int, clock: str, tethered: bool, past: "Past | None" = None) -> None:
    """Runs everything in this process until it is asked to end."""
    from deploy.local.launcher import Launcher
    from deploy.local.tether import die_with_parent

    if clock not in ("", "adjustable"):
        raise Trouble(f"CLOCK can only be 'adjustable', not {clock!r}.")
    if tethered:
        die_with_parent(signal.SIGTERM, os.getppid())
    Launcher(home, port, clock, past).run()


def main() -> None:
    """Runs the command; trouble is one line and exit code 1, never a traceback."""
    try:
        app(prog_name="helpdesk")
    except (Trouble, OSError) as trouble:
        print(trouble, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
