"""The sending sweep: two commits around every call, attempt, then settle, and no transaction open between them.

Woken after each commit that plans something, and polling besides: a wake-up that is missed costs latency, never a mail.
When the channel is down, one message at a time goes out to see whether it is back.
"""

import asyncio
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from prometheus_client import Counter

from services.notify import handlers
from services.notify.domain.facts import Facts, Matter, fill, fill_account
from services.notify.domain.notice import Notice, Topic
from services.notify.domain.retries import Fate, Outcome, Reason, Status, Verdict
from services.notify.domain.rules import DESK
from services.notify.senders import Dispatch, Sender
from shared import logs
from shared.auth import TrackingTokens, VendorTokens
from shared.db import Database, is_transient
from shared.figures import Figures
from shared.privacy import Keyring, Unsealable

PROBE_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
LAST_CALL_SECONDS = 3.0
SETTLE_TRIES = (0.2, 0.5, 1.0, 2.0, 5.0)


def outcomes(figures: Figures) -> Counter:
    """What became of deliveries: sent, failed, unknown, skipped and why; `planned` is one that will be tried again."""
    labels = ("channel", "outcome", "reason")
    return Counter("deliveries_total", "What became of deliveries", labels, registry=figures.registry)


class LinkOver(Exception):
    """A message whose only purpose was a link that leads nowhere."""


class Links:
    """Where a message leads: a complainant to their thread, staff to the complaint's page."""

    def __init__(self, public_url: str, tokens: TrackingTokens, vendor: VendorTokens) -> None:
        self._base = public_url.rstrip("/")
        self._tokens = tokens
        self._vendor = vendor

    def to(self, matter: Matter, reader: str) -> str:
        """The link for this reader. It opens a page; only what they do there changes anything."""
        if reader == "complainant":
            return f"{self._base}/a/{self._tokens.make(matter.number, matter.submitted_at)}"
        return f"{self._base}/staf/aduan/{matter.number}"

    def to_leg(self, number: str, facts: Facts) -> str:
        """The vendor's leg, for a helpdesk without an account. Raises `LinkOver` where there is none."""
        if facts.vendor is None:
            raise LinkOver("there is no leg of the vendor to lead to")
        return f"{self._base}/vendor/{self._vendor.make(number, facts.vendor.since)}"

    def to_account(self, token: str | None) -> str:
        """The page that sets a new password, with a token; without one, the page that asks for it."""
        return f"{self._base}/kata-laluan/{token}" if token else f"{self._base}/lupa-kata-laluan"


class Sweep:
    """Sends what is due until it is stopped. Several may run on one ledger."""

    def __init__(
        self,
        db: Database,
        senders: Mapping[str, Sender],
        keyring: Keyring,
        links: Links,
        *,
        sending: bool,
        at_once: int,
        send_seconds: float,
        batch_seconds: float,
        sweep_seconds: float,
        figures: Figures | None = None,
    ) -> None:
        self._db = db
        self._senders = senders
        self._keyring = keyring
        self._links = links
        self._sending = sending
        self._at_once = at_once
        self._lease = send_seconds * 2 + 30.0
        self._window = batch_seconds
        self._idle = sweep_seconds
        self.ended_as = outcomes(figures or Figures())
        self._poked = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._channel_failures = 0
        self._probe_at = 0.0
        self._log = logs.get("timers")

    def poke(self) -> None:
        """Something was planned: look now."""
        self._poked.set()

    async def run(self) -> None:
        """Sweep until cancelled; what is under way then is given a moment to end, and is unknown if it does not."""
        try:
            while True:
                self._poked.clear()
                claimed = 0
                try:
                    claimed = await self._round()
                except Exception as error:
                    if not is_transient(error):
                        raise
                    self._log.warning("sweep.waits", error=type(error).__name__)
                if not claimed:
                    await self._pause()
        finally:
            await self._wind_up()

    async def _round(self) -> int:
        if not self._sending:
            async with self._db.transaction() as tx:
                given_up = await handlers.give_up_unsent(tx)
            self.ended_as.labels("any", Status.SKIPPED, Reason.SENDING_OFF).inc(given_up)
            return given_up
        free = self._at_once - len(self._running)
        if self._channel_failures:
            free = 1 if not self._running and time.monotonic() >= self._probe_at else 0
        if free <= 0:
            return 0
        async with self._db.transaction() as tx:
            notices = await handlers.claim(tx, free, lease=self._lease, window=self._window)
        for notice in notices:
            task = asyncio.create_task(self._deliver(notice))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return len(notices)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._poked.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            # Nothing is lost: the lease runs out, and the delivery becomes unknown.
            self._log.error("delivery.broke", exc_info=error)

    async def _deliver(self, notice: Notice) -> None:
        started = time.monotonic()
        outcome = await self._send(notice)
        self._heed(outcome)
        verdict = await self._settle(notice, outcome)
        if verdict is not None:
            label = (notice.channel, verdict.status, verdict.reason or "")
            self.ended_as.labels(*label).inc(len(notice.topics))
        for topic in notice.topics:
            self._log.info(
                "sent" if outcome.fate is Fate.SENT else "not_sent",
                correlation=topic.correlation,
                complaint=topic.matter.number if topic.matter else None,
                id=topic.event,
                delivery=notice.delivery,
                template=notice.template,
                channel=notice.channel,
                outcome=outcome.fate,
                ms=round((time.monotonic() - started) * 1000, 1),
            )

    async def _send(self, notice: Notice) -> Outcome:
        sender = self._senders[notice.channel]
        try:
            address = self._address(notice, sender.field)
        except Unsealable:
            return Outcome(Fate.NO_ADDRESS, "the address on record cannot be opened")
        if not address:
            return Outcome(Fate.NO_ADDRESS, "no address on record")
        try:
            return await sender.send(self._dispatch(notice, address))
        except LinkOver as over:
            return Outcome(Fate.UNWRITTEN, str(over))

    def _address(self, notice: Notice, field: str) -> str | None:
        recipient = notice.recipient
        if recipient.address is not None and field == "email":
            return recipient.address
        sealed = recipient.email_sealed if field == "email" else recipient.phone_sealed
        return self._keyring.open(sealed, about=recipient.about, field=field) if sealed else None

    def _dispatch(self, notice: Notice, address: str) -> Dispatch:
        language = notice.recipient.language if notice.recipient.language in {"ms", "en"} else "ms"
        filled = [self._fill(topic, notice, language) for topic in notice.topics]
        first = notice.topics[0].matter
        return Dispatch(
            id=notice.delivery,
            template=notice.template,
            reader=notice.reader,
            language=language,
            name=notice.recipient.name,
            address=address,
            thread=first.number if first is not None and len(filled) == 1 else None,
            values={**filled[0], "bil": len(filled), "senarai": filled},
        )

    def _fill(self, topic: Topic, notice: Notice, language: str) -> dict[str, Any]:
        if topic.matter is None:
            link = self._links.to_account(self._token(topic.facts, notice.recipient.about))
            return fill_account(notice.recipient.name, topic.facts, link=link)
        link = (
            self._links.to_leg(topic.matter.number, topic.facts)
            if notice.reader == DESK
            else self._links.to(topic.matter, notice.reader)
        )
        return fill(topic.matter, topic.facts, language=language, reader=notice.reader, link=link)

    def _token(self, facts: Facts, about: str) -> str | None:
        """What was sealed for this person's eyes, opened at the last moment."""
        if facts.token_sealed is None:
            return None
        if facts.until is not None and facts.until <= datetime.now(UTC):
            raise LinkOver("the link would not open any more")
        try:
            return self._keyring.open(facts.token_sealed, about=about, field="reset")
        except Unsealable as error:
            raise LinkOver("the link cannot be opened") from error

    async def _settle(self, notice: Notice, outcome: Outcome) -> Verdict | None:
        for wait in (*SETTLE_TRIES, None):
            try:
                async with self._db.transaction() as tx:
                    jitter = random.random()  # noqa: S311 - spreads a crowd
                    verdict = await handlers.settle(tx, notice, outcome, jitter=jitter)
            except Exception as error:
                if wait is None or not is_transient(error):
                    raise
                await asyncio.sleep(wait)
            else:
                return verdict
        raise AssertionError("the last try ends one way or the other")

    def _heed(self, outcome: Outcome) -> None:
        if outcome.fate is not Fate.CHANNEL_DOWN:
            self._channel_failures = 0
            return
        if time.monotonic() < self._probe_at:
            return  # it was under way when the channel went down: one outage, counted once
        wait = PROBE_SECONDS[min(self._channel_failures, len(PROBE_SECONDS) - 1)]
        self._channel_failures += 1
        self._probe_at = time.monotonic() + wait
        self._log.warning("channel.down", detail=outcome.detail, probe_in=wait)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._idle):
                await self._poked.wait()
        except TimeoutError:
            return

    async def _wind_up(self) -> None:
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=LAST_CALL_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
