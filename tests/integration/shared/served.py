"""A made-up service: it writes down, fails in every way there is, and shows nothing it should not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx2
from fastapi import APIRouter, Response
from pydantic import BaseModel

from shared import errors, web
from shared.db import Database
from shared.errors import FieldError, Text
from shared.settings import ServiceSettings
from shared.web import Once, Transaction
from tests.support import keys
from tests.support.serving import serving

router = APIRouter()
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


class Body(BaseModel):
    """What is to be written down."""

    text: str
    number: int = 0


@router.post("/write", status_code=201)
async def write(body: Body, tx: Transaction) -> dict[str, str]:
    await tx.execute("insert into written values ($1)", body.text)
    return {"text": body.text}


@router.post("/write-and-fail")
async def write_and_fail(body: Body, tx: Transaction) -> None:
    await tx.execute("insert into written values ($1)", body.text)
    if body.text == "refused":
        raise errors.Refused("not_now", Text("Bukan sekarang.", "Not now."), allowed=["later"])
    raise RuntimeError("a secret: 800101990001")


@router.post("/once")
async def write_once(body: Body, tx: Transaction, once: Once) -> Response:
    async def effect() -> dict[str, str]:
        if body.text == "fails":
            raise RuntimeError("broken")
        await tx.execute("insert into written values ($1)", body.text)
        await tx.execute("select pg_sleep(0.05)")
        return {"text": body.text}

    return await once.answer(201, effect)


@router.post("/raise/{name}")
async def raise_named(name: str) -> None:
    raise RAISED[name]


@router.get("/secret-path/{token}")
async def secret_path(token: str) -> str:
    return token


@router.get("/misfit", response_model=Body)
async def misfit() -> dict[str, object]:
    return {"text": ["canary"], "number": 1}


TEXT = Text("Ayat Melayu.", "English sentence.")
RAISED: dict[str, Exception] = {
    "invalid": errors.Invalid([FieldError("ic", "not_ic", TEXT)]),
    "not_found": errors.NotFound(),
    "refused": errors.Refused("not_now", TEXT, allowed=["later"]),
    "conflict": errors.Conflict("stale", TEXT, version=7),
    "if_match": errors.Conflict("if_match_required", TEXT),
    "denied": errors.Denied(needs=["ADMIN"]),
    "unknown": errors.Unknown(),
    "too_many": errors.TooMany(17),
    "deadlock": asyncpg.DeadlockDetectedError("deadlock"),
    "timeout": TimeoutError("no connection is free"),
    "network": ConnectionResetError("peer"),
    "row": asyncpg.NotNullViolationError("null value"),
    "bug": RuntimeError("a secret: 800101990001"),
}


@asynccontextmanager
async def a_service(url: str, **more: Any) -> AsyncIterator[httpx2.AsyncClient]:
    settings = ServiceSettings(**keys.settings("test", url, "nats://127.0.0.1:1", **more.pop("told", {})))
    db = Database(url, name="edge", size=more.pop("size", 10))
    app = web.create_app("edge", about="A made-up service.", settings=settings, routers=[router], db=db, **more)
    async with serving(app) as client:
        yield client
