"""What intake is measured against: the same fields through FastAPI and pydantic, the same two inserts in a transaction
on asyncpg, and nothing else. No judging, sealing, limits, robot check, idempotency, record; no loops beside it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from uuid_utils.compat import uuid7

TABLES = """
create schema bare;
create table bare.submission (like intake.submission including all);
create table bare.outbox (like intake.outbox including all);
"""
SUBMISSION = """
insert into bare.submission (number, submitted_at, answer_by, name, ic_index, ic_sealed, phone_sealed, email_sealed,
    phone_is_mobile, whatsapp_consent, language, department, ptj, module, title, description, robot_check, sequence)
values ($1, $2, $2, $3, $4, $4, $5, $6, true, $7, $8, $9, $10, $11, $12, $13, 'passed', 1)
"""
OUTBOX = "insert into bare.outbox (event_id, subject, body) values ($1, $2, $3)"


class Filing(BaseModel):
    """The form."""

    ic: str
    name: str
    department: str
    ptj: str | None
    phone: str
    email: str
    whatsapp_consent: bool
    language: str
    module: str
    title: str
    description: str
    confirmed: bool
    altcha: str
    attachments: list[str]


class Receipt(BaseModel):
    """The answer."""

    number: str
    submitted_at: datetime


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=1, max_size=10)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=_lifespan)


@app.post("/v1/complaints", status_code=201)
async def file(filing: Filing) -> Receipt:
    """Two inserts."""
    event, now = uuid7(), datetime.now(UTC)
    number = f"B-{event}"
    async with app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            SUBMISSION,
            *(number, now, filing.name, filing.ic, filing.phone, filing.email, filing.whatsapp_consent),
            *(filing.language, filing.department, filing.ptj, filing.module, filing.title, filing.description),
        )
        await connection.execute(OUTBOX, event, "bare.complaint.submitted", filing.model_dump_json().encode())
    return Receipt(number=number, submitted_at=now)


def serve() -> None:
    """As the services are served."""
    uvicorn.run(
        app, host="127.0.0.1", port=int(os.environ["PORT"]), loop="uvloop", http="httptools", ws="none",
        access_log=False, log_config=None, proxy_headers=False, server_header=False,
    )  # fmt: skip
