"""Pemberitahuan: the lines of one event, changed by Admin. What notify finds wrong stands at its line; what was typed
is never lost; the lines can be tried out before they are saved."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from services.portal.clients import Pass, Problem
from services.portal.desk import Switch, Visit, Visiting
from services.portal.pages import notices_forms as forms
from services.portal.pages import notices_told as told
from services.portal.pages import refusal, wrong
from services.portal.pages.notices import PLACE, at_hand, held, refusal_of, words
from services.portal.pages.notices_rehearsal import rehearsed, results, suggested
from services.portal.pages.notices_shapes import COMPLAINT, DIGEST, NO_COMPLAINT, Line, Matrix, Rehearsed
from services.portal.session import Staff

router = APIRouter(prefix="/staf/pemberitahuan/peristiwa", include_in_schema=False)

LONGEST_WHY, LONGEST_NONE = 1000, 500
BY_TIME = ("complaint.reminded", "complaint.escalated", "complaint.rescheduled")
Errors = dict[str, str]


@router.get("/{event}")
async def edit(event: str, visit: Visiting, staff: Staff) -> Response:
    """The lines of this event."""
    return refusal_of(visit, staff, edits=True) or await _page(visit, staff, event, await held(visit, staff))


@router.post("/{event}")
async def save(event: str, visit: Visiting, staff: Staff) -> Response:
    """Save them, or try them out; the form again with what is wrong."""
    if refused := refusal_of(visit, staff, edits=True):
        return refused
    matrix = await held(visit, staff)
    if {"lang", "again"} & visit.typed.keys() or event not in matrix.events:
        return await _page(visit, staff, event, matrix)
    lines = _read(visit, event, matrix)
    errors = _missing(visit, lines)
    if "try" in visit.typed:
        return await _try(visit, staff, event, matrix, lines, errors)
    errors |= _why(visit, "why", LONGEST_WHY, "notices.missing.why")
    if errors:
        return await _page(visit, staff, event, matrix, errors, status=422)
    if visit.typed.get("version") != str(matrix.version):
        return await _page(visit, staff, event, matrix, notice=visit.t("notices.stale"), status=412)
    items, first = _whole(matrix, event, lines)
    try:
        saved = await visit.desk.clients.notices.save(items, visit.typed["why"].strip(), matrix.version, staff.token)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        if problem.status == 412:
            again = await held(visit, staff)
            return await _page(visit, staff, event, again, notice=visit.t("notices.stale"), status=412)
        errors, notice = _faults(visit, problem, first, items)
        return await _page(visit, staff, event, matrix, errors, notice, status=422)
    return visit.redirect(f"{PLACE}?simpan={saved['version']}#{event}")


def _read(visit: Visit, event: str, matrix: Matrix) -> list[dict[str, Any]]:
    """The lines as typed. A reason that stands as it was shown stays as it was written."""
    held_now = matrix.of(event)
    nobody = next((line for line in held_now if line.audience is None), None)
    if nobody is not None and visit.typed.get("told") == "nobody":
        untouched = visit.typed.get("none-why", "").strip() == told.why_nobody(visit, nobody)
        if untouched:
            return [msgspec.to_builtins(nobody)]
    return forms.read(event, visit.typed, visit.sent, held_now, matrix.messages)


def _whole(matrix: Matrix, event: str, lines: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """The matrix with these lines where the event's were, and where that is."""
    first = next((place for place, line in enumerate(matrix.items) if line.event == event), len(matrix.items))
    others = [msgspec.to_builtins(line) for line in matrix.items if line.event != event]
    return [*others[:first], *lines, *others[first:]], first


def _missing(visit: Visit, lines: Sequence[Mapping[str, Any]]) -> Errors:
    if visit.typed.get("told") == "nobody":
        return _why(visit, "none-why", LONGEST_NONE, "notices.missing.none")
    if not lines:
        return {"told": visit.t("notices.missing.lines")}
    return {
        f"l{n}-{part}": visit.t(f"notices.missing.{part}")
        for n, line in zip(forms.kept(visit.typed), lines, strict=True)
        for part in ("audience", "template")
        if not line[part]
    }


def _why(visit: Visit, name: str, longest: int, missing: str) -> Errors:
    written = visit.typed.get(name, "").strip()
    if not written:
        return {name: visit.t(missing)}
    return {name: visit.t("notices.long", n=longest)} if len(written) > longest else {}


async def _try(
    visit: Visit, staff: Pass, event: str, matrix: Matrix, lines: list[dict[str, Any]], errors: Errors
) -> Response:
    """Who would be told by these lines; nothing is saved."""
    number = "" if event.startswith(NO_COMPLAINT) else visit.typed.get("number", "").strip().upper()
    if not number and not event.startswith(NO_COMPLAINT):
        errors = {**errors, "number": visit.t("notices.try.missing")}
    if errors:
        return await _page(visit, staff, event, matrix, errors, status=422)
    try:
        asked = await suggested(visit, staff, event, number, {})
        found = await rehearsed(visit, staff, {**asked, "items": lines})
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        errors, notice = _faults(visit, problem, 0, lines)
        return await _page(visit, staff, event, matrix, errors, notice, status=422)
    return await _page(visit, staff, event, matrix, tried=(found, msgspec.convert(lines, list[Line])))


def _faults(visit: Visit, problem: Problem, first: int, items: Sequence[Mapping[str, Any]]) -> tuple[Errors, str]:
    """Notify's sentences at the fields of this form; those about other events in one sentence."""
    errors: Errors = {}
    others: dict[str, str] = {}
    for error in problem.errors:
        place = forms.place_of(error.field, first, forms.kept(visit.typed))
        if visit.typed.get("told") == "nobody" and error.field == f"items.{first}.why":
            place = "none-why"
        if place is not None:
            errors.setdefault(place, error.text(visit.language))
        elif error.field in ("complaint", "pic"):
            errors.setdefault("number", error.text(visit.language))
        else:
            others[_of(visit, error.field, items)] = error.text(visit.language)
    if not errors and not others:
        return refusal.read(visit, problem, ())
    notice = visit.t("notices.elsewhere", events="; ".join(f"{of}: {said}" for of, said in others.items()))
    return errors, notice if others else ""


def _of(visit: Visit, field: str, items: Sequence[Mapping[str, Any]]) -> str:
    number = field.split(".")[1] if field.startswith("items.") else ""
    known = number.isdecimal() and int(number) < len(items)
    return told.event(visit, items[int(number)]["event"]) if known else field


async def _page(
    visit: Visit,
    staff: Pass,
    event: str,
    matrix: Matrix,
    errors: Errors | None = None,
    notice: str = "",
    *,
    status: int = 200,
    tried: tuple[Rehearsed, list[Line]] | None = None,
) -> Response:
    if event not in matrix.events:
        return wrong.page(visit, 404)
    facts = await at_hand(visit, staff)
    lines = matrix.of(event)
    single, several = forms.fields(lines)
    nobody = next((line for line in lines if line.audience is None), None)
    single |= {"none-why": told.why_nobody(visit, nobody) if nobody else "", "version": str(matrix.version)}
    if visit.typed:
        sent = (
            forms.moved(visit.typed, visit.sent, visit.typed.get("again", "")) if "again" in visit.typed else visit.sent
        )
        single, several = {}, {}
        for name, value in sent:
            single.setdefault(name, value)
            several.setdefault(name, []).append(value)
        if status == 412:
            single["version"] = str(matrix.version)
    return visit.page(
        "staff/notices_edit.html",
        status=status,
        switch=Switch("lines", f"{PLACE}/peristiwa/{event}") if visit.typed else None,
        **facts,
        **words(visit, matrix),
        event=event,
        matrix=matrix,
        numbers=range(forms.count(single)),
        typed=single,
        several=several,
        questions=_questions(visit, event, lines),
        audiences=_audiences(matrix, event),
        messages=_messages(matrix, event, single),
        choice_words=[
            (one, _choice(visit, one)) for one in forms.CHOICES if event != DIGEST or "digest" not in one.split(",")
        ],
        offered=_offered,
        asks=lambda n: told.condition(visit, forms.condition(n, single, several)),
        alone=event.startswith(NO_COMPLAINT),
        errors=errors or {},
        summary={name: _in_summary(visit, name, said) for name, said in (errors or {}).items()},
        notice=notice,
        tried=results(visit, *tried) if tried else None,
    )


def _choice(visit: Visit, one: str) -> str:
    return told.chosen(visit, one.split(",")) if one else visit.t("notices.choices.none")


def _offered(names: Sequence[str], name: Callable[[str], str], chosen: str | None) -> list[tuple[str, str]]:
    """What may be chosen, and what is chosen now even where it is none of it."""
    return [(one, name(one)) for one in (*names, *([chosen] if chosen and chosen not in names else []))]


def _in_summary(visit: Visit, name: str, said: str) -> str:
    line = name.partition("-")[0]
    return f"{visit.t('notices.line', n=int(line[1:]) + 1)}: {said}" if line[1:].isdecimal() else said


def _audiences(matrix: Matrix, event: str) -> list[str]:
    """Who can be told of such an event."""
    known = matrix.audiences_of.get(event, matrix.audiences)
    if event.startswith((COMPLAINT, *NO_COMPLAINT)):
        return known
    return [one for one in known if one == "complainant"]


def _messages(matrix: Matrix, event: str, typed: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """The messages that can tell of this event, by reader; what is chosen now stays in the list, fit or not."""
    chosen = {value for name, value in typed.items() if name.endswith("-template")}
    fit = [name for name, one in matrix.messages.items() if event in one.events or name in chosen]
    if event.startswith(NO_COMPLAINT):
        fit = [name for name in fit if len(matrix.messages[name].events) < len(matrix.events) or name in chosen]
    readers = dict.fromkeys(matrix.messages[name].reader for name in fit)
    return [(reader, [name for name in fit if matrix.messages[name].reader == reader]) for reader in readers]


def _questions(visit: Visit, event: str, lines: Sequence[Line]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a condition may ask of this event, with the answers it can have; what it asks already is always there."""
    if not event.startswith(COMPLAINT):
        asks = any("has_pic" in line.condition for line in lines)
        return [("has_pic", [(one, _answer(visit, "has_pic", one)) for one in ("yes", "no")])] if asks else []
    reference = visit.desk.reference
    moves = reference.moves(event)
    before = dict.fromkeys(state for move in moves for state in move.sources)
    after = dict.fromkeys(state for move in moves for state in ((move.to,) if move.to else move.sources))
    turns = dict.fromkeys(one for state in after if (one := reference.custodian(state)))
    states = reference.names("state")
    possible = {
        "kind": list(forms.KINDS) if event == f"{COMPLAINT}reminded" else [],
        "level": list(forms.LEVELS) if event == f"{COMPLAINT}escalated" else [],
        # where nothing moves, one question about the state is enough; in what time does, whose turn it is says it all
        "from_state": [one for one in states if one in before] if any(move.to for move in moves) else [],
        "in_state": [one for one in states if one in after] if not event.startswith(BY_TIME) else [],
        "custodian": list(turns),
        "has_pic": ["yes", "no"] if "BARU" in after else [],
        "has_claimant": ["yes", "no"] if "RUJUKAN_IMPLEMENTOR" in after else [],
        "actor_is_not_recipient": ["yes"] if any("COMPLAINANT" in move.who for move in moves) else [],
    }
    asked = {name: wanted for line in lines for name, wanted in line.condition.items()}
    found = []
    for name, answers in possible.items():
        used = asked.get(name)
        every = (
            [*answers, *(str(one) for one in used if str(one) not in answers)] if isinstance(used, list) else answers
        )
        if len(every) > 1 or name in asked or (every and name == "actor_is_not_recipient"):
            found.append((name, [(one, _answer(visit, name, one)) for one in every or ["yes", "no"]]))
    return found


def _answer(visit: Visit, name: str, one: str) -> str:
    if name in told.ANSWERS:
        return visit.t(f"notices.if.{name}.{one}")
    return visit.t(f"notices.if.{name}") if name == "actor_is_not_recipient" else told.value(visit, name, one)
