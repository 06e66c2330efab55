"""Intake's composition root. Nothing happens on import."""

import os
from base64 import urlsafe_b64encode

from fastapi import FastAPI

from services.intake import __doc__ as about
from services.intake.api import routers
from services.intake.api.desk import Desk
from services.intake.api.smtp import Hook
from services.intake.domain.mail.judged import Ours
from services.intake.handlers.mails import Mailroom
from services.intake.handlers.public import Seals
from services.intake.settings import Settings
from services.intake.store import copies, form, mails, record
from services.intake.subscriptions import HEARS, SUBJECTS
from services.intake.timers import Timers
from shared import web
from shared.auth import StaffTokens, TrackingTokens
from shared.blobs.store import Blobs
from shared.blobs.uploads import BODY_BYTES, Uploads
from shared.bus.connection import Bus
from shared.bus.consumer import Consumer
from shared.db import Database
from shared.events import REGISTER
from shared.limits import Limits
from shared.metrics import Metrics, Waiting
from shared.outbox import Relay
from shared.privacy import Keyring, parse_key
from shared.reply_tokens import ReplyTokens


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service; without settings it reads its environment."""
    settings = settings or Settings()
    db = Database(settings.database_url.get_secret_value(), name="intake")
    metrics = Metrics()
    bus = Bus(settings.nats_url.get_secret_value(), name="intake", metrics=metrics)
    relay = Relay(db, bus, "INTAKE", record.say_again)
    consumer = Consumer(db, bus, service="intake", stream="WORKFLOW", subjects=SUBJECTS, hears=HEARS, register=REGISTER)
    uploads = Uploads(db, Blobs(settings.blobs), settings.clamd)
    timers = Timers(db, uploads, relay.poke)
    ring = Keyring(settings.sealing_keys.get_secret_value())
    desk = Desk(
        db=db,
        known=copies.Known(),
        uploads=uploads,
        limits=Limits(db, on=settings.rate_limits == "on"),
        robot_key=settings.altcha_key.get_secret_value(),
        seals=Seals(
            ring=ring,
            index_key=parse_key(settings.index_key.get_secret_value()),
            links=TrackingTokens(settings.tracking_keys.get_secret_value()),
            public_url=settings.public_url.rstrip("/"),
        ),
        room=_room(settings, ring),
    )
    hooks = [Hook(desk, host=settings.inbound_host, port=settings.inbound_port, poke=relay.poke).run]

    async def form_not_open() -> str | None:
        try:
            async with db.transaction() as tx:
                return None if await form.is_open(tx) else "intake: the form is not open yet"
        except Exception as error:
            return f"intake: the form cannot be read: {type(error).__name__}"

    async def held() -> Waiting:
        async with db.transaction() as tx:
            return Waiting(*await mails.waiting(tx))

    return web.create_app(
        "intake",
        about=about or "",
        settings=settings,
        routers=routers,
        db=db,
        loops=[bus.run, relay.run, consumer.run, timers.run, *(hooks if settings.inbound_port else [])],
        needed=[form_not_open],
        wished=[bus.why_not_ready, consumer.why_not_ready],
        metrics=metrics,
        hearing=[consumer],
        backlogs={"outbox": relay.waiting, "mails:held": held},
        poke=relay.poke,
        state={"desk": desk, "staff_tokens": StaffTokens(public=settings.staff_public_key)},
        body_bytes={"/v1/uploads": BODY_BYTES},
    )


def _room(settings: Settings, ring: Keyring) -> Mailroom:
    """What answers by mail are judged with. Without keys no mail is taken, and what is held was taken before."""
    keys = (
        settings.reply_keys.get_secret_value()
        if settings.reply_keys
        else f"0:{urlsafe_b64encode(os.urandom(32)).decode()}"
    )
    return Mailroom(
        ours=Ours(settings.reply_mailbox, settings.mail_from),
        tokens=ReplyTokens(keys),
        ring=ring,
        staff_action=settings.staff_mail,
    )
