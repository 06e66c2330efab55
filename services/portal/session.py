"""Who of the staff is here. The cookie holds workflow's opaque session; tokens live 60 s, in memory only.

A disabled person is out at once at workflow and here when the token at hand runs out, within 60 s.
"""

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from fastapi import Depends
from starlette.responses import Response

from services.portal.clients import Pass, Problem
from services.portal.clients.workflow import Workflow
from services.portal.desk import Visit, Visiting

MARGIN = timedelta(seconds=10)
"""A token with less than this left is renewed before it is used."""
REMEMBERED = timedelta(hours=1)
SECRET = frozenset({"current", "new", "repeat", "password"})
"""Fields that are never given back."""
KEPT = 5_000
"""Passes in memory; the least lately used goes first, at the price of one more call to workflow."""


class Kept(msgspec.Struct, frozen=True):
    """What was posted when nobody was logged in any more: it rides through the login page and is shown again."""

    to: str
    sent: list[tuple[str, str]]
    unsent: list[str] = []
    """Names of files that came with it: nobody could be asked to take them."""


class LoginNeeded(Exception):
    """Nobody is logged in, or the session has ended. `then` is where to go on after the login; `kept`, as JSON, is what
    had been typed."""

    def __init__(self, then: str, kept: str = "") -> None:
        super().__init__(then)
        self.then = then
        self.kept = kept

    @property
    def url(self) -> str:
        """The login page that leads on to `then`."""
        return "/log-masuk?" + urlencode({"next": self.then})


class ChangeFirst(Exception):
    """Somebody else knows this person's password: they change it before anything else. `then` is where to go on."""

    def __init__(self, then: str) -> None:
        super().__init__(then)
        self.then = then

    @property
    def url(self) -> str:
        """The page that leads on to `then`."""
        return "/staf/kata-laluan?" + urlencode({"next": self.then})


class Sessions:
    """Sessions to passes. One renewal at a time for a session, however many of its requests wait."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._passes: OrderedDict[str, Pass] = OrderedDict()
        self._renewals: dict[str, asyncio.Task[Pass]] = {}

    async def log_in(self, ic: str, password: str, browser: str = "") -> Pass:
        """Begin a session; its value is in `session`."""
        found = await self._workflow.log_in(ic, password, browser)
        self._keep(found.session, found)
        return found

    async def change_password(self, session: str, current: str, new: str) -> None:
        """Change the password of whoever's session this is; it goes on."""
        self._keep(session, await self._workflow.change_password(session, current, new))

    def forget(self, session: str) -> None:
        """Something about this person has changed: ask anew."""
        self._passes.pop(session, None)

    async def current(self, session: str) -> Pass:
        """A pass good for some seconds yet. Raises `Problem` 401 when the session has ended."""
        found = self._passes.get(session)
        if found and found.expires_at - datetime.now(UTC) > MARGIN:
            self._passes.move_to_end(session)
            return found
        renewal = self._renewals.get(session)
        if renewal is None:
            renewal = asyncio.create_task(self._renew(session))
            self._renewals[session] = renewal
            renewal.add_done_callback(lambda _: self._renewals.pop(session, None))
        # shielded: the visitor who asked first may leave while others wait for the same answer
        return await asyncio.shield(renewal)

    def remembered(self, session: str) -> Pass | None:
        """Who this was a while ago, when workflow cannot be asked: good for reading what is about nobody."""
        found = self._passes.get(session)
        return found if found and datetime.now(UTC) - found.expires_at < REMEMBERED else None

    async def log_out(self, session: str) -> None:
        """End the session, here and at workflow."""
        self._passes.pop(session, None)
        await self._workflow.log_out(session)

    async def _renew(self, session: str) -> Pass:
        try:
            found = await self._workflow.renew(session)
        except Problem:
            self._passes.pop(session, None)
            raise
        self._keep(session, found)
        return found

    def _keep(self, session: str, found: Pass) -> None:
        self._passes[session] = found
        self._passes.move_to_end(session)
        while len(self._passes) > KEPT:
            self._passes.popitem(last=False)


def cookie_name(visit: Visit) -> str:
    """`__Host-` binds the cookie to this host over https; plain http, on one machine, cannot carry that name."""
    return "__Host-sesi" if visit.desk.settings.secure else "sesi"


def set_session(visit: Visit, response: Response, session: str) -> None:
    """Hand the session to the browser, until it closes."""
    visit.cookie(response, cookie_name(visit), session)


def drop_session(visit: Visit, response: Response) -> None:
    """Take the session back from the browser."""
    response.delete_cookie(
        cookie_name(visit), path="/", httponly=True, samesite="lax", secure=visit.desk.settings.secure
    )


def session_of(visit: Visit) -> str | None:
    """The session value the browser sent."""
    return visit.request.cookies.get(cookie_name(visit))


async def entered(visit: Visiting) -> Pass:
    """Who is asking, be it with a password that must change first. Raises `LoginNeeded`, which leads to the login page
    and back."""
    session = session_of(visit)
    if not session:
        raise login_needed(visit)
    try:
        found = await visit.desk.sessions.current(session)
    except Problem as problem:
        if problem.status == 401:
            raise login_needed(visit) from problem
        raise
    if not visit.spoke:
        visit.language = found.staff.language
    return found


Entered = Annotated[Pass, Depends(entered)]


async def current_staff(visit: Visiting, found: Entered) -> Pass:
    """Who is asking. Raises `ChangeFirst` where all they may do is change their password."""
    if found.must_change:
        raise ChangeFirst(login_needed(visit).then)
    visit.staff = found
    return found


def login_needed(visit: Visit) -> LoginNeeded:
    """The way back to this page after a login; of a form, with everything that was typed but passwords."""
    url = visit.request.url
    if visit.request.method == "GET":
        return LoginNeeded(url.path + (f"?{url.query}" if url.query else ""))
    sent = [(name, value) for name, value in visit.sent if name not in SECRET]
    kept = Kept(url.path, sent, [chosen.name for chosen in visit.chosen])
    return LoginNeeded("/staf", msgspec.json.encode(kept).decode() if sent else "")


def kept_of(visit: Visit) -> Kept | None:
    """What rode along through the login page, if it leads to a staff page."""
    try:
        kept = msgspec.json.decode(visit.typed.get("kept", ""), type=Kept)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None
    return kept if kept.to.startswith("/staf/") and onward(kept.to, "") else None


Staff = Annotated[Pass, Depends(current_staff)]
"""`.token` for calls to services, `.staff` for who it is."""


def onward(url: str, otherwise: str = "/staf") -> str:
    """`url` if it leads into this site and nowhere else."""
    inside = url.startswith("/") and not url.startswith(("//", "/\\")) and url.isprintable()
    return url if inside else otherwise
