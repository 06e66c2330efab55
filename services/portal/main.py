"""Composition root of the portal: the parts, the routes, the skin. Nothing happens on import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from fastapi import FastAPI
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.routing import Mount
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services.portal import __doc__ as about_portal
from services.portal.assets import Assets
from services.portal.clients import Clients
from services.portal.desk import Desk, templates
from services.portal.edge import Edge
from services.portal.live import Live
from services.portal.pages import (
    about,
    access,
    account,
    calendar,
    channels,
    deliveries,
    files,
    form_lists,
    held_mails,
    login,
    notices,
    notices_edit,
    notices_history,
    notices_messages,
    notices_rehearsal,
    oversight,
    password,
    public_form,
    public_tracking,
    routing,
    small,
    staff,
    staff_acts,
    staff_complaint,
    staff_inbox,
    staff_live,
    staff_people,
    staff_solutions,
    time_rules,
    told,
    vendor,
    vendor_desk,
    wrong,
)
from services.portal.reference import Reference
from services.portal.session import Sessions
from services.portal.settings import Settings
from services.portal.words import Words
from shared import logs
from shared.metrics import Metrics
from shared.web import health

ROUTERS = (
    public_form.router,
    public_tracking.router,
    files.router,
    about.router,
    small.router,
    login.router,
    password.router,
    account.router,
    told.router,
    routing.router,
    access.router,
    oversight.router,
    staff_live.router,
    staff.router,
    staff_inbox.router,
    staff_complaint.router,
    staff_acts.router,
    staff_people.router,
    staff_solutions.router,
    form_lists.router,
    held_mails.router,
    deliveries.router,
    channels.router,
    calendar.router,
    time_rules.router,
    notices.router,
    notices_edit.router,
    notices_rehearsal.router,
    notices_messages.router,
    notices_history.router,
    vendor.router,
    vendor_desk.router,
)
ROOM = Path(__file__).parent


def create_app(settings: Settings | None = None, transport: httpx2.AsyncBaseTransport | None = None) -> FastAPI:
    """The portal. `transport` stands in for the network to the services."""
    settings = settings or Settings()
    clients = Clients.to(settings, transport)
    words = Words(ROOM / "locale")
    assets = Assets(ROOM / "static")
    desk = Desk(
        settings=settings,
        clients=clients,
        words=words,
        assets=assets,
        templates=templates(ROOM / "templates", assets),
        reference=Reference(clients, words),
        sessions=Sessions(clients.workflow),
        live=Live(settings.nats_url.get_secret_value()),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        logs.configure("portal", settings.log_level, settings.log_format)
        desk.live.start()
        try:
            yield
        finally:
            await desk.live.close()
            await clients.close()

    app = FastAPI(
        title="Helpdesk iSPEKS: portal",
        description=about_portal or "",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # it would lead to whatever host was asked for
    )
    app.state.desk = desk
    metrics = Metrics()

    def unreachable(service: str, url: str) -> health.Check:
        async def check() -> str | None:
            try:
                answer = await clients.http.get(f"{url.rstrip('/')}/livez", timeout=2.0)
            except httpx2.TransportError:
                return f"{service} does not answer"
            return None if answer.is_success else f"{service} answers {answer.status_code}"

        return check

    async def broker() -> str | None:
        return None if desk.live.connected else "the broker is away: pages do not move by themselves"

    wished = [
        unreachable("intake", settings.intake_url),
        unreachable("workflow", settings.workflow_url),
        unreachable("query", settings.query_url),
        broker,
    ]
    app.include_router(health.routes(metrics, [], wished, {}))
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.append(Mount("/static", app=assets, name="static"))
    fault = wrong.install(app, desk)
    # the last added is the outermost
    pressed = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf")
    app.add_middleware(GZipMiddleware, minimum_size=500, compresslevel=6, exclude_content_types=pressed)
    app.add_middleware(
        Edge, origin=settings.origin, secure=settings.secure, fault=fault, metrics=metrics, files=files.FORMS
    )
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    return app
