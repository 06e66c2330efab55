"""What a webhook says is read leniently: what is not understood is left out, and the rest is heard."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.retries import Status
from services.notify.domain.webhook import Heard, NotUnderstood, read

OURS = "100000000000001"
DELIVERY = "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a"


def whole(*values: Any, **changes: Any) -> bytes:
    changed = [{"field": "messages", "value": {"metadata": {"phone_number_id": OURS}} | value} for value in values]
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": changed}]} | changes).encode()


STATUS = {"id": "wamid.1", "status": "delivered", "timestamp": "1772326800", "biz_opaque_callback_data": DELIVERY}
MESSAGE = {
    "from": "60123456789",
    "id": "wamid.2",
    "timestamp": "1772326800",
    "type": "text",
    "text": {"body": "Sudah."},
    "context": {"id": "wamid.1"},
}


def test_statuses_and_messages_of_every_entry_are_heard() -> None:
    failed = {"id": "wamid.3", "status": "failed", "timestamp": "1", "errors": [{"code": 131026, "title": "x"}]}
    heard = read(whole({"statuses": [STATUS, failed]}, {"messages": [MESSAGE]}), OURS)
    assert [(one.wamid, one.status, one.code, one.delivery) for one in heard.receipts] == [
        ("wamid.1", Status.DELIVERED, None, UUID(DELIVERY)),
        ("wamid.3", Status.FAILED, 131026, None),
    ]
    (said,) = heard.said
    assert (said.wamid, said.number, said.text, said.answers) == ("wamid.2", "60123456789", "Sudah.", "wamid.1")
    assert said.at.isoformat() == "2026-03-01T01:00:00+00:00"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"object": "page"}', b"\xff\xfe"])
def test_what_is_not_whatsapps_is_not_understood(raw: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read(raw, OURS)


def test_what_is_said_to_another_number_is_not_ours_to_hear() -> None:
    assert read(whole({"statuses": [STATUS], "messages": [MESSAGE]}), "another") == Heard((), ())


@pytest.mark.parametrize(
    "changes",
    [{"id": None}, {"id": ""}, {"id": "x" * 600}, {"status": "deleted"}, {"status": None}, {"id": 7}],
)
def test_a_status_without_a_meaning_is_left_out_and_the_next_one_heard(changes: dict[str, Any]) -> None:
    heard = read(whole({"statuses": [STATUS | changes, STATUS]}), OURS)
    assert [one.wamid for one in heard.receipts] == ["wamid.1"]


def test_a_person_may_be_known_otherwise_than_by_number_and_may_send_what_is_no_text() -> None:
    picture = {"id": "wamid.4", "type": "image", "image": {"caption": "Skrin", "id": "1"}, "from_user_id": "US.1"}
    sticker = {"id": "wamid.5", "type": "sticker", "sticker": {"id": "1"}, "from": "not a number"}
    heard = read(whole({"messages": [picture, sticker]}), OURS)
    assert [(one.number, one.kind, one.text) for one in heard.said] == [
        (None, "image", "Skrin"),
        (None, "sticker", None),
    ]


NAMES = ("entry", "changes", "value", "metadata", "statuses", "messages", "id", "status", "type", "text", "context")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(NAMES),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(ANYTHING, ANYTHING)
def test_no_shape_of_it_breaks_the_reading(statuses: Any, messages: Any) -> None:
    read(whole({"statuses": statuses, "messages": messages}), OURS)
    read(whole({"statuses": [statuses, STATUS | {"timestamp": "9" * 40}], "messages": [messages]}), OURS)
    read(whole(entry=statuses), OURS)
