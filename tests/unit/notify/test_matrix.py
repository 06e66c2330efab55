"""The first matrix as a whole: no event without a rule or an explicit none, no message without a use."""

from typing import Any

import msgspec
import pytest

from services.notify import handlers
from services.notify.domain.own import OWN
from services.notify.domain.placeholders import gives
from services.notify.domain.rules import TOLD, Rule, faults
from services.notify.senders.bodies import BODIES
from services.notify.senders.letters import Letters
from shared.events import ACCOUNTS, WORKFLOW, workflow
from shared.events.complaint import ComplaintEvent
from tests.unit.notify.matrix import RULES, WHOLE

LETTERS = Letters()


def test_every_event_of_the_table_has_a_rule_or_an_explicit_none() -> None:
    own = {kind.wire for kind in OWN}
    assert {kind.wire for kind in (*WORKFLOW, *ACCOUNTS)} | {"tracking_link.requested"} | own == TOLD.keys()
    assert {rule.event for rule in RULES} == TOLD.keys()
    assert all(rule.why for rule in RULES if rule.audience is None)


def test_the_first_matrix_has_no_faults() -> None:
    assert handlers.rules_faults(WHOLE, LETTERS) == []


def test_every_message_is_somebodys() -> None:
    assert {rule.template for rule in RULES if rule.template} == LETTERS.messages.keys()


def test_every_whatsapp_body_is_somebodys_and_stands_beside_a_mail_to_the_same_people() -> None:
    mailed = {(rule.event, rule.audience, rule.template, rule.condition) for rule in RULES}
    told = [rule for rule in WHOLE if rule.channel == "whatsapp"]
    assert {rule.template for rule in told} == {message for message, _ in BODIES}
    assert {(rule.event, rule.audience, rule.template, rule.condition) for rule in told} <= mailed


@pytest.mark.parametrize(
    ("event", "template", "fault"),
    [
        ("complaint.reassigned", "agihan_dialih", "This message has no form for WhatsApp"),
        ("complaint.closed", "mohon_tutup", "The event does not give: jawab_sebelum"),
        ("complaint.reminded", "akuan_terima", "The event does not give: jawab_sebelum, sambungan"),
    ],
)
def test_a_whatsapp_rule_needs_a_body_that_the_event_can_always_fill(event: str, template: str, fault: str) -> None:
    audience = "previous_pic" if template == "agihan_dialih" else "complainant"
    one = Rule(position=0, event=event, audience=audience, channel="whatsapp", template=template)
    assert ("items.0.template", fault) in [(field, text.en) for field, text in faults([one, *RULES], LETTERS.messages)]


def test_a_vendor_is_never_told_who_complained() -> None:
    for message in LETTERS.messages.values():
        if message.reader == "vendor":
            assert message.fields.isdisjoint({"nama", "jabatan", "jabatan_ptj", "tajuk", "keterangan"})


@pytest.mark.parametrize("event", sorted(TOLD))
def test_an_event_left_without_anything_is_a_fault(event: str) -> None:
    assert [field for field, _ in faults([rule for rule in RULES if rule.event != event], LETTERS.messages)] == [
        "items"
    ]


def test_a_none_beside_a_rule_is_a_fault() -> None:
    none = Rule(position=0, event="complaint.received", why="just because")
    assert ("items.1.audience", "This event also has an explicit none") in [
        (field, text.en) for field, text in faults([none, *RULES], LETTERS.messages)
    ]


def test_what_an_event_gives_is_read_off_its_class() -> None:
    assert gives(workflow.Closed)["bil_hari"] is True
    assert gives(workflow.FeedbackAsked)["jawab_sebelum"] is True
    assert gives(workflow.Reminded)["jawab_sebelum"] is False
    assert gives(ComplaintEvent)["tarikh_akhir"] is False
    assert gives(workflow.Assigned)["pelaku"] is False
    assert "no_log_vendor" not in gives(workflow.Assigned)


def test_urgent_is_for_whom_waits_for_it_and_leaves_no_choice() -> None:
    urgent = {rule.event for rule in RULES if rule.urgent}
    assert urgent == {
        "channel.down",
        "complaint.escalated",
        "tracking_link.requested",
        "password_reset.requested",
        "password.changed",
    }
    assert all(not rule.choices for rule in RULES if rule.urgent)


def test_every_message_is_told_at_once_until_somebody_chooses_otherwise() -> None:
    assert {rule.choices[0] for rule in RULES if rule.choices} == {"at_once"}


@pytest.mark.parametrize(
    ("event", "changes", "fault"),
    [
        ("complaint.received", {"choices": ("at_once", "off")}, "This audience has nothing to choose"),
        ("complaint.assigned", {"choices": ("at_once", "later")}, "No such choice"),
        ("complaint.assigned", {"choices": ("digest", "digest")}, "No such choice"),
        ("complaint.assigned", {"choices": ("digest",), "urgent": True}, "An urgent message leaves no choice"),
    ],
)
def test_what_may_be_chosen_must_be_possible(event: str, changes: dict[str, Any], fault: str) -> None:
    index = next(index for index, rule in enumerate(RULES) if rule.event == event)
    changed = [*RULES[:index], msgspec.structs.replace(RULES[index], **changes), *RULES[index + 1 :]]
    assert [(field, text.en) for field, text in faults(changed, LETTERS.messages)] == [
        (f"items.{index}.choices", fault)
    ]
