"""Intake's composition root. Nothing happens on import."""

from fastapi import FastAPI

from services.intake import __doc__ as about
from services.intake.api import routers
from services.intake.api.desk import Desk
from services.intake.handlers import Seals
from services.intake.settings import Settings
from services.intake.store import copies, form, record
from services.intake.subscriptions import HEARS, SUBJECTS
from services.intake.timers import Timers
from shared import web
from shared.auth import StaffTokens, TrackingTokens
from shared.blobs.keep import Blobs
from shared.blobs.uploads import BODY_BYTES, Uploads
from shared.bus.connection import Bus
from shared.bus.consumer import Consumer
from shared.db import Database
from shared.events import REGISTER
from shared.figures import Figures
from shared.limits import Limits
from shared.outbox import Relay
from shared.privacy import Keyring, parse_key


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service; without settings it reads its environment."""
    settings = settings or Settings()
    db = Database(settings.database_url.get_secret_value(), name="intake")
    figures = Figures()
    bus = Bus(settings.nats_url.get_secret_value(), name="intake", figures=figures)
    relay = Relay(db, bus, "INTAKE", record.say_again)
    consumer = Consumer(db, bus, service="intake", stream="WORKFLOW", subjects=SUBJECTS, hears=HEARS, register=REGISTER)
    uploads = Uploads(db, Blobs(settings.blobs), settings.clamd)
    timers = Timers(db, uploads, relay.poke)
    desk = Desk(
        db=db,
        known=copies.Known(),
        uploads=uploads,
        limits=Limits(db, on=settings.rate_limits == "on"),
        robot_key=settings.altcha_key.get_secret_value(),
        seals=Seals(
            ring=Keyring(settings.sealing_keys.get_secret_value()),
            index_key=parse_key(settings.index_key.get_secret_value()),
            links=TrackingTokens(settings.tracking_keys.get_secret_value()),
            public_url=settings.public_url.rstrip("/"),
        ),
    )

    async def form_not_open() -> str | None:
        try:
            async with db.transaction() as tx:
                return None if await form.is_open(tx) else "intake: the form is not open yet"
        except Exception as error:
            return f"intake: the form cannot be read: {type(error).__name__}"

    return web.create_app(
        "intake",
        about=about or "",
        settings=settings,
        routers=routers,
        db=db,
        loops=[bus.run, relay.run, consumer.run, timers.run],
        needed=[form_not_open],
        wished=[bus.why_not_ready, consumer.why_not_ready],
        figures=figures,
        hearing=[consumer],
        backlogs={"outbox": relay.waiting},
        poke=relay.poke,
        state={"desk": desk, "staff_tokens": StaffTokens(public=settings.staff_public_key)},
        body_bytes={"/v1/uploads": BODY_BYTES},
    )
