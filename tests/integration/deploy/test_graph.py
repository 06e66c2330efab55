"""The Graph API of our own refuses what the real one refuses, misbehaves on command, and tells by signed webhooks."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request, Response

from deploy.mailbox.whatsapp.faults import SCRIPTS
from tests.support.eventually import eventually
from tests.support.over_http import over_http
from tests.support.telephone import APP_SECRET, NUMBER_ID, TOKEN, VERIFY_TOKEN, Telephone, a_telephone

TO = "60123456789"
LINK = "https://helpdesk.example/a/x"


def of_script(ending: str) -> str:
    assert ending in SCRIPTS
    return f"6012345{ending}"


def a_message(to: str | None = TO, **changes: Any) -> dict[str, Any]:
    """`helpdesk_balasan_pic`, with its two parameters."""
    values = changes.pop("values", ["HD-2026-000123-C", LINK])
    template = {
        "name": "helpdesk_balasan_pic",
        "language": {"code": "ms"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}],
    }
    facts: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "type": "template",
        "template": template | changes.pop("template", {}),
        "biz_opaque_callback_data": "delivery-1",
    }
    return facts | changes


async def post(telephone: Telephone, message: Any, **changes: Any) -> httpx2.Response:
    path = changes.pop("path", f"/v23.0/{NUMBER_ID}/messages")
    headers = {"Authorization": f"Bearer {TOKEN}"} | changes.pop("headers", {})
    content = message if isinstance(message, bytes) else json.dumps(message).encode()
    return await telephone.client.post(path, content=content, headers={"Content-Type": "application/json"} | headers)


def code(answer: httpx2.Response) -> int:
    found: int = answer.json()["error"]["code"]
    return found


@dataclass
class Listener:
    """Who subscribed to the webhooks: what was posted, in order, and whether its signature held."""

    told: list[tuple[bool, dict[str, Any]]] = field(default_factory=list)
    refuse: int = 0

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """(id, status) of what was signed well."""
        return [
            (one["id"], one["status"])
            for good, payload in self.told
            if good
            for one in payload["entry"][0]["changes"][0]["value"].get("statuses", [])
        ]


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[Listener, str]]:
    listener = Listener()
    app = FastAPI()

    @app.get("/hook")
    async def verify(request: Request) -> Response:
        asked = request.query_params
        if asked["hub.mode"] != "subscribe" or asked["hub.verify_token"] != VERIFY_TOKEN:
            return Response(status_code=403)
        return Response(asked["hub.challenge"], media_type="text/plain")

    @app.post("/hook")
    async def heard(request: Request) -> Response:
        if listener.refuse:
            listener.refuse -= 1
            return Response(status_code=503)
        raw = await request.body()
        mac = hmac.new(APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
        good = request.headers["x-hub-signature-256"] == f"sha256={mac}"
        listener.told.append((good, json.loads(raw)))
        return Response(status_code=200 if good else 401)

    async with over_http(app) as url:
        yield listener, f"{url}/hook"


async def test_a_good_message_is_accepted_and_lies_in_the_mailbox_as_it_reads(tmp_path: Path) -> None:
    async with a_telephone(tmp_path) as telephone:
        answer = await post(telephone, a_message())
        (item,) = await telephone.messages()
        page = await telephone.open(item)
        listing = (await telephone.client.get("/")).text
    assert answer.status_code == 200
    said = answer.json()
    assert said["contacts"] == [{"input": TO, "wa_id": TO}]
    assert said["messages"] == [{"id": item["wamid"], "message_status": "accepted"}]
    text = f"Ada maklum balas baharu bagi aduan HD-2026-000123-C. Sila lihat di {LINK} untuk butiran penuh."
    assert (item["channel"], item["to"], item["text"], item["complaint"]) == ("whatsapp", TO, text, "HD-2026-000123-C")
    assert "Answer as 60123456789" in page
    assert "helpdesk_balasan_pic" in page
    assert "Ada maklum balas baharu" in listing


@pytest.mark.parametrize(
    ("changes", "status", "expected"),
    [
        ({"path": f"/v1.0/{NUMBER_ID}/messages"}, 400, 2635),
        ({"path": "/v23.0/999/messages"}, 400, 100),
        ({"headers": {"Authorization": "Bearer wrong"}}, 401, 190),
        ({"headers": {"Authorization": f"Basic {TOKEN}"}}, 401, 190),
        ({"headers": {"Content-Type": "text/plain"}}, 400, 100),
    ],
)
async def test_the_door_opens_only_for_the_right_path_token_and_content(
    tmp_path: Path, changes: dict[str, Any], status: int, expected: int
) -> None:
    async with a_telephone(tmp_path) as telephone:
        answer = await post(telephone, a_message(), **changes)
        assert (answer.status_code, code(answer)) == (status, expected)
        assert await telephone.messages() == []


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"not json", 100),
        (a_message(messaging_product="sms"), 100),
        (a_message(recipient_type="group"), 100),
        (a_message(to="+60123456789"), 100),
        (a_message(to="012-345 6789"), 100),
        (a_message(to=None), 131008),
        (a_message(to="6097481957"), 131026),
        (a_message(to="60141234567"), 131026),
        (a_message(to=of_script("0005")), 131026),
        (a_message(type="image"), 131051),
        (a_message(type=None), 131008),
        (a_message(template={"name": "helpdesk_tiada"}), 132001),
        (a_message(template={"language": {"code": "ms_MY"}}), 132001),
        (a_message(template={"language": "ms"}), 131008),
        (a_message(values=["HD-2026-000123-C"]), 132000),
        (a_message(values=["a", "b", "c"]), 132000),
        (a_message(values=["a\nb", LINK]), 132012),
        (a_message(values=["a\tb", LINK]), 132012),
        (a_message(values=["a    b", LINK]), 132012),
        (a_message(values=["a", "x" * 1_024]), 132005),
        (a_message(values=["", LINK]), 131008),
        (a_message(template={"components": [{"type": "header", "parameters": []}]}), 132012),
        (a_message(type="text", text={"body": "Salam"}), 131047),
        (a_message(biz_opaque_callback_data="x" * 513), 100),
    ],
)
async def test_what_the_real_one_would_refuse_is_refused_with_its_code(
    tmp_path: Path, message: Any, expected: int
) -> None:
    async with a_telephone(tmp_path) as telephone:
        answer = await post(telephone, message)
        assert answer.status_code >= 400
        assert code(answer) == expected
        assert await telephone.messages() == []


@pytest.mark.parametrize(("status", "expected"), [("PAUSED", 132015), ("DISABLED", 132016), ("PENDING", 132001)])
async def test_a_template_goes_only_while_it_is_approved(tmp_path: Path, status: str, expected: int) -> None:
    async with a_telephone(tmp_path) as telephone:
        await telephone.judge("helpdesk_balasan_pic", "ms", status)
        assert code(await post(telephone, a_message())) == expected
        await telephone.judge("helpdesk_balasan_pic", "ms", "APPROVED")
        assert (await post(telephone, a_message())).status_code == 200


async def test_free_words_go_only_to_somebody_who_wrote_first(tmp_path: Path) -> None:
    words = a_message(type="text", text={"body": "Terima kasih."})
    async with a_telephone(tmp_path) as telephone:
        assert code(await post(telephone, words)) == 131047
        await telephone.say("60129999999", "Salam")
        assert code(await post(telephone, words)) == 131047
        await telephone.say(TO, "Salam")
        assert (await post(telephone, words)).status_code == 200


async def test_one_person_and_one_second_have_their_limits(tmp_path: Path) -> None:
    async with a_telephone(tmp_path, whatsapp_pair_seconds=3600.0, whatsapp_per_second=3) as telephone:
        assert (await post(telephone, a_message())).status_code == 200
        assert code(await post(telephone, a_message())) == 131056
        answers = [await post(telephone, a_message(to=f"6012345{place}")) for place in range(6700, 6703)]
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert code(answers[2]) == 130429


@pytest.mark.parametrize(
    ("ending", "status", "expected"),
    [("0002", 500, 131000), ("0006", 429, 4), ("0007", 400, 131056), ("0015", 400, 130429)],
)
async def test_some_numbers_refuse_a_message_the_first_time(
    tmp_path: Path, ending: str, status: int, expected: int
) -> None:
    message = a_message(to=of_script(ending))
    async with a_telephone(tmp_path) as telephone:
        first = await post(telephone, message)
        second = await post(telephone, message)
    assert (first.status_code, code(first), second.status_code) == (status, expected, 200)
    assert ("retry-after" in first.headers) == (ending == "0006")


@pytest.mark.parametrize("ending", ["0003", "0016", "0017", "0018", "0020", "0021"])
async def test_some_numbers_refuse_every_time(tmp_path: Path, ending: str) -> None:
    async with a_telephone(tmp_path) as telephone:
        answer = await post(telephone, a_message(to=of_script(ending)))
        assert answer.status_code >= 400
        assert SCRIPTS[ending].startswith((str(code(answer)), "500"))


async def test_a_dropped_line_leaves_the_caller_in_doubt_though_the_message_went(tmp_path: Path) -> None:
    async with a_telephone(tmp_path) as telephone:
        with pytest.raises(httpx2.HTTPError):
            await post(telephone, a_message(to=of_script("0013")))
        assert len(await telephone.messages()) == 1


async def test_statuses_are_told_signed_after_the_challenge_and_again_until_they_are_taken(tmp_path: Path) -> None:
    async with listening() as (listener, hook), a_telephone(tmp_path, hook) as telephone:
        listener.refuse = 2
        wamid = (await post(telephone, a_message())).json()["messages"][0]["id"]
        await eventually(lambda: len(listener.told) == 2)
        (item,) = await telephone.messages()
        await telephone.open(item)
        await eventually(lambda: len(listener.told) == 3)
    assert listener.statuses == [(wamid, "sent"), (wamid, "delivered"), (wamid, "read")]
    told = listener.told[0][1]["entry"][0]["changes"][0]["value"]
    assert told["metadata"]["phone_number_id"] == NUMBER_ID
    assert told["statuses"][0]["biz_opaque_callback_data"] == "delivery-1"


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        ("0004", ["sent", "failed"]),
        ("0008", ["sent", "sent", "sent", "delivered", "delivered", "delivered"]),
        ("0009", ["read", "delivered", "sent"]),
        ("0010", ["sent", "delivered", "sent", "delivered"]),
        ("0019", ["sent", "failed", "delivered"]),
    ],
)
async def test_some_numbers_statuses_come_twice_in_disorder_or_all_at_once(
    tmp_path: Path, ending: str, expected: list[str]
) -> None:
    async with listening() as (listener, hook), a_telephone(tmp_path, hook) as telephone:
        await post(telephone, a_message(to=of_script(ending)))
        await eventually(lambda: len(listener.statuses) == len(expected))
    assert [status for _, status in listener.statuses] == expected
    assert len(listener.told) == (1 if ending == "0010" else len(expected))


async def test_some_numbers_begin_with_a_forged_webhook_or_one_about_a_message_nobody_sent(tmp_path: Path) -> None:
    async with listening() as (listener, hook), a_telephone(tmp_path, hook) as telephone:
        await post(telephone, a_message(to=of_script("0011")))
        await eventually(lambda: len(listener.told) == 3)
        assert [good for good, _ in listener.told] == [False, True, True]
        wamid = (await post(telephone, a_message(to=of_script("0012")))).json()["messages"][0]["id"]
        await eventually(lambda: len(listener.told) == 6)
        assert [told == wamid for told, _ in listener.statuses[2:]] == [False, True, True]


async def test_a_testers_answer_is_told_with_what_it_answers_and_lies_in_the_mailbox(tmp_path: Path) -> None:
    async with listening() as (listener, hook), a_telephone(tmp_path, hook) as telephone:
        await post(telephone, a_message())
        (item,) = await telephone.messages()
        await telephone.answer(item, "Sudah selesai <b>")
        await eventually(
            lambda: any("messages" in told["entry"][0]["changes"][0]["value"] for _, told in listener.told)
        )
        said = [told["entry"][0]["changes"][0]["value"] for _, told in listener.told]
        (message,) = [value["messages"][0] for value in said if "messages" in value]
        both = await telephone.messages()
        page = (await telephone.client.get("/?channel=whatsapp")).text
    assert (message["from"], message["text"]["body"], message["context"]["id"]) == (
        TO,
        "Sudah selesai <b>",
        item["wamid"],
    )
    assert [one["sender"] for one in both] == [None, TO]
    assert "from 60123456789" in page
    assert "Sudah selesai &lt;b&gt;" in page


async def test_another_site_in_the_testers_browser_has_no_say(tmp_path: Path) -> None:
    async with a_telephone(tmp_path) as telephone:
        told = {"from": TO, "text": "x"}
        answer = await telephone.client.post("/whatsapp/say", data=told, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
        assert await telephone.messages() == []
