"""WhatsApp from an event to a telephone and back, against the Graph API of our own over HTTP."""

from pathlib import Path
from typing import Any

import pytest

from shared.auth import TrackingTokens
from shared.events import workflow
from shared.privacy import Keyring
from tests.integration.notify.conftest import ADMIN, OTHER_ADMIN, Desk, serving, staff
from tests.integration.notify.on_whatsapp import on_whatsapp, statuses
from tests.integration.notify.reading import hurry, settled, topic
from tests.support import keys
from tests.support.complaints import EMAIL, NUMBER, RASHID, SUNDAY, Course, a_contact, a_received, sealed
from tests.support.eventually import eventually

TO = "60123456789"


@pytest.fixture
async def desk(whole_desk: Desk) -> Desk:
    """With WhatsApp in its matrix."""
    return whole_desk


def of_script(ending: str) -> str:
    """A number that the telephone plays a script for."""
    return f"+6012345{ending}"


def link(number: str = NUMBER) -> str:
    return f"http://127.0.0.1:8000/a/{TrackingTokens(keys.TRACKING_KEYS).make(number, a_received(number).submitted_at)}"


def a_complaint(number: str = NUMBER, **contact: Any) -> Any:
    return sealed(a_received(number, contact=a_contact(number, **contact)))


async def only_on_whatsapp(desk: Desk) -> None:
    """As if the office had switched its mail rules to complainants off."""
    await desk.run("update rule set enabled = false where channel = 'email' and audience = 'complainant'")


async def refused_once(desk: Desk) -> None:
    """Wait until the first try has been refused and another is planned."""

    async def there() -> bool:
        return bool(
            await desk.rows("select from delivery where channel = 'whatsapp' and status = 'planned' and tries = 1")
        )

    _: bool = await eventually(there)


async def test_a_complainant_who_agreed_is_told_by_mail_and_on_whatsapp_and_the_ledger_hears_it_was_read(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.hear(a_complaint())
    async with on_whatsapp(desk, tmp_path) as line:
        (row,) = await line.came_to("delivered")
        (message,) = await line.telephone.messages()
        await line.telephone.open(message)
        await line.came_to("read")
        await settled(desk)
    assert message["to"] == TO
    assert message["text"] == (
        f"Aduan iSPEKS anda telah diterima. No. aduan: {NUMBER}. Maklum balas dijangka sebelum 04-03-2026 09:00. "
        f"Semak status di {link()} dan simpan no. aduan ini."
    )
    assert message["opaque"] == str(row["id"])
    assert row["masked"] == "+60 *** *789"
    assert [topic(mail) for mail in desk.post.to(EMAIL)] == ["Akuan penerimaan aduan iSPEKS"]
    (attempt,) = await desk.rows("select * from attempt where delivery = $1", row["id"])
    assert (attempt["result"], attempt["provider_id"]) == ("sent", message["wamid"])


async def test_nobody_gets_one_without_consent_with_a_fixed_line_or_after_taking_consent_back(
    desk: Desk, tmp_path: Path
) -> None:
    took_back = "HD-2026-000125-A"
    await desk.hear(
        a_complaint("HD-2026-000123-C", whatsapp_consent=False),
        a_complaint("HD-2026-000124-A", phone="+6097481957", phone_is_mobile=False),
        a_complaint(took_back),
    )
    await desk.hear(
        *Course(took_back, contact=a_contact(took_back))
        .say(workflow.ContactCorrected, contact=a_contact(took_back, whatsapp_consent=False))
        .envelopes()[1:]
    )
    async with on_whatsapp(desk, tmp_path) as line:
        await settled(desk)
        assert await line.telephone.messages() == []
        rows = await line.deliveries()
    assert {(row["status"], row["reason"]) for row in rows} == {("skipped", "no_consent")}
    assert len(rows) >= 3


async def test_staff_get_one_only_if_they_said_so(desk: Desk, tmp_path: Path) -> None:
    for person, said, position in ((ADMIN, "on", 2), (OTHER_ADMIN, "off", 1)):
        phone = Keyring(keys.SEALING_KEYS).seal("+60129876543", about=person.id, field="phone")
        saved = staff(person, "ADMIN", phone_sealed=phone, preferences={"whatsapp": said})
        await desk.hear(sealed(saved, position))
    await desk.hear(a_complaint(whatsapp_consent=False))
    async with on_whatsapp(desk, tmp_path) as line:
        await settled(desk)
        (message,) = await line.telephone.messages()
        mine = await line.deliveries(recipient=f"staff:{ADMIN.id}")
        other = await line.deliveries(recipient=f"staff:{OTHER_ADMIN.id}")
    assert message["to"] == "60129876543"
    assert message["text"].startswith("Sejumlah 1 aduan baharu menunggu agihan.")
    assert [row["reason"] for row in (*mine, *other)] == [None, "no_consent"]


async def test_without_a_number_of_our_own_every_line_says_that_whatsapp_is_switched_off(desk: Desk) -> None:
    await desk.hear(a_complaint())
    async with serving(desk.app()):
        await settled(desk)
    rows = await desk.rows("select distinct status, reason from delivery where channel = 'whatsapp'")
    assert ("skipped", "switched_off") in [tuple(row) for row in rows]
    assert {row["status"] for row in rows} == {"skipped"}
    assert len(desk.post.to(EMAIL)) == 1


async def test_no_name_no_title_and_nothing_typed_stands_in_any_message(desk: Desk, tmp_path: Path) -> None:
    secret = "Rahsia 800101990001 tajuk"
    course = Course(title=secret, text=secret)
    for kind, state in (
        (workflow.Assigned, "DIAGIHKAN"),
        (workflow.Replied, "INPROGRESS"),
        (workflow.FeedbackAsked, "MOHON_MAKLUMBALAS"),
        (workflow.CloseRequested, "MOHON_TUTUP"),
        (workflow.Closed, "DITUTUP"),
    ):
        course.say(kind, state, text=secret)
    await desk.hear(*course.envelopes())
    async with on_whatsapp(desk, tmp_path) as line:
        await settled(desk)
        messages = await line.telephone.messages()
    assert len(messages) == 6
    for message in messages:
        for hidden in ("Rahsia", "800101990001", "Aminah", "60123456789", EMAIL):
            assert hidden not in message["text"]


@pytest.mark.parametrize(
    ("ending", "status", "reason", "said"),
    [
        ("0003", "failed", "bounced", "recipient: 131049 (HTTP 400)"),
        ("0005", "failed", "bounced", "recipient: 131026 (HTTP 400)"),
        ("0017", "failed", None, "template: 132001 (HTTP 400)"),
        ("0020", "failed", None, "message: 100 (HTTP 400)"),
        ("0004", "failed", "bounced", "accepted, then recipient: 131026 (HTTP 200)"),
        ("0022", "failed", "bounced", "accepted, then recipient: 131049 (HTTP 200)"),
    ],
)
async def test_who_cannot_be_told_this_way_is_told_by_mail_where_no_mail_went_anyway(
    desk: Desk, tmp_path: Path, ending: str, status: str, reason: str | None, said: str
) -> None:
    await only_on_whatsapp(desk)
    await desk.hear(a_complaint(phone=of_script(ending)))
    async with on_whatsapp(desk, tmp_path) as line:
        (row,) = await line.came_to(status)
        await eventually(lambda: len(desk.post.to(EMAIL)) == 1)
        await settled(desk)
    assert row["reason"] == reason
    (attempt,) = await desk.rows("select detail from attempt where delivery = $1", row["id"])
    assert attempt["detail"] == said
    (mail,) = await desk.rows("select * from delivery where channel = 'email' and instead_of is not null")
    assert (mail["instead_of"], mail["status"], mail["template"]) == (row["id"], "sent", "akuan_terima")


async def test_no_second_mail_goes_to_whom_the_matrix_mails_anyway(desk: Desk, tmp_path: Path) -> None:
    await desk.hear(a_complaint(phone=of_script("0005")))
    async with on_whatsapp(desk, tmp_path) as line:
        await line.came_to("failed")
        await settled(desk)
    assert len(desk.post.to(EMAIL)) == 1
    assert await desk.rows("select from delivery where instead_of is not null") == []


async def test_a_number_that_cannot_be_reached_is_not_tried_again_for_another_complaint(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.hear(a_complaint(phone=of_script("0005")))
    async with on_whatsapp(desk, tmp_path) as line:
        await line.came_to("failed")
        await desk.hear(a_complaint("HD-2026-000124-A", phone=of_script("0005")))
        await line.came_to("failed", "failed")
        rows = await desk.rows(
            "select detail from attempt a join delivery d on d.id = a.delivery"
            " where d.channel = 'whatsapp' and d.recipient like 'complainant%' order by d.seq"
        )
    assert [row["detail"] for row in rows] == [
        "recipient: 131026 (HTTP 400)",
        "WhatsApp does not reach this number: 131026",
    ]


async def test_a_template_that_was_refused_is_left_alone_until_somebody_has_looked(desk: Desk, tmp_path: Path) -> None:
    numbers = [f"HD-2026-00013{place}-A" for place in range(3)]
    async with on_whatsapp(desk, tmp_path) as line:
        await line.telephone.judge("helpdesk_akuan_terima", "ms", "PAUSED")
        await desk.hear(a_complaint(numbers[0]))
        await line.came_to("failed")
        await line.telephone.judge("helpdesk_akuan_terima", "ms", "APPROVED")
        await desk.hear(a_complaint(numbers[1]))
        await line.came_to("failed", "failed")
        assert [tuple(row) for row in await desk.rows("select name, language, code from whatsapp_fault")] == [
            ("helpdesk_akuan_terima", "ms", 132015)
        ]
        assert await line.telephone.messages() == []


@pytest.mark.parametrize("ending", ["0002", "0006", "0007", "0015"])
async def test_what_is_refused_for_now_comes_again_and_arrives_once(desk: Desk, tmp_path: Path, ending: str) -> None:
    await desk.hear(a_complaint(phone=of_script(ending)))
    async with on_whatsapp(desk, tmp_path) as line:
        await refused_once(desk)
        await hurry(desk)
        (row,) = await line.came_to("delivered")
        assert len(await line.telephone.messages()) == 1
    assert row["tries"] == 2


async def test_a_wait_that_is_asked_for_is_kept(desk: Desk, tmp_path: Path) -> None:
    await desk.hear(a_complaint(phone=of_script("0006")))
    async with on_whatsapp(desk, tmp_path):
        await refused_once(desk)
        (row,) = await desk.rows(
            "select extract(epoch from d.next_at - clock_timestamp())::float8 as left, a.detail,"
            " extract(epoch from d.next_at - d.first_tried_at)::float8 as wait"
            " from delivery d join attempt a on a.id = d.attempt where d.channel = 'whatsapp' and d.status = 'planned'"
        )
    assert row["detail"] == "temporary: 4 (HTTP 429)"
    assert 2.0 <= row["wait"] < 60.0, "Retry-After said 2 seconds, and the first wait of our own would be longer"


async def test_a_dropped_line_is_settled_by_the_messages_own_webhook_and_nothing_goes_twice(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.hear(a_complaint(phone=of_script("0013")))
    async with on_whatsapp(desk, tmp_path) as line:
        (row,) = await line.came_to("delivered")
        await hurry(desk)
        await settled(desk)
        assert len(await line.telephone.messages()) == 1
    assert (row["tries"], row["next_at"]) == (1, None)


async def test_after_a_crash_the_receipt_says_what_became_of_the_message_and_nothing_goes_twice(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.hear(a_complaint())
    async with on_whatsapp(desk, tmp_path) as line:
        (row,) = await line.came_to("delivered")
        (message,) = await line.telephone.messages()
        await desk.run("delete from receipt")
        await desk.run("update attempt set result = null, provider_id = null where delivery = $1", row["id"])
        await desk.run(
            "update delivery set status = 'sending', lease_until = clock_timestamp() - interval '1 s' where id = $1",
            row["id"],
        )
        (row,) = await line.came_to("unknown")
        (wait,) = await desk.rows("select next_at > clock_timestamp() + interval '5 minutes' as long from delivery"
                                  " where id = $1", row["id"])  # fmt: skip
        assert wait["long"]
        assert await line.post(statuses(message["wamid"], "sent", biz_opaque_callback_data=str(row["id"]))) == 200
        (row,) = await line.came_to("sent")
        assert len(await line.telephone.messages()) == 1
    assert row["next_at"] is None


@pytest.mark.parametrize("ending", ["0008", "0010", "0011", "0012", "0014", "0019"])
async def test_receipts_that_come_twice_forged_early_or_in_a_batch_do_no_harm(
    desk: Desk, tmp_path: Path, ending: str
) -> None:
    await desk.hear(a_complaint(phone=of_script(ending)))
    async with on_whatsapp(desk, tmp_path) as line:
        (row,) = await line.came_to("delivered")
        assert len(await line.telephone.messages()) == 1
    assert row["tries"] == 1


async def test_receipts_in_wrong_order_never_step_back(desk: Desk, tmp_path: Path) -> None:
    await desk.hear(a_complaint(phone=of_script("0009")))
    async with on_whatsapp(desk, tmp_path) as line:
        await line.came_to("read")

        async def all_heeded() -> None:
            rows = await desk.rows("select status from receipt where heeded")
            assert {row["status"] for row in rows} == {"sent", "delivered", "read"}

        await eventually(all_heeded)
        await line.came_to("read")


async def test_a_channel_that_is_down_lets_mail_go_on_and_after_its_patience_everybody_has_mail(
    desk: Desk, tmp_path: Path
) -> None:
    await only_on_whatsapp(desk)
    numbers = [f"HD-2026-00014{place}-A" for place in range(4)]
    await desk.hear(*(a_complaint(number) for number in numbers))
    async with on_whatsapp(desk, tmp_path, whatsapp_token="expired", whatsapp_patience_seconds=3600.0) as line:

        async def tried() -> bool:
            return bool(await desk.rows("select from attempt where result = 'channel_down'"))

        _: bool = await eventually(tried)
        assert len(await desk.rows("select from attempt where result = 'channel_down'")) < len(numbers) + 2
        assert desk.post.to(EMAIL) == []
        await desk.run(
            "update delivery set next_at = next_at - interval '2 hours',"
            " first_tried_at = first_tried_at - interval '2 hours' where channel = 'whatsapp'"
        )
        await eventually(lambda: len(desk.post.to(EMAIL)) == len(numbers))
        await line.came_to(*["failed"] * len(numbers))
        rows = await line.deliveries()
    assert {row["reason"] for row in rows} == {"channel_down"}


async def test_two_messages_to_one_person_keep_their_distance(desk: Desk, tmp_path: Path) -> None:
    await desk.hear(*Course().say(workflow.Replied, at=SUNDAY).envelopes())
    async with on_whatsapp(desk, tmp_path, whatsapp_pair_seconds=3600.0) as line:
        await line.came_to("delivered", "planned")
        assert len(await line.telephone.messages()) == 1
        await hurry(desk)
        await line.came_to("delivered", "delivered")
    assert RASHID.name not in "".join(str(row) for row in await desk.rows("select * from receipt"))


async def test_what_goes_wrong_leaves_no_number_behind(desk: Desk, tmp_path: Path) -> None:
    await desk.hear(a_complaint(phone=of_script("0005")))
    async with on_whatsapp(desk, tmp_path) as line:
        await line.came_to("failed")
        await settled(desk)
    kept = ""
    for table in ("attempt", "delivery", "receipt", "whatsapp_number", "whatsapp_unreachable", "whatsapp_said"):
        kept += "".join(str(dict(row)) for row in await desk.rows(f"table {table}"))
    assert "60123450005" not in kept
