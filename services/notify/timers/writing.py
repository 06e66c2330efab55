"""What a sender needs of a claimed delivery, made at the last moment: the opened address, the link, the values."""

from datetime import UTC, datetime
from typing import Any

from services.notify.domain.digest_words import fill_digest
from services.notify.domain.facts import Facts, Matter
from services.notify.domain.notice import Notice, Topic
from services.notify.domain.placeholders import fill, fill_account, fill_news
from services.notify.domain.rules import DESK
from services.notify.senders import Dispatch
from shared.auth import TrackingTokens, VendorTokens
from shared.privacy import Keyring, Unsealable
from shared.reply_tokens import ReplyTokens, reply_address


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
            return self.to_thread(matter.number, matter.submitted_at)
        return self.to_staff(matter.number)

    def to_thread(self, number: str, submitted_at: datetime) -> str:
        """A complaint's page for who complained."""
        return f"{self._base}/a/{self._tokens.make(number, submitted_at)}"

    def to_staff(self, number: str) -> str:
        """A complaint's page for staff."""
        return f"{self._base}/staf/aduan/{number}"

    def to_search(self) -> str:
        """The page where anybody looks up a complaint of theirs."""
        return f"{self._base}/semakan"

    def to_desk(self) -> str:
        """Where staff begin: their own list."""
        return f"{self._base}/staf"

    def to_leg(self, number: str, facts: Facts) -> str:
        """The vendor's leg, for a helpdesk without an account. Raises `LinkOver` where there is none."""
        if facts.vendor is None:
            raise LinkOver("there is no leg of the vendor to lead to")
        return f"{self._base}/vendor/{self._vendor.make(number, facts.vendor.since)}"

    def to_account(self, token: str | None) -> str:
        """The page that sets a new password, with a token; without one, the page that asks for it."""
        return f"{self._base}/kata-laluan/{token}" if token else f"{self._base}/lupa-kata-laluan"


class Replies:
    """Where an answer by mail goes: a signed address of the office's mailbox. `staff` is what one of staff becomes."""

    def __init__(self, mailbox: str, tokens: ReplyTokens, staff: str) -> None:
        self._mailbox = mailbox
        self._tokens = tokens
        self._staff = staff

    def to(self, notice: Notice, address: str) -> tuple[str, str] | None:
        """The reply address of a mail about one complaint to its complainant or to a member of staff, and what an
        answer becomes; None for every other mail."""
        recipient = notice.recipient
        matter = notice.topics[0].matter if len(notice.topics) == 1 else None
        if matter is None or notice.channel != "email" or recipient.kind not in ("complainant", "staff"):
            return None
        staff = recipient.about if recipient.kind == "staff" else None
        try:
            token = self._tokens.make(matter.number, staff, address)
        except ValueError:  # no number or no id that an address could carry: the mail goes all the same
            return None
        return reply_address(self._mailbox, token), "message" if staff is None else self._staff


class Writer:
    """Opens what is sealed and fills in what messages name."""

    def __init__(self, keyring: Keyring, links: Links, replies: Replies | None = None) -> None:
        self._keyring = keyring
        self._links = links
        self._replies = replies

    def address(self, notice: Notice, field: str) -> str | None:
        """Where it goes, as on record now; None where there is none. Raises `Unsealable`."""
        recipient = notice.recipient
        if recipient.address is not None and field == "email":
            return recipient.address
        sealed = recipient.email_sealed if field == "email" else recipient.phone_sealed
        return self._keyring.open(sealed, about=recipient.about, field=field) if sealed else None

    def dispatch(self, notice: Notice, address: str) -> Dispatch:
        """The message, ready to be written. Raises `LinkOver`."""
        language = notice.recipient.language if notice.recipient.language in {"ms", "en"} else "ms"
        filled = [self._fill(topic, notice, language) for topic in notice.topics]
        first, more = notice.topics[0].matter, notice.together - len(filled)
        reply = self._replies.to(notice, address) if self._replies is not None else None
        return Dispatch(
            id=notice.delivery,
            template=notice.template,
            reader=notice.reader,
            language=language,
            name=notice.recipient.name,
            address=address,
            thread=first.number if first is not None and len(filled) == 1 else None,
            values={**filled[0], "bil": notice.together, "senarai": filled, "lagi": str(more) if more > 0 else None},
            reply_to=reply[0] if reply else None,
            answer=reply[1] if reply else None,
        )

    def _fill(self, topic: Topic, notice: Notice, language: str) -> dict[str, Any]:
        if topic.facts.digest is not None:
            return fill_digest(notice.recipient.name, topic.facts.digest, language=language, link=self._links.to_desk())
        house = topic.facts.house
        place = f"{self._links.to_desk()}{house.place if house else ''}"
        if topic.matter is None and (house or topic.facts.bounced) is not None:
            return fill_news(topic.facts, language=language, link=place)
        if topic.matter is None:
            link = self._links.to_account(self._token(topic.facts, notice.recipient.about))
            return fill_account(notice.recipient.name, topic.facts, link=link)
        link = self._links.to(topic.matter, notice.reader)
        if notice.reader == DESK:
            link = self._links.to_leg(topic.matter.number, topic.facts)
        elif house is not None and house.place:
            link = place
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
