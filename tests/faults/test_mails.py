"""Mail while something dies over it: the server that takes ours, and intake that takes what people answer."""

import shutil
from collections import Counter
from typing import Any

import msgspec
import pytest

from deploy.local.environments import REPLIES
from deploy.local.processes import wait_until
from deploy.mailbox.messages import Message, now
from shared.reply_tokens import ReplyTokens, reply_address
from tests.faults.aftermath import SETTLED_SECONDS, mailed, right, settle
from tests.faults.estate import KILLED, Estate
from tests.faults.journey import Journey, People
from tests.support.history import Outcome


@pytest.mark.parametrize(("spot", "arrived"), [("begun", 1), ("caught", 2)])
def test_a_mail_over_which_its_server_died_is_in_doubt_and_comes_once_more(
    people: People, spot: str, arrived: int
) -> None:
    """In the middle of its text, or with all of it and before the word that it was taken."""
    estate = people.estate
    estate.until(lambda: not in_line(estate), within=SETTLED_SECONDS)
    estate.ask_to_die("mailbox", spot)
    journey = filed(people)
    doubt = estate.until(lambda: sorted(row["id"] for row in doubted(estate, journey)))
    estate.until(lambda: not in_line(estate), within=SETTLED_SECONDS)
    came = Counter(mailed(estate))
    assert max(came[one] for one in doubt) == arrived
    tried = {row["id"]: row["results"] for row in doubted(estate, journey)}
    assert all(results[-1] == "sent" and results.count("sent") == 1 for results in tried.values()), tried
    right(people)
    assert estate.deaths == ["mailbox"]


@pytest.mark.parametrize("spot", ["mailed", "taken"])
def test_an_answer_by_mail_is_one_message_though_intake_dies_over_it_and_it_is_sent_again(
    people: People, spot: str
) -> None:
    """Before the commit, or behind it: the server that keeps the mail hears nothing either way."""
    estate = people.estate
    journey = filed(people)
    mail = estate.until(lambda: answerable(estate, journey))
    settle(estate)
    estate.ask_to_die("intake", spot)
    call = people.run(people.letters.answer_by_mail(mail))
    assert call.outcome is Outcome.OK
    assert call.doubtful, "intake died over it"
    estate.until(lambda: said(estate, journey) == ["complaint.received", "complaint.answered"])
    right(people)
    assert said(estate, journey) == ["complaint.received", "complaint.answered"]
    assert estate.deaths == ["intake"]


def filed(people: People) -> Journey:
    """A complaint that workflow has heard of, and nobody has looked at."""
    journey = Journey(people)
    next(steps := journey.walk())
    next(steps)  # the next step, never taken, would be to assign it
    return journey


def answerable(estate: Estate, journey: Journey) -> dict[str, Any] | None:
    """The mail that its complainant got, once it is there."""
    asked = {"channel": "email", "complaint": journey.number}
    items: list[dict[str, Any]] = estate.http.get(f"{estate.url('mailbox')}/v1/messages", params=asked).json()["items"]
    return next((one for one in items if one["to"].startswith("kenari.")), None)


def doubted(estate: Estate, journey: Journey) -> list[dict[str, Any]]:
    """Mails about it of which an attempt ended in doubt, with how all of theirs ended."""
    return estate.sql(
        """
        select d.id::text, array_agg(a.result order by a.at, a.id) as results
        from notify.delivery d join notify.attempt a on a.delivery = d.id
        where d.number = $1 group by d.id having 'unknown' = any(array_agg(a.result))
        """,
        journey.number,
    )


def in_line(estate: Estate) -> bool:
    """Whether a mail is under way or still to come, but for those gathered for a later one; what only waits for its
    time goes on as if that had passed."""
    coming = "where (not batched or unknowns > 0)"
    estate.sql(f"update notify.delivery set next_at = clock_timestamp() {coming} and next_at > clock_timestamp()")
    return bool(estate.sql(f"select from notify.delivery {coming} and (next_at is not null or status = 'sending')"))


def said(estate: Estate, journey: Journey) -> list[str]:
    """The complaint's record."""
    rows = estate.sql("select type from workflow.event where number = $1 order by sequence", journey.number)
    return [str(row["type"]) for row in rows]


def test_what_was_refused_to_a_member_of_staff_comes_back_though_the_broker_forgets_it(people: People) -> None:
    """Intake dies over it, and the broker loses it before intake is there again."""
    estate = people.estate
    journey = filed(people)
    settle(estate)
    estate.ask_to_die("intake", "heard")
    call = people.run(people.letters.answer_by_mail(a_mail_to_whom_it_is_no_matter(people, journey)))
    assert call.outcome is Outcome.OK
    assert wait_until(lambda: estate.order("intake", "poll") == KILLED, within=20)
    estate.kill("nats")
    shutil.rmtree(estate.nats.store)
    estate.until(lambda: estate.sql("select from intake.mail where number = $1 and status = 'held'", journey.number))
    right(people)
    assert estate.deaths == ["intake"]


def a_mail_to_whom_it_is_no_matter(people: People, journey: Journey) -> dict[str, Any]:
    """As the mailbox would list it: to a PIC about a complaint that is not theirs."""
    to = "pic@example.my"
    token = ReplyTokens(people.estate.keys.reply_keys).make(journey.number, people.run(people.id_of("PIC")), to)
    told = Message("", "email", to, "", "", None, now(), journey.number, reply_to=reply_address(REPLIES, token))
    mail: dict[str, Any] = msgspec.to_builtins(told)
    return mail
