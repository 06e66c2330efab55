"""The door for WhatsApp's webhooks. Who calls proves it by a signature over the bytes as they came, checked before
anything is read; then all is kept, answered, and heeded later."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse

from services.notify.domain.webhook import NotUnderstood, read
from services.notify.handlers import whatsapp as handlers
from services.notify.handlers.whatsapp import Secrets
from shared import logs
from shared.errors import Denied, NotFound, Unknown
from shared.web import refusals

router = APIRouter(prefix="/v1/webhooks")
PATH = "/v1/webhooks/whatsapp"
BODY_BYTES = 4 * 2**20
"""A webhook of Meta's may have three megabytes."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What Meta and we agreed on for one business number. `heard` is called when something was kept."""

    number_id: str
    verify_token: str
    app_secret: str
    secrets: Secrets
    heard: Callable[[], None]

    def signed(self, raw: bytes, signature: str) -> bool:
        """Whether these very bytes were signed with our app's secret. Takes the same time whatever is wrong."""
        mac = hmac.new(self.app_secret.encode(), raw, hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"sha256={mac}".encode(), signature.encode())


def _subscription(request: Request) -> Subscription:
    found: Subscription | None = request.app.state.subscription
    if found is None:
        raise NotFound
    return found


PLAIN: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}}}


@router.get("/whatsapp", response_class=PlainTextResponse, responses=PLAIN | refusals(403, 404))
async def subscribe(
    request: Request,
    mode: Annotated[str, Query(alias="hub.mode", max_length=40)] = "",
    token: Annotated[str, Query(alias="hub.verify_token", max_length=200)] = "",
    challenge: Annotated[str, Query(alias="hub.challenge", max_length=200)] = "",
) -> Response:
    """Meta asks whether this address is ours: the challenge comes back as plain text."""
    expected = _subscription(request).verify_token
    good = hmac.compare_digest(token.encode(), expected.encode())
    if mode != "subscribe" or not good:
        raise Denied
    return Response(challenge, media_type="text/plain")


@router.post("/whatsapp", status_code=200, responses=refusals(401, 404))
async def hear(request: Request) -> Response:
    """Receipts of our messages, and what people wrote. Any of it may come twice, late, or in wrong order."""
    subscription = _subscription(request)
    raw = await request.body()
    if not subscription.signed(raw, request.headers.get("x-hub-signature-256", "")):
        raise Unknown("signature_invalid")
    log = logs.get("webhooks")
    try:
        heard = read(raw, subscription.number_id)
    except NotUnderstood as error:
        log.warning("webhook.not_understood", why=str(error))
        return Response(status_code=200)
    async with request.app.state.db.transaction() as tx:
        await handlers.take_in(tx, heard, subscription.secrets)
    subscription.heard()
    log.info("webhook.kept", receipts=len(heard.receipts), said=len(heard.said))
    return Response(status_code=200)
