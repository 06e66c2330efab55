"""What Semakan Aduan and a thread look like: the search with its outcome, the thread with its form, a link that opens
nothing. `public_tracking` decides which."""

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from services.portal.clients import Form, Problem, Tracking, Unavailable
from services.portal.desk import Switch, Visit
from services.portal.pages import refusal

SEARCHED = ("ic", "number")
"""What the search asks for."""
UNLINKED = {"Referrer-Policy": "no-referrer"}
"""For pages whose address is a right: no other page may learn it."""


def thread_page(
    visit: Visit,
    tracking: Tracking,
    token: str,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    notice: str = "",
    status: int = 200,
    *,
    form: Form | None,
    did: str = "",
    after: str = "",
) -> Response:
    """The thread, opened by link (`token`) or by number and IC, with its form as it was typed and what is wrong in it.

    `did` is what was just done there, `after` the id by which its fate is asked.
    """
    opened_with = "" if token else visit.typed.get("opened_with") or visit.typed.get("ic", "").strip()
    path = f"/a/{token}" if token else "/semakan"
    return visit.page(
        "pages/thread.html",
        status=status,
        headers=UNLINKED,
        switch=Switch("reply", path if token else "/semakan/lihat") if tracking.can or not token else None,
        tracking=tracking,
        token=token,
        path=path,
        opened_with=opened_with,
        typed={"ic": opened_with, **typed},
        errors=errors,
        notice=notice,
        did=did,
        key=(not did and visit.typed.get("key")) or str(uuid.uuid4()),
        reload_url=f"{path}?{urlencode({'after': after, 'did': did})}" if token and after else "",
        limit=form.limits.text if form else 32000,
        **_names(visit, form),
    )


def search_page(
    visit: Visit,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    *,
    status: int = 200,
    outcome: str = "",
    tracking: Tracking | None = None,
    form: Form | None = None,
) -> Response:
    """The search, and its `outcome` where there is one: sent, miss, list."""
    return visit.page(
        "pages/track.html",
        status=status,
        # a search that has answered is asked again in the other language; one still being typed is only shown again
        switch=Switch("search", "/semakan" if outcome else "/semakan/borang"),
        outcome=outcome,
        tracking=tracking,
        typed=visit.typed,
        errors=errors or {},
        notice=notice,
        key=visit.typed.get("key") or str(uuid.uuid4()),
        **_names(visit, form),
    )


def not_opened(visit: Visit, token: str, problem: Problem) -> Response:
    """Nothing may be shown: one page for a miss and a mismatch, one for a link that is not ours."""
    if problem.status not in (401, 404):
        errors, notice = refusal.read(visit, problem, SEARCHED)
        return search_page(visit, errors, notice, status=refusal.status(problem))
    if not token:
        return search_page(visit, outcome="miss", status=404)
    return visit.page(
        "pages/message.html",
        status=404,
        headers=UNLINKED,
        heading=visit.t("error.link"),
        lines=[visit.t("error.link.text")],
        ways=[("/semakan", visit.t("nav.search")), ("/", visit.t("nav.new"))],
        reference="",
    )


async def known_form(visit: Visit) -> Form | None:
    """The names of modules, departments and PTJ, if intake has ever told them; a thread is readable without."""
    try:
        return await visit.desk.reference.form()
    except Unavailable:
        return None


def _names(visit: Visit, form: Form | None) -> dict[str, Any]:
    def module(slug: str) -> str:
        found = form.module(slug) if form else None
        return found.label(visit.language) if found else slug

    def department(slug: str) -> str:
        found = form.department(slug) if form else None
        return found.name if found else slug

    def ptj(code: str) -> str:
        found = form.ptj(code) if form else None
        return found.name if found else code

    return {"module_name": module, "department_name": department, "ptj_name": ptj}
