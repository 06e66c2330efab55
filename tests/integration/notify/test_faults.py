"""The mail server says no, says later, says nothing; a process dies in between: the ledger still tells the truth."""

from email.message import EmailMessage

import pytest

from services.notify import handlers
from shared.events import workflow
from shared.events.intake import MailBounced
from tests.integration.notify.conftest import ADMIN, Desk, address_of, serving
from tests.integration.notify.post import TAKEN, post_office
from tests.integration.notify.reading import hurry, part, settled, topic
from tests.support.complaints import EMAIL, IC, NUMBER, PHONE, SITI, SUNDAY, Course, a_received, a_whole_course, sealed
from tests.support.eventually import eventually

MINE = "select * from delivery where recipient like 'complainant%' order by seq"


async def attempts(desk: Desk) -> list[tuple[str, str]]:
    rows = await desk.rows(
        "select a.result, a.detail from attempt a join delivery d on d.id = a.delivery"
        " where d.recipient like 'complainant%' order by a.id"
    )
    return [(row["result"], row["detail"]) for row in rows]


async def test_a_crash_between_attempt_and_settlement_is_unknown_and_tried_once_more_as_the_same_mail(
    desk: Desk,
) -> None:
    await desk.hear(sealed(a_received()))
    for _ in range(2):  # the process dies twice, each time after the attempt was recorded
        async with desk.db.transaction() as tx:
            died_with = await handlers.claim(tx, "email", 10, lease=60, window=0)
        assert died_with.notices
        await desk.run("update delivery set lease_until = clock_timestamp() where status = 'sending'")
        async with desk.db.transaction() as tx:
            assert (await handlers.claim(tx, "email", 10, lease=60, window=0)).notices == []
        (row,) = await desk.rows(MINE)
        assert (row["status"], row["reason"]) == ("unknown", None)
        if row["next_at"] is not None:
            await hurry(desk)
    assert row["next_at"] is None
    assert await attempts(desk) == [("unknown", "nobody told how it ended")] * 2


async def test_after_a_crash_the_second_try_carries_the_same_message_id(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    async with desk.db.transaction() as tx:
        await handlers.claim(tx, "email", 10, lease=60, window=0)
    await desk.run("update delivery set lease_until = clock_timestamp() where status = 'sending'")
    async with serving(desk.app()):

        async def shown() -> bool:
            return bool((await desk.rows(MINE))[0]["status"] == "unknown")

        _: bool = await eventually(shown)
        await hurry(desk)
        await eventually(lambda: bool(desk.post.to(EMAIL)))
        await settled(desk)
    (mail,) = desk.post.to(EMAIL)
    (row,) = await desk.rows(MINE)
    assert row["status"] == "sent"
    assert mail["Message-ID"] == f"<{row['id']}@helpdesk.example>"
    assert [result for result, _ in await attempts(desk)] == ["unknown", "sent"]


async def test_a_line_that_drops_after_the_text_leaves_a_doubt_and_one_more_try(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    dropped: list[EmailMessage] = []

    def drop_the_first(mail: EmailMessage) -> str | None:
        if "Akuan" in mail["Subject"] and not dropped:
            dropped.append(mail)
            return None
        return TAKEN

    desk.post.on_data = drop_the_first
    async with serving(desk.app()):
        await settled(desk)
        (row,) = await desk.rows(MINE)
        assert row["status"] == "unknown"
        await hurry(desk)
        await settled(desk)
    first, second = desk.post.to(EMAIL)
    assert first["Message-ID"] == second["Message-ID"]
    assert (await desk.rows(MINE))[0]["status"] == "sent"


async def test_a_temporary_answer_is_tried_again_later_and_later_news_wait_for_it(desk: Desk) -> None:
    course = Course().say(workflow.Assigned, "DIAGIHKAN", pic=SITI)
    await desk.hear(*course.envelopes())
    desk.post.on_rcpt = lambda address: "451 greylisted, come back" if address == EMAIL else "250 ok"
    async with serving(desk.app()):
        await settled(desk)
        first, second = await desk.rows(MINE)
        assert (first["status"], first["tries"], second["status"], second["tries"]) == ("planned", 1, "planned", 0)
        (wait,) = await desk.rows(
            "select extract(epoch from next_at - clock_timestamp())::int as s from delivery where id = $1", first["id"]
        )
        assert 30 < wait["s"] < 90
        desk.post.on_rcpt = lambda _address: "250 ok"
        await hurry(desk)
        await settled(desk)
    assert [topic(mail) for mail in desk.post.to(EMAIL)] == [
        "Akuan penerimaan aduan iSPEKS",
        "Aduan anda sedang diuruskan",
    ]
    assert (await attempts(desk))[0] == ("temporary", "451 greylisted, come back")


async def test_a_permanent_answer_is_final_and_its_words_carry_no_address(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    desk.post.on_rcpt = lambda address: f"550 5.1.1 <{address}>: no such user {address}"
    async with serving(desk.app()):
        await settled(desk)
    (row,) = await desk.rows(MINE)
    assert (row["status"], row["reason"], row["next_at"], row["tries"]) == ("failed", "bounced", None, 1)
    assert await attempts(desk) == [("permanent", "550 5.1.1 <***>: no such user ***")]


async def test_admin_and_who_has_the_complaint_hear_once_that_a_mail_did_not_arrive(desk: Desk) -> None:
    course = Course().say(workflow.Assigned, "DIAGIHKAN", pic=SITI)
    await desk.hear(*course.envelopes())
    desk.post.on_rcpt = lambda address: f"550 5.1.1 <{address}>: no such user" if address == EMAIL else "250 ok"
    async with serving(desk.app()):
        await settled(desk)
        await hurry(desk)
        await settled(desk)
    for told in (SITI, ADMIN):
        mails = [mail for mail in desk.post.to(address_of(told)) if "tidak sampai" in mail["Subject"]]
        assert mails, told
        for mail in mails:
            text = part(mail, "plain")
            assert "Aminah binti Ali" in text
            assert "a***@kelantan.gov.my" in text
            assert "550 5.1.1 <***>: no such user" in text
            assert f"http://127.0.0.1:8000/staf/aduan/{NUMBER}" in text
            assert EMAIL not in text
    rows = await desk.rows("select event_id, recipient from delivery where template = 'mel_tidak_sampai' order by seq")
    assert len(rows) == len({tuple(row) for row in rows}) == 4, "two mails came back, two people hear of each"


async def test_a_mail_that_was_taken_and_given_up_later_is_told_of_alike_and_once(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    async with serving(desk.app()):
        await settled(desk)
    (row,) = await desk.rows(MINE)
    report = MailBounced(delivery=str(row["id"]), status="5.2.2", at=SUNDAY)
    for position in ("first", "second"):
        await desk.hear(sealed(report, subject=position, source="intake"))
    assert (await desk.rows(MINE))[0]["reason"] == "bounced"
    (news,) = await desk.rows("select facts, number from alert where event = 'delivery.bounced'")
    assert news["number"] == NUMBER
    assert news["facts"]["bounced"]["answer"].endswith("5.2.2")


async def test_news_of_a_mail_that_did_not_arrive_which_comes_back_itself_goes_no_further(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    desk.post.on_rcpt = lambda _address: "550 5.1.1 no such user"
    async with serving(desk.app()):
        await settled(desk)
        await hurry(desk)
        await settled(desk)
    rows = await desk.rows(
        "select d.recipient, d.status, d.reason from delivery d join alert a using (event_id)"
        " where a.event = 'delivery.bounced' order by d.seq"
    )
    told = {tuple(row) for row in rows}
    assert (f"staff:{ADMIN.id}", "failed", "bounced") in told, "of the complainant's"
    assert (f"staff:{ADMIN.id}", "skipped", "bounced") in told, (
        "of Admin's own: who could not be reached is not written to"
    )
    assert len(rows) == 2


async def test_a_server_that_is_away_costs_one_probe_and_nothing_is_lost(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    async with post_office() as gone:
        port = gone.port
    async with serving(desk.app(smtp_port=port)):

        async def tried() -> bool:
            return bool(await desk.rows("select from attempt where result = 'channel_down'"))

        _: bool = await eventually(tried)
    assert "sent" not in await desk.statuses()
    await hurry(desk)
    async with serving(desk.app()):
        await settled(desk)
    assert set(await desk.statuses()) == {"sent"}


async def test_mails_that_were_under_way_when_the_server_went_count_as_one_outage(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("services.notify.domain.pace.PROBE_SECONDS", (60.0, 600.0))
    await desk.hear(*(sealed(a_received(f"HD-2026-{n:06}-X")) for n in range(6)))
    async with post_office() as gone:
        port = gone.port
    async with serving(desk.app(smtp_port=port, mails_per_second=0, log_level="INFO")):

        async def all_tried() -> bool:
            return len(await attempts(desk)) == 6

        _: bool = await eventually(all_tried)
    down = [line for line in capsys.readouterr().out.splitlines() if "channel.down" in line]
    assert len(down) == 1
    assert "60.0" in down[0]


async def test_a_server_that_offers_no_encryption_gets_no_mail_where_encryption_is_asked(desk: Desk) -> None:
    await desk.hear(sealed(a_received()))
    async with serving(desk.app(smtp_tls="starttls")):

        async def tried() -> bool:
            return bool(await desk.rows("select from attempt where result = 'channel_down'"))

        _: bool = await eventually(tried)
    assert desk.post.mails == []


async def test_a_doubt_about_a_batch_is_tried_again_as_the_same_batch(desk: Desk) -> None:
    numbers = ["HD-2026-000401-A", "HD-2026-000402-A", "HD-2026-000403-A"]
    await desk.hear(*(sealed(a_received(number)) for number in numbers[:2]))
    async with desk.db.transaction() as tx:
        await handlers.claim(tx, "email", 10, lease=60, window=300)
    await desk.run("update delivery set lease_until = clock_timestamp() where status = 'sending'")
    await desk.hear(sealed(a_received(numbers[2])))
    async with serving(desk.app()):

        async def shown() -> bool:
            return "sending" not in await desk.statuses()

        _: bool = await eventually(shown)
        await desk.run("update delivery set next_at = clock_timestamp() where status = 'unknown'")
        await eventually(lambda: bool(desk.post.to(address_of(ADMIN))))
        await settled(desk)
    (mail,) = desk.post.to(address_of(ADMIN))
    assert mail["Subject"] == "Aduan baharu menunggu agihan: 2 aduan"
    rows = await desk.rows("select status from delivery where template = 'aduan_baharu_admin' order by seq")
    assert [row["status"] for row in rows] == ["sent", "sent", "planned"]


async def test_no_contact_is_in_a_table_or_in_the_log(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    await desk.hear(*a_whole_course().envelopes())
    desk.post.on_rcpt = lambda address: f"550 no <{address}>" if address == address_of(ADMIN) else "250 ok"
    async with serving(desk.app(log_level="INFO")):
        await settled(desk)
    said = capsys.readouterr().out
    assert '"event":"sent"' in said
    assert '"event":"not_sent"' in said
    tables = await desk.rows("select table_name from information_schema.tables where table_schema = 'notify'")
    stored = ""
    for table in tables:
        rows = await desk.rows(f"select t::text as row from {table['table_name']} t")
        stored += "\n".join(row["row"] for row in rows)
    assert "Baucar bayaran tidak dapat diluluskan" in stored
    for secret in (EMAIL, "aminah.ali@kelantan.gov.my", IC, PHONE, address_of(ADMIN), address_of(SITI)):
        assert secret not in stored
        assert secret not in said
    assert "Baucar bayaran tidak dapat diluluskan" not in said
