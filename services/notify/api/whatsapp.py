"""WhatsApp for those who look after it: what its templates are called and how they stand, and what people wrote."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.notify.api.readers import may_read
from services.notify.domain.whatsapp import CATEGORY, LONGEST_NAME
from services.notify.handlers import whatsapp as handlers
from services.notify.handlers.whatsapp import Secrets
from services.notify.senders.bodies import BODIES
from services.notify.store import copies, said
from services.notify.store import whatsapp as store
from services.notify.store.whatsapp import Named
from shared.auth import Staff
from shared.db import Tx
from shared.errors import Conflict, Text
from shared.privacy import Unsealable
from shared.web import ETAG, IfMatch, Transaction, refusals, shown

router = APIRouter(prefix="/v1/whatsapp")
LONGEST_PAGE = 200
NAMED: dict[str, Any] = {
    "message": "balasan_pic",
    "language": "ms",
    "name": "helpdesk_balasan_pic",
    "enabled": True,
}
TEMPLATES: dict[str, Any] = {
    "version": 0,
    "saved_at": None,
    "saved_by": None,
    "on": True,
    "category": CATEGORY,
    "unreachable": 0,
    "items": [
        NAMED
        | {
            "reader": "complainant",
            "text": "Ada maklum balas baharu bagi aduan {{1}}. Sila lihat di {{2}} untuk butiran penuh.",
            "parameters": ["no_aduan", "pautan"],
            "refused": None,
            "refused_at": None,
        }
    ],
}
WRITTEN: dict[str, Any] = {
    "id": "wamid.HBgLNjAxMjM0NTY3ODk",
    "complaint": "HD-2026-000123-C",
    "by": "complainant",
    "masked": "+60 *** *789",
    "kind": "text",
    "text": "Sudah boleh, terima kasih.",
    "at": "2026-03-01T10:15:00+08:00",
    "heard_at": "2026-03-01T10:15:01+08:00",
    "acknowledged": "sent",
}
SAVE = {
    "save": {
        "operationId": "save_templates",
        "parameters": {"header.If-Match": "$response.header.ETag"},
        "description": "The whole map anew, on the version seen.",
    }
}


class NamedBody(BaseModel):
    """What one message's template in one language is called at Meta; not enabled, it is not used."""

    model_config = ConfigDict(extra="forbid")

    message: str = Field(max_length=60)
    language: Literal["ms", "en"]
    name: str = Field(max_length=LONGEST_NAME)
    enabled: bool = True


class Names(BaseModel):
    """The map to be; what is not listed has its usual name and is used."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": [NAMED]}]})

    items: list[NamedBody] = Field(max_length=500)


class TemplateView(NamedBody):
    """A template with its text as it is handed in for approval, and whether it was refused since the map was saved."""

    reader: str
    text: str
    parameters: list[str]
    refused: int | None
    refused_at: datetime | None


class Templates(BaseModel):
    """All templates. `on`: this installation has a WhatsApp number; `unreachable`: how many people's numbers are not
    tried now."""

    version: int
    saved_at: datetime | None
    saved_by: str | None
    on: bool
    category: str
    unreachable: int
    items: list[TemplateView]


class Written(BaseModel):
    """What somebody wrote. `by` is null for a stranger; `acknowledged` is `spared` where they were thanked just now."""

    id: str
    complaint: str | None
    by: Literal["complainant", "staff"] | None
    masked: str | None
    kind: str
    text: str | None
    at: datetime
    heard_at: datetime
    acknowledged: Literal["due", "sending", "sent", "failed", "unknown", "spared"]


class Writings(BaseModel):
    """What people wrote, newest first."""

    items: list[Written]
    as_of: datetime


@router.get(
    "/templates",
    response_model=Templates,
    responses=shown(200, TEMPLATES, headers=ETAG, links=SAVE) | refusals(403),
)
async def templates(request: Request, response: Response, caller: Staff, tx: Transaction) -> dict[str, Any]:
    """Which template carries which message, word for word as it is handed in for approval."""
    caller.needs("ADMIN", "MANAGEMENT")
    return await _shown(tx, request, response)


@router.put(
    "/templates",
    response_model=Templates,
    responses=shown(200, TEMPLATES | {"version": 1}, headers=ETAG) | refusals(403, 412, 428),
)
async def save_templates(
    request: Request, response: Response, caller: Staff, tx: Transaction, seen: IfMatch, body: Names
) -> dict[str, Any]:
    """A new version of the whole map. Templates that were refused are tried again."""
    caller.needs("ADMIN")
    if seen is None:
        text = Text("Nyatakan versi yang dilihat (If-Match).", "Say which version you saw (If-Match).")
        raise Conflict("if_match_required", text)
    items = [Named(**item.model_dump()) for item in body.items]
    await handlers.save_templates(tx, seen, items, caller.id)
    return await _shown(tx, request, response)


@router.get(
    "/messages",
    response_model=Writings,
    responses=shown(200, {"items": [WRITTEN], "as_of": "2026-03-01T10:16:00+08:00"}) | refusals(403, 404),
)
async def messages(
    request: Request,
    caller: Staff,
    tx: Transaction,
    complaint: Annotated[str | None, Query(max_length=30)] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
) -> dict[str, Any]:
    """What people wrote on WhatsApp. It changes nothing by itself: an answer counts on the complaint's page. A PIC may
    ask about a complaint they can see."""
    await may_read(tx, caller, complaint)
    secrets: Secrets = request.app.state.secrets
    found = await said.page(tx, complaint=complaint, limit=limit)
    return {"items": [_written(row, secrets) for row in found], "as_of": await copies.now(tx)}


def _written(row: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
    text = row["text_sealed"]
    if text is not None:
        try:
            text = secrets.keyring.open(text, about=row["wamid"], field="text")
        except Unsealable:
            text = None
    kind = (row["recipient"] or "").partition(":")[0]
    return {
        "id": row["wamid"],
        "complaint": row["complaint"],
        "by": kind or None,
        "masked": row["masked"],
        "kind": row["kind"],
        "text": text,
        "at": row["said_at"],
        "heard_at": row["heard_at"],
        "acknowledged": row["answered"],
    }


async def _shown(tx: Tx, request: Request, response: Response) -> dict[str, Any]:
    version, saved = await store.template_map(tx)
    last = await store.last_saved(tx)
    refused = {(fault.name, fault.language): fault for fault in await store.faults(tx)}
    response.headers["ETag"] = f'"v{version}"'
    letters = request.app.state.letters
    items = []
    for (message, language), one in sorted(handlers.whole_map(saved).items()):
        body, fault = BODIES[message, language], refused.get((one.name, language))
        items.append(
            {
                "message": message,
                "language": language,
                "name": one.name,
                "enabled": one.enabled,
                "reader": letters.messages[message].reader,
                "text": body.as_template(),
                "parameters": list(body.placeholders),
                "refused": fault.code if fault else None,
                "refused_at": fault.at if fault else None,
            }
        )
    return {
        "version": version,
        "saved_at": last[0] if last else None,
        "saved_by": last[1] if last else None,
        "on": request.app.state.subscription is not None,
        "category": CATEGORY,
        "unreachable": await store.unreachable(tx),
        "items": items,
    }
