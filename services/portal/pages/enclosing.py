"""Files come in with a form: each goes on to the service that takes it, once, and comes back as a name to carry."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import BinaryIO

from services.portal.clients import Pass, Problem, Unavailable
from services.portal.clients.files import File, unpacked
from services.portal.desk import Visit
from services.portal.enclosure import MEGABYTE, Enclosure, Refused, file_field, is_kept, kept_field
from services.portal.pages import refusal
from services.portal.sent import Chosen

Take = Callable[[str, BinaryIO], Awaitable[File]]
"""Hands a file with its name to the service that keeps it."""
SHOWN = 20
"""Files carried at most, many more than a service takes: it is told of them all and says so itself."""


async def enclosed(visit: Visit, take: Take, scope: str = "") -> Enclosure:
    """The files of this form: those taken before and not dropped, then those chosen now, as far as they are taken."""
    files: dict[str, File] = {}
    dropped = set(visit.several("drop"))
    for text in visit.several(kept_field(scope))[:SHOWN]:
        file = unpacked(text)
        if file and file.id not in dropped:
            files.setdefault(file.id, file)
    refused: list[Refused] = []
    for chosen in visit.chosen:
        if chosen.field != file_field(scope):
            continue
        taken = await bring(visit, take, chosen, len(files))
        if isinstance(taken, File):
            files[taken.id] = taken
        else:
            refused.append(taken)
    found = Enclosure(list(files.values()), refused)
    visit.enclosures[scope] = found
    return found


async def enclosed_all(visit: Visit, staff: Pass) -> None:
    """The files of every action of a member of staff's form."""
    take = partial(visit.desk.clients.workflow.take, token=staff.token)
    carrying = [name for name, _ in visit.sent if is_kept(name)]
    for scope in dict.fromkeys(name.partition(".")[2] for name in (*carrying, *(one.field for one in visit.chosen))):
        await enclosed(visit, take, scope)


async def bring(visit: Visit, take: Take, chosen: Chosen, beside: int = 0) -> File | Refused:
    """Hand one file on, unless it is one too many `beside` the others, or too large."""
    limits = visit.desk.reference.limits
    if chosen.beyond or beside >= limits.attachments:
        return Refused(chosen.name, visit.t("file.too_many", n=limits.attachments))
    too_large = Refused(chosen.name, visit.t("file.too_large", n=limits.attachment_bytes // MEGABYTE))
    if chosen.size > limits.attachment_bytes:
        return too_large
    try:
        return await take(chosen.name, chosen.file.file)
    except Unavailable:
        return Refused(chosen.name, visit.t("file.away"))
    except Problem as problem:
        if problem.status == 401:
            raise
        if problem.status == 413:
            return too_large
        fields = problem.fields(visit.language)
        return Refused(chosen.name, fields.get("file") or refusal.read(visit, problem, ())[1])
