"""What people were told, and what they wrote back on WhatsApp: notify's ledger held against the mailbox. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.support.history.collected import Delivery, History
from tests.support.history.kinds import Found, Kind
from tests.support.history.recorder import Outcome

IN_DOUBT = frozenset({"unknown", None})
"""Ends of an attempt after which nobody can say whether a message left."""
ARRIVED = frozenset({"sent", "delivered", "read"})


def told_at_most_once_but_for_unknown(history: History) -> Found:
    """One message per event, person and channel. It is sent once; more often only where an attempt ended in doubt."""
    owed = Counter((d.event_id, d.recipient, d.channel) for d in history.deliveries if d.status != "skipped")
    for (event, recipient, channel), times in owed.items():
        if times > 1:
            yield Kind.DOUBLED, f"{times} deliveries of {event} to {recipient} by {channel}"
    for channel, came in _arrivals(history):
        arrived = Counter(came or ())
        for delivery in history.deliveries:
            if delivery.channel == channel:
                yield from _sent_once(delivery, arrived[delivery.id], looked=came is not None)


def ledger_is_what_arrived(history: History) -> Found:
    """Every message that arrived is one delivery's own, which says so; every delivery that says so arrived, by itself
    or with the one that carried it."""
    for channel, came in _arrivals(history):
        arrived = Counter(came or ())
        ours = {one.id: one for one in history.deliveries if one.channel == channel}
        for delivery_id, times in arrived.items():
            one = ours.get(delivery_id)
            if one is None:
                yield Kind.FOREIGN, f"{times} messages by {channel} of {delivery_id}, which is no delivery"
            elif one.carried_by is not None:
                yield Kind.DOUBLED, f"{delivery_id} by {channel} went with {one.carried_by}, and by itself"
            elif one.at_rest and one.status not in ARRIVED | {"unknown"}:
                yield Kind.DIVERGED, f"{delivery_id} by {channel} arrived and is {one.status}"
        for one in ours.values():
            carrier = one.carried_by or one.id
            if came is not None and one.status in ARRIVED and not arrived[carrier]:
                yield Kind.LOST, f"{one.id} by {channel} is {one.status}, and {carrier} never arrived"


def one_digest_a_day(history: History) -> Found:
    """To one person by one channel; and one more out of turn, of what an outage held up."""
    for one, times in Counter(history.digests).items():
        if times > 1:
            yield Kind.DOUBLED, f"{times} digests of {one.day} to {one.recipient} by {one.channel}"


def what_was_written_is_kept_once(history: History) -> Found:
    """What people wrote on WhatsApp: what was taken is there once, under its own complaint or none."""
    kept = Counter(one.wamid for one in history.written)
    calls = {call.message: call for call in history.calls if call.door == "whatsapp" and call.message is not None}
    nameless = sum(call.door == "whatsapp" and call.message is None for call in history.calls)
    for wamid, call in calls.items():
        if call.outcome is Outcome.OK and not kept[wamid]:
            yield Kind.LOST, f"{wamid} by {call.id} was taken and is nowhere"
    for one in history.written:
        owner = calls.get(one.wamid)
        if kept[one.wamid] > 1:
            yield Kind.DOUBLED, f"{one.wamid} is kept {kept[one.wamid]} times"
        if owner is not None and one.complaint not in (None, owner.number):
            yield Kind.FOREIGN, f"{one.wamid} about {owner.number} is kept under {one.complaint}"
    if len(kept.keys() - calls.keys()) > nameless:
        yield Kind.FOREIGN, f"{sorted(kept.keys() - calls.keys())} were written by nobody"


def _arrivals(history: History) -> Iterator[tuple[str, Sequence[str] | None]]:
    yield "email", history.mails
    yield "whatsapp", history.telephoned


def _sent_once(delivery: Delivery, arrived: int, *, looked: bool) -> Found:
    sent = delivery.attempts.count("sent")
    doubts = sum(one in IN_DOUBT for one in delivery.attempts)
    about = f"delivery {delivery.id} by {delivery.channel} ({delivery.status}, attempts {list(delivery.attempts)})"
    if sent > 1:
        yield Kind.DOUBLED, f"{about} was sent {sent} times"
    if arrived > sent + doubts:
        yield Kind.DOUBLED, f"{about} arrived {arrived} times"
    if looked and arrived < sent:
        yield Kind.LOST, f"{about} arrived {arrived} times"
