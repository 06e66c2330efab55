"""Where an answer by mail goes: a signed address in the mails about one complaint, and in no others. And a mail that
came back later has failed, unless something later is known of it."""

from uuid import uuid4

import pytest

from shared.events import intake, workflow
from shared.events.complaint import Actor, Person
from shared.reply_tokens import ReplyTokens
from tests.integration.notify.conftest import ADMIN, Desk, a_reset, address_of, serving, staff
from tests.integration.notify.reading import part, settled
from tests.support import keys
from tests.support.complaints import EMAIL, NUMBER, SITI, SUNDAY, Course, a_received, sealed

TOKENS = ReplyTokens(keys.REPLY_KEYS)
OWN = Person(id="0198e000-0001-7000-8000-000000000001", name="Azlina binti Contoh")
ADMIN_ACTS = Actor(role="ADMIN", id=ADMIN.id, name=ADMIN.name)


def token_of(mail: object) -> str:
    (to,) = mail["Reply-To"].addresses  # type: ignore[index]
    local, _, host = to.addr_spec.partition("@")
    assert (local.partition("+")[0], host) == ("helpdesk", "example.my")
    return str(local.partition("+")[2])


async def test_the_complainant_s_mails_say_where_an_answer_goes_and_that_it_is_read(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    async with serving(desk.app()):
        await settled(desk)
    (mail,) = desk.post.to(EMAIL)
    said = TOKENS.check(token_of(mail))
    assert said.number[:-1] == NUMBER[:-1], "the check character is made anew, and this number's is made up"
    assert (said.staff, TOKENS.is_for(said, EMAIL)) == (None, True)
    for kind in ("plain", "html"):
        assert "boleh membalasnya terus" in part(mail, kind)
        assert "tidak akan dibaca" not in part(mail, kind)


@pytest.mark.parametrize(("becomes", "says"), [("note", "catatan dalaman"), ("reply", "dihantar kepada pengadu")])
async def test_a_member_of_staff_has_their_own_and_reads_what_an_answer_becomes(
    becomes: str, says: str, desk: Desk
) -> None:
    course = Course().say(workflow.Assigned, "DIAGIHKAN", pic=OWN, actor=ADMIN_ACTS)
    await desk.hear(sealed(staff(OWN, "PIC")), *course.envelopes())
    async with serving(desk.app(staff_mail=becomes)):
        await settled(desk)
    (mail,) = desk.post.to(address_of(OWN))
    said = TOKENS.check(token_of(mail))
    assert (said.staff, TOKENS.is_for(said, address_of(OWN))) == (OWN.id, True)
    assert says in part(mail, "plain")


async def test_a_mail_about_an_account_and_every_mail_without_a_mailbox_say_nothing_of_answers(desk: Desk) -> None:
    await desk.hear(sealed(a_reset(SITI, "token"), subject="r-1"))
    async with serving(desk.app()):
        await settled(desk)
    (reset,) = desk.post.to(address_of(SITI))
    assert reset["Reply-To"] is None
    await desk.hear(sealed(a_received()))
    async with serving(desk.app(reply_mailbox="")):
        await settled(desk)
    (mail,) = desk.post.to(EMAIL)
    assert mail["Reply-To"] is None
    assert "tidak akan dibaca" in part(mail, "plain")


async def came_back(desk: Desk, delivery: str, report: str = "r-1") -> None:
    event = intake.MailBounced(delivery=delivery, status="5.1.1", at=SUNDAY)
    await desk.hear(sealed(event, subject=report, source="intake"))


async def test_a_mail_that_came_back_has_failed_and_the_attempt_says_both(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    async with serving(desk.app()):
        await settled(desk)
    (row,) = await desk.rows("select id from delivery where recipient like 'complainant%'")
    await came_back(desk, str(row["id"]))
    (after,) = await desk.rows("select status, reason, next_at from delivery where id = $1", row["id"])
    assert tuple(after) == ("failed", "bounced", None)
    (attempt,) = await desk.rows("select result, detail from attempt where delivery = $1", row["id"])
    assert attempt["result"] == "sent"
    assert attempt["detail"].endswith("given up by a mail server: 5.1.1")
    told = "select count(*) as n from alert where event = 'delivery.bounced'"
    assert (await desk.rows(told))[0]["n"] == 1
    await came_back(desk, str(row["id"]), "r-2")
    assert (await desk.rows(told))[0]["n"] == 1, "a second report of the same mail is no news"


@pytest.mark.parametrize("status", ["planned", "sending", "delivered", "read", "failed", "skipped"])
async def test_nothing_that_came_later_is_stepped_back(status: str, desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    (row,) = await desk.rows("select id from delivery where recipient like 'complainant%'")
    await desk.run("update delivery set status = $2, reason = 'own_act' where id = $1", row["id"], status)
    await came_back(desk, str(row["id"]))
    (after,) = await desk.rows("select status, reason from delivery where id = $1", row["id"])
    assert tuple(after) == (status, "own_act")


async def test_a_report_about_no_mail_of_ours_changes_nothing(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    before = await desk.statuses()
    await came_back(desk, str(uuid4()))
    assert await desk.statuses() == before
