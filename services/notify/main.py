"""The composition root: settings in, a running notify out. Nothing happens on import."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from fastapi import FastAPI

from services.notify import __doc__ as about
from services.notify import api, handlers
from services.notify.api import webhooks
from services.notify.api.webhooks import Subscription
from services.notify.domain.retries import Reason, Status
from services.notify.handlers.whatsapp import Secrets
from services.notify.senders.letters import Letters
from services.notify.senders.smtp import Smtp
from services.notify.senders.whatsapp import WhatsApp
from services.notify.settings import Settings
from services.notify.store import ledger, line
from services.notify.store.whatsapp import faults
from services.notify.subscriptions import HEARS
from services.notify.timers.digests import Digests
from services.notify.timers.sweep import Channel, Sweep, outcomes
from services.notify.timers.whatsapp import Aftermath, Book
from services.notify.timers.writing import Links, Replies, Writer
from shared import web
from shared.auth import StaffTokens, TrackingTokens, VendorTokens
from shared.bus.connection import Bus
from shared.bus.consumer import Consumer
from shared.db import Database
from shared.envelope import Envelope
from shared.events import REGISTER
from shared.metrics import Metrics, Waiting
from shared.privacy import Keyring
from shared.reply_tokens import ReplyTokens


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service. Settings come from the environment unless they are given."""
    settings = settings or Settings()
    db = Database(settings.database_url.get_secret_value(), name="notify")
    metrics = Metrics()
    bus = Bus(settings.nats_url.get_secret_value(), name="notify", metrics=metrics)
    letters = Letters(slogan=settings.slogan)
    smtp = Smtp(
        letters,
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        ca_file=settings.smtp_ca_file,
        mail_from=settings.mail_from,
        seconds=settings.send_seconds,
    )
    secrets = Secrets(Keyring(settings.sealing_keys.get_secret_value()), _index_key(settings))
    links = Links(
        settings.public_url,
        TrackingTokens(settings.tracking_keys.get_secret_value()),
        VendorTokens(settings.vendor_link_keys.get_secret_value()),
    )
    whatsapp = _whatsapp(settings, Book(db, secrets))
    channels = [
        Channel(
            "email",
            smtp,
            settings.at_once,
            settings.mails_per_second,
            settings.send_seconds,
            down_seconds=settings.channel_down_seconds,
        ),
        Channel(
            "whatsapp",
            whatsapp,
            settings.whatsapp_at_once,
            settings.whatsapp_per_second,
            settings.send_seconds,
            pair=settings.whatsapp_pair_seconds,
            down_seconds=settings.channel_down_seconds,
            why_not=Reason.SENDING_OFF if whatsapp else Reason.SWITCHED_OFF,
        ),
    ]
    writer = Writer(secrets.keyring, links, _replies(settings))
    ended_as = outcomes(metrics)
    sweeps = [
        Sweep(
            db,
            channel if settings.sending == "on" else replace(channel, sender=None),
            writer,
            batch_seconds=settings.batch_seconds,
            sweep_seconds=settings.sweep_seconds,
            ended_as=ended_as,
        )
        for channel in channels
    ]

    def poke() -> None:
        for sweep in sweeps:
            sweep.poke()

    aftermath = None
    if whatsapp is not None:
        aftermath = Aftermath(
            db,
            whatsapp,
            secrets,
            links,
            patience=settings.whatsapp_patience_seconds,
            send_seconds=settings.send_seconds,
            sweep_seconds=settings.sweep_seconds,
            wake=poke,
        )

    async def wake(handled: Sequence[Envelope]) -> None:
        poke()
        async with db.transaction() as tx:
            passed_over = await ledger.passed_over(tx, [letter.id for letter in handled])
        for channel, reason, count in passed_over:
            ended_as.labels(channel, Status.SKIPPED, reason).inc(count)

    def hear(stream: str, subjects: list[str]) -> Consumer:
        return Consumer(
            db,
            bus,
            service="notify",
            stream=stream,
            subjects=subjects,
            hears=HEARS,
            register=REGISTER,
            after_commit=wake,
        )

    consumers = [
        hear("WORKFLOW", ["workflow.>"]),
        hear(
            "INTAKE",
            [
                "intake.*.tracking_link.requested",
                "intake.*.mail.bounced",
                "intake.*.mail.held",
                "intake.ref.form.saved",
            ],
        ),
    ]

    async def hearing() -> bool:
        return not any([await bus.why_not_ready(), *[await consumer.why_not_ready() for consumer in consumers]])

    digests = Digests(
        db,
        look_seconds=settings.sweep_seconds,
        settle_seconds=settings.catch_up_seconds,
        hearing=hearing,
        poke=poke,
    )
    return web.create_app(
        "notify",
        about=about or "",
        settings=settings,
        routers=api.routers,
        db=db,
        loops=[
            bus.run,
            *(consumer.run for consumer in consumers),
            *(sweep.run for sweep in sweeps),
            digests.run,
            *([aftermath.run] if aftermath else []),
        ],
        needed=[_Matrix(db, letters).why_not_ready],
        wished=[bus.why_not_ready, *(consumer.why_not_ready for consumer in consumers)],
        metrics=metrics,
        hearing=consumers,
        backlogs={
            "deliveries": lambda: _waiting(db),
            "deliveries:failed": lambda: _at_rest(db, Status.FAILED),
            "deliveries:unknown": lambda: _at_rest(db, Status.UNKNOWN),
            "templates:refused": lambda: _refused(db),
        },
        poke=poke,
        body_bytes={webhooks.PATH: webhooks.BODY_BYTES},
        state={
            "staff_tokens": StaffTokens(public=settings.staff_public_key),
            "letters": letters,
            "breakers": lambda: {sweep.channel.name: sweep.breaker for sweep in sweeps if sweep.channel.sender},
            "secrets": secrets,
            "subscription": _subscription(settings, secrets, aftermath),
        },
    )


def _replies(settings: Settings) -> Replies | None:
    if not settings.reply_mailbox or settings.reply_keys is None:
        return None
    tokens = ReplyTokens(settings.reply_keys.get_secret_value())
    return Replies(settings.reply_mailbox, tokens, settings.staff_mail)


def _whatsapp(settings: Settings, book: Book) -> WhatsApp | None:
    """The sender, where this installation has a number."""
    if settings.whatsapp_number_id is None or settings.whatsapp_token is None:
        return None
    return WhatsApp(
        url=settings.whatsapp_url,
        number_id=settings.whatsapp_number_id,
        token=settings.whatsapp_token.get_secret_value(),
        seconds=settings.send_seconds,
        book=book,
    )


def _index_key(settings: Settings) -> bytes:
    """Of numbers' fingerprints. Another app's secret makes others: flags are forgotten then, and nothing else."""
    secret = settings.whatsapp_app_secret.get_secret_value() if settings.whatsapp_app_secret else ""
    return hashlib.sha256(f"whatsapp numbers|{secret}".encode()).digest()


def _subscription(settings: Settings, secrets: Secrets, aftermath: Aftermath | None) -> Subscription | None:
    """Who may tell us what became of messages; None where WhatsApp is switched off."""
    app_secret, verify_token = settings.whatsapp_app_secret, settings.whatsapp_verify_token
    if settings.whatsapp_number_id is None or app_secret is None or verify_token is None or aftermath is None:
        return None
    return Subscription(
        number_id=settings.whatsapp_number_id,
        verify_token=verify_token.get_secret_value(),
        app_secret=app_secret.get_secret_value(),
        secrets=secrets,
        heard=aftermath.poke,
    )


async def _waiting(db: Database) -> Waiting:
    async with db.transaction() as tx:
        return Waiting(*await line.waiting(tx))


async def _refused(db: Database) -> Waiting:
    async with db.transaction() as tx:
        return Waiting(len(await faults(tx)), 0.0)


async def _at_rest(db: Database, status: Status) -> Waiting:
    async with db.transaction() as tx:
        return Waiting(await line.at_rest(tx, status), 0.0)


class _Matrix:
    """Checks at start that rules and messages fit, and keeps a service that would be silent from being ready."""

    def __init__(self, db: Database, letters: Letters) -> None:
        self._db = db
        self._letters = letters
        self._good = False

    async def why_not_ready(self) -> str | None:
        if self._good:
            return None
        try:
            async with self._db.transaction() as tx:
                wrong = await handlers.check_rules(tx, self._letters)
        except Exception as error:
            return f"rules: {type(error).__name__}"
        self._good = not wrong
        return "; ".join(f"rules: {field}: {text.en}" for field, text in wrong) or None
