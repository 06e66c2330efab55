"""What the office decides about itself: who takes which module, what was learnt; and that its facts stand."""

from datetime import date
from uuid import UUID

import msgspec

from services.workflow.domain import priorities, routing
from services.workflow.domain.complaint import Complaint
from services.workflow.domain.priorities import Suggested
from services.workflow.domain.routing import Candidate
from services.workflow.domain.times import told
from services.workflow.handlers import calendars, times
from services.workflow.machine import Role
from services.workflow.store import absences, complaints, facts, people, record
from services.workflow.store.people import Member
from shared.auth import Caller
from shared.db import Tx
from shared.envelope import Envelope
from shared.errors import FieldError, Invalid, NotFound, Text
from shared.events.complaint import Person
from shared.events.reference import FormSaved, RoutingSaved, SettingsSaved, SolutionSaved


async def found(tx: Tx, *, correlation: str) -> None:
    """Make sure the office's facts stand: settings once, and as they would be said now; calendars as the law of the
    coming years has them now."""
    said = await facts.get(tx, facts.SETTINGS)
    settings = said.open_as(SettingsSaved) if said else SettingsSaved(solve_days=times.SOLVE_DAYS)
    if said is None or told(settings) != settings:
        await facts.save(tx, facts.SETTINGS, told(settings), correlation=correlation)
    if await facts.get(tx, facts.ROUTING) is None:
        await facts.save(tx, facts.ROUTING, RoutingSaved(modules={}), correlation=correlation)
    changed = await calendars.keep(tx, correlation=correlation)
    if changed or await complaints.any_without_timer(tx):
        await times.reckon_anew(tx, "Kalendar dikemas kini", correlation=correlation)


async def remember_form(tx: Tx, _said: FormSaved, envelope: Envelope) -> None:
    """Keep a copy of what the form offers: module slugs are checked against it."""
    await facts.keep_heard(tx, envelope)


async def save_routing(tx: Tx, modules: dict[str, list[str]], *, correlation: str) -> None:
    """Which PICs take which module. Raises `Invalid` for somebody who is no active PIC."""
    pics = {str(member.id) for member, _ in await people.everybody(tx) if member.active and Role.PIC in member.roles}
    strangers = {pic for team in modules.values() for pic in team} - pics
    if strangers:
        text = Text("Hanya PIC aktif boleh dipilih", "Only active PICs can be chosen")
        raise Invalid([FieldError("modules", "not_a_pic", text)])
    saved = RoutingSaved(modules={module: tuple(team) for module, team in modules.items()})
    await facts.save(tx, facts.ROUTING, saved, correlation=correlation)


async def leave_teams(tx: Tx, member: UUID, *, correlation: str) -> None:
    """This member takes no module any more."""
    await facts.hold(tx, facts.ROUTING)
    before = (await facts.routing(tx)).modules
    after = {module: tuple(pic for pic in team if pic != str(member)) for module, team in before.items()}
    if after != before:
        await facts.save(tx, facts.ROUTING, RoutingSaved(modules=after), correlation=correlation)


async def candidates(tx: Tx, module: str) -> list[Candidate]:
    """Every active PIC, as this module's routing sees them, the best choice first."""
    everybody = await people.everybody(tx)
    names = {str(member.id): member.name for member, _ in everybody}
    team = (await facts.routing(tx)).modules.get(module, ())
    today = (await absences.today(tx)).isoformat()
    return routing.suggested(
        _candidate(member, load, names, today, of_module=module in member.modules or str(member.id) in team)
        for member, load in everybody
        if member.active and Role.PIC in member.roles
    )


async def suggested_priority(tx: Tx, complaint: Complaint) -> Suggested:
    """Which priority the complaint's module and words ask for."""
    return priorities.suggested(complaint.module, complaint.title, await record.filed_text(tx, complaint.number))


def _candidate(member: Member, load: int, names: dict[str, str], today: str, *, of_module: bool) -> Candidate:
    away = next((one for one in member.away if one["from"] <= today), None)
    deputy = away["deputy"] if away else None
    return Candidate(
        id=str(member.id),
        name=member.name,
        load=load,
        modules=tuple(member.modules),
        of_module=of_module,
        absent=away is not None,
        until=date.fromisoformat(away["until"]) if away else None,
        deputy=Person(id=deputy, name=names[deputy]) if deputy else None,
    )


async def keep_solution(tx: Tx, complaint: Complaint, caller: Caller, *, correlation: str) -> None:
    """What this complaint taught: symptom, cause, steps. Asked to close again, it is replaced and unpublished."""
    if complaint.solution is None:
        return
    solution = SolutionSaved(
        id=complaint.number,
        number=complaint.number,
        module=complaint.module,
        symptom=complaint.title,
        cause=complaint.solution.cause,
        steps=complaint.solution.steps,
        published=False,
        author=caller.name,
    )
    await facts.save(tx, f"solution:{complaint.number}", solution, correlation=correlation)


async def word_solution(
    tx: Tx,
    number: str,
    caller: Caller,
    *,
    symptom: str,
    cause: str,
    steps: str,
    published: bool,
    correlation: str,
) -> None:
    """Word a solution anew and say whether everybody may find it. Raises `NotFound`."""
    envelope = await facts.get(tx, f"solution:{number}")
    if envelope is None:
        raise NotFound
    before = envelope.open_as(SolutionSaved)
    solution = msgspec.structs.replace(
        before, symptom=symptom, cause=cause, steps=steps, published=published, author=caller.name
    )
    await facts.save(tx, f"solution:{number}", solution, correlation=correlation)
