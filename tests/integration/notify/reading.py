"""Reading what was sent, and waiting until nothing more will be."""

from email.message import EmailMessage

from tests.integration.notify.conftest import Desk
from tests.support.eventually import eventually


def part(mail: EmailMessage, kind: str) -> str:
    """The `plain` or `html` part."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def topic(mail: EmailMessage) -> str:
    """The subject without the number."""
    return str(mail["Subject"]).rpartition("] ")[2]


_DUE = """
    select from delivery d
    where d.status = 'sending' or d.next_at <= clock_timestamp() and d.carried_by is null and not exists (
        select from delivery e
        where e.number = d.number and e.recipient = d.recipient and e.seq < d.seq and e.next_at is not null
            and not e.batched)
"""


async def settled(desk: Desk) -> None:
    """Nothing is due and nothing under way; what waits for a later time, or behind such a one, may wait."""

    async def nothing_is_due() -> bool:
        return not await desk.rows(_DUE)

    _: bool = await eventually(nothing_is_due)


async def hurry(desk: Desk) -> None:
    """As if the time to wait had passed: what is in line is due, and every turn may be taken."""
    await desk.run("update turn set not_before = clock_timestamp()")
    await desk.run("update delivery set next_at = clock_timestamp() where next_at is not null")
