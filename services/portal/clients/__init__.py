"""One small typed client per service, over one shared pool of connections. The portal's only way out."""

from dataclasses import dataclass

import httpx2

from services.portal.clients.door import TIMEOUT, Door, FieldError, Problem, Text, Unavailable, visitor
from services.portal.clients.form_lists import FormLists
from services.portal.clients.held_mails import HeldMails
from services.portal.clients.intake import Filing, Form, Intake, Proof, Receipt
from services.portal.clients.notices import Notices
from services.portal.clients.notify import Notify
from services.portal.clients.overseen import Overseen
from services.portal.clients.query import Query, Tracking
from services.portal.clients.vendor_leg import VendorLeg
from services.portal.clients.workflow import Pass, StaffMember, Workflow
from services.portal.settings import Settings

__all__ = [
    "Clients",
    "FieldError",
    "Filing",
    "Form",
    "Pass",
    "Problem",
    "Proof",
    "Receipt",
    "StaffMember",
    "Text",
    "Tracking",
    "Unavailable",
    "visitor",
]


@dataclass(frozen=True, slots=True)
class Clients:
    """The services, as the portal calls them."""

    http: httpx2.AsyncClient
    intake: Intake
    workflow: Workflow
    notify: Notify
    notices: Notices
    query: Query
    form_lists: FormLists
    held_mails: HeldMails
    overseen: Overseen
    vendor_leg: VendorLeg

    @classmethod
    def to(cls, settings: Settings, transport: httpx2.AsyncBaseTransport | None = None) -> "Clients":
        """Clients for these addresses. A refused connection is tried once more: services restart in half a second."""
        http = httpx2.AsyncClient(
            transport=transport or httpx2.AsyncHTTPTransport(retries=1, limits=httpx2.Limits(max_connections=200)),
            timeout=TIMEOUT,
            trust_env=False,
        )

        def door(service: str, url: str) -> Door:
            return Door(service, url, http, settings.service_token.get_secret_value())

        addresses = {
            "intake": settings.intake_url,
            "workflow": settings.workflow_url,
            "notify": settings.notify_url,
            "query": settings.query_url,
        }
        return cls(
            http=http,
            intake=Intake(door("intake", settings.intake_url)),
            workflow=Workflow(door("workflow", settings.workflow_url)),
            notify=Notify(door("notify", settings.notify_url)),
            notices=Notices(door("notify", settings.notify_url)),
            query=Query(door("query", settings.query_url)),
            form_lists=FormLists(door("intake", settings.intake_url)),
            held_mails=HeldMails(door("intake", settings.intake_url)),
            vendor_leg=VendorLeg(door("workflow", settings.workflow_url)),
            overseen=Overseen({name: door(name, url) for name, url in addresses.items()}),
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self.http.aclose()
