"""Run the measurements one after another and write what came of them: `python -m benchmarks [--only filing]`."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import figures, load, machine, report
from benchmarks.figures import Figure
from benchmarks.measures import house, intake, line, lists, timers, transitions, visible
from benchmarks.stage import Stage, a_stage
from deploy.local.processes import Trouble
from shared import logs

Measure = Callable[[Stage], Awaitable[list[Figure]]]

MEASURES: dict[str, Measure] = {
    "filing": intake.measure,
    "transitions": transitions.measure,
    "line": line.measure,
    "lists": lists.measure,
    "timers": timers.measure,
    "visible": visible.measure,
    "house": house.measure,
}


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
Only = Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(MEASURES)}; nothing is kept.")]


@app.command()
def main(only: Only = None) -> None:
    """Measure everything (some eight minutes), keep the result and renew the README's table."""
    console = Console()
    unknown = set(only or ()) - set(MEASURES)
    if unknown:
        raise SystemExit(f"There is no measurement {', '.join(sorted(unknown))}. There are: {', '.join(MEASURES)}.")
    logs.configure("bench", "ERROR")
    chosen = {name: measure for name, measure in MEASURES.items() if not only or name in only}
    try:
        result = _run(chosen, console)
    except Trouble as trouble:
        raise SystemExit(str(trouble)) from trouble
    report.show(result, console)
    if not only:
        console.print(f"Written: {report.keep(result)}")


def _run(chosen: dict[str, Measure], console: Console) -> report.Result:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    result = report.Result(machine=machine.described(), load_before=machine.load_average())
    # No thread of the bar's own: it would be measured with what runs in this process.
    with a_stage() as stage, Progress(*columns, console=console, auto_refresh=False) as progress:
        task = progress.add_task("", total=len(chosen))
        for name, measure in chosen.items():
            progress.update(task, description=name, refresh=True)
            started = time.monotonic()
            try:
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    result.figures[name] = runner.run(measure(stage))  # type: ignore[arg-type]
            except* (load.Refused, TimeoutError, Trouble) as broken:
                why = str(broken.exceptions[0])[:200]
                result.figures[name] = [figures.one(f"{name} could not be measured", 0, "", note=why, head=True)]
            result.seconds[name] = round(time.monotonic() - started, 1)
            progress.update(task, advance=1, refresh=True)
    result.load_after = machine.load_average()
    return result


if __name__ == "__main__":
    app()
