"""Workflow's composition root."""

from fastapi import FastAPI

from services.workflow import subscriptions
from services.workflow.api import (
    absences,
    accounts,
    complaints,
    office,
    preferences,
    record,
    sessions,
    staff,
    times,
    uploads,
    vendor,
)
from services.workflow.handlers.passwords import Passwords
from services.workflow.handlers.people import Keys
from services.workflow.settings import Settings
from services.workflow.store.complaints import timers_over
from services.workflow.store.record import say_again
from services.workflow.timers import Clockwork, House
from shared import events, web
from shared.auth import StaffTokens, VendorTokens
from shared.blobs.store import Blobs
from shared.blobs.uploads import BODY_BYTES, Uploads
from shared.bus.connection import Bus
from shared.bus.consumer import Consumer
from shared.db import Database
from shared.limits import Limits
from shared.metrics import Metrics, Waiting
from shared.outbox import Relay
from shared.privacy import Keyring, parse_key

ABOUT = "The complaint's state, its event record, and everybody who may act on it. The only service that decides."


def create_app(settings: Settings | None = None) -> FastAPI:
    """The app of these settings; without them, of the environment."""
    settings = settings or Settings()
    db = Database(settings.database_url.get_secret_value(), name="workflow")
    metrics = Metrics()
    bus = Bus(settings.nats_url.get_secret_value(), name="workflow", metrics=metrics)
    relay = Relay(db, bus, "WORKFLOW", say_again)

    async def said(_handled: object) -> None:
        relay.poke()

    consumer = Consumer(
        db,
        bus,
        service="workflow",
        stream="INTAKE",
        subjects=["intake.>"],
        hears=subscriptions.HEARS,
        register=events.REGISTER,
        after_commit=said,
    )
    blobs = Blobs(settings.blobs)
    kept = Uploads(db, blobs, settings.clamd)
    house = House(db, kept, relay.poke)

    clockwork = Clockwork(db, house, relay.poke, settings.timers_look_seconds)

    async def timers() -> Waiting:
        async with db.transaction() as tx:
            return Waiting(*await timers_over(tx))

    async def hear() -> None:
        await house.until_it_stands()
        await consumer.run()

    return web.create_app(
        "workflow",
        about=ABOUT,
        settings=settings,
        routers=[
            sessions.router,
            accounts.router,
            complaints.router,
            preferences.router,
            staff.router,
            absences.router,
            office.router,
            times.router,
            record.router,
            uploads.router,
            vendor.router,
        ],
        db=db,
        loops=[bus.run, relay.run, house.keep, clockwork.run, hear],
        needed=[house.why_not_ready],
        wished=[bus.why_not_ready, consumer.why_not_ready],
        metrics=metrics,
        hearing=[consumer],
        backlogs={"outbox": relay.waiting, "timers": timers},
        poke=relay.poke,
        state={
            "staff_tokens": StaffTokens(private=settings.staff_private_key.get_secret_value()),
            "keys": Keys(
                Keyring(settings.sealing_keys.get_secret_value()),
                parse_key(settings.staff_index_key.get_secret_value()),
            ),
            "house": house,
            "uploads": kept,
            "blobs": blobs,
            "vendor_tokens": VendorTokens(settings.vendor_link_keys.get_secret_value()),
            "passwords": Passwords(),
            "first_login_change": settings.first_login_change == "on",
            "limits": Limits(db, on=settings.rate_limits == "on"),
        },
        body_bytes={"/v1/uploads": BODY_BYTES, "/v1/vendor-leg/uploads": BODY_BYTES},
    )
