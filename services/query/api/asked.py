"""What the staff lists are asked with, and the wait for `seen` that all staff routes share."""

import re
from datetime import date, datetime
from typing import Annotated, Any, get_args

import msgspec
from fastapi import Depends, Query, Request, Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema

from services.query.api.progress import Catching
from services.query.domain import typed
from services.query.domain.folders import Filters, Folder, Sort
from services.query.store import lists
from shared.auth import StaffTokens, TrackingTokens
from shared.db import Database
from shared.errors import Unknown
from shared.principals import Caller

SEEN_SECONDS = 0.5
_FLAGS = {"": None, "1": True, "0": False, "true": True, "false": False}
"""As forms and addresses write them."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YEARS = range(1900, 3000)
PAGE = 50


def _storable(text: str) -> str:
    """What Postgres cannot hold cannot be found either."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("not text")
    return text.strip()


Word = Annotated[str, AfterValidator(_storable), Field(max_length=200)]


def _none_if_empty(value: Any) -> Any:
    return None if value == "" else value


def _without_empty(value: Any) -> Any:
    return [one for one in value if one != ""] if isinstance(value, list) else value


Words = Annotated[list[Word], BeforeValidator(_without_empty), Field(max_length=30)]


def _a_day(value: Any) -> Any:
    """As a calendar writes it: a number would be read as seconds since 1970."""
    if isinstance(value, str) and value and not (_DAY.fullmatch(value) and int(value[:4]) in YEARS):
        raise ValueError("not a day")
    if isinstance(value, int | float):
        raise ValueError("not a day")
    return _none_if_empty(value)


def _or_empty(**schema: Any) -> WithJsonSchema:
    """What the document says of a filter that may be left empty, as a form sends it."""
    return WithJsonSchema({"anyOf": [schema, {"type": "string", "maxLength": 0}, {"type": "null"}]})


def _a_flag(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if not isinstance(value, str) or value not in _FLAGS:
        raise ValueError("not a flag")
    return _FLAGS[value]


Flag = Annotated[
    bool | None,
    BeforeValidator(_a_flag),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "string", "enum": list(_FLAGS)}, {"type": "null"}]}),
]
Day = Annotated[date | None, BeforeValidator(_a_day), _or_empty(type="string", format="date")]
Order = Annotated[Sort | None, BeforeValidator(_none_if_empty), _or_empty(type="string", enum=list(get_args(Sort)))]


class Narrowed(BaseModel):
    """Filters of a list; each may be given several times, and an empty one does not narrow."""

    q: Word = ""
    """A complaint number or its beginning, otherwise words of title, description and name, or a log number of the
    vendor's."""
    state: Words = []
    phase: Words = []
    outcome: Words = []
    module: Words = []
    department: Words = []
    ptj: Words = []
    pic: Words = []
    priority: Words = []
    from_: Annotated[Day, Field(alias="from")] = None
    """First day of submission, in Kelantan."""
    to: Day = None
    """Last day of submission, included."""
    overdue: Flag = None
    mine: Flag = None
    sort: Order = None
    after: Annotated[str, AfterValidator(_storable), Field(max_length=400)] = ""
    """The `next` of the page before."""
    limit: Annotated[int, Field(ge=1, le=100)] = PAGE
    seen: Word = ""
    """`<number>:<version>`: wait up to half a second for the model to have come that far."""

    def filters(self, ic_index: str | None = None) -> Filters:
        """The values the store narrows by."""
        return Filters(
            q=self.q,
            ic_index=ic_index,
            states=self.state,
            phases=self.phase,
            outcomes=self.outcome,
            modules=self.module,
            departments=self.department,
            ptj=self.ptj,
            pics=self.pic,
            priorities=self.priority,
            first_day=self.from_,
            last_day=self.to,
            overdue=bool(self.overdue),
            mine=bool(self.mine),
        )


class Shelf(Narrowed):
    """A folder of the inbox, narrowed."""

    folder: Folder = "mine"


Narrowing = Annotated[Narrowed, Query()]
Shelving = Annotated[Shelf, Query()]


async def wait_for(db: Database, progress: Catching, seen: str | None) -> None:
    """Give the model half a second to come as far as the asker has seen. What is no `<number>:<version>` waits for
    nothing."""
    target = typed.seen(seen) if seen else None
    if target is None:
        return
    number, version = target

    async def look() -> int:
        async with db.transaction() as tx:
            return await lists.version(tx, number)

    await progress.until(look, lambda found: found >= version, SEEN_SECONDS)


def _database(request: Request) -> Database:
    db: Database = request.app.state.db
    return db


Model = Annotated[Database, Depends(_database)]
"""The read model. Transactions are opened after the waiting, never across it."""


async def _maybe_staff(request: Request) -> Caller | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    tokens: StaffTokens = request.app.state.staff_tokens
    return tokens.check(token)


MaybeStaff = Annotated[Caller | None, Depends(_maybe_staff)]
"""The member of staff who calls, where one does; 401 only for a token that is none of ours."""


def linked(request: Request, link: str | None) -> tuple[str, datetime] | None:
    """Number and submission time a tracking link says; none for one we did not sign, and for none at all."""
    tokens: TrackingTokens = request.app.state.tracking_tokens
    try:
        return tokens.check(link) if link else None
    except Unknown:
        return None


def answer(view: object) -> Response:
    """A view as JSON, without a second look at its shape: mypy has had one."""
    return Response(msgspec.json.encode(view), media_type="application/json", headers={"Cache-Control": "no-store"})
