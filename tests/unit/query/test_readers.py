"""What a member of staff may read, and what waits for them."""

import pytest

from services.query.domain import readers
from shared.principals import Caller


def caller(id: str, *roles: str, queues: tuple[str, ...] = ()) -> Caller:
    return Caller(id=id, session="s", name=id, roles=frozenset(roles), queues=frozenset(queues))


@pytest.mark.parametrize(
    ("roles", "seen_by", "only"),
    [
        (("VENDOR",), ["role:ADMIN", "role:VENDOR"], True),
        (("VENDOR",), ["role:ADMIN"], False),
        (("VENDOR", "ADMIN"), ["role:ADMIN", "role:VENDOR"], False),
        (("VENDOR", "PIC"), ["role:ADMIN", "role:VENDOR", "staff:me"], False),
        (("VENDOR", "PIC"), ["role:ADMIN", "role:VENDOR", "staff:other"], True),
    ],
)
def test_only_who_has_no_other_way_in_is_kept_to_the_vendors_leg(
    roles: tuple[str, ...], seen_by: list[str], only: bool
) -> None:
    assert readers.sees_only_the_vendors_leg(caller("me", *roles).principals, seen_by) is only


def test_staff_read_every_entry_and_the_vendor_what_has_a_v() -> None:
    assert readers.reads(["S"], vendor=False)
    assert readers.reads(["S", "V"], vendor=True)
    assert not readers.reads(["P"], vendor=True)
    assert not readers.reads([], vendor=True)


@pytest.mark.parametrize(
    ("name", "masked"), [("Aminah binti Ali", "A***** b**** A**"), ("O", "O"), ("", ""), ("  Siti  ", "S***")]
)
def test_a_masked_name_keeps_its_initials(name: str, masked: str) -> None:
    assert readers.masked_name(name) == masked


def test_mine_is_what_i_hold_and_may_still_see() -> None:
    me = caller("me", "PIC")
    assert readers.is_mine(me, "me", "PIC", ["staff:me"])
    assert not readers.is_mine(me, "other", "PIC", ["staff:me", "staff:other"])
    assert not readers.is_mine(me, "me", "PIC", ["role:ADMIN"])
    assert not readers.is_mine(me, None, "ADMIN", ["staff:me"])


def test_what_the_vendor_has_is_mine_if_i_work_for_the_vendor() -> None:
    theirs = caller("me", "VENDOR")
    assert readers.is_mine(theirs, None, "VENDOR", ["role:VENDOR"])
    assert not readers.is_mine(theirs, None, "PIC", ["role:VENDOR"])
    assert not readers.is_mine(theirs, None, "VENDOR", ["role:ADMIN"])
    assert not readers.is_mine(caller("me", "ADMIN"), None, "VENDOR", ["role:ADMIN", "role:VENDOR"])


@pytest.mark.parametrize(
    ("who", "custodian", "pic", "claimant", "waits"),
    [
        (caller("me", "PIC"), "PIC", "me", None, True),
        (caller("me", "PIC"), "PIC", "other", None, False),
        (caller("me", "PIC"), "ADMIN", None, None, False),
        (caller("me", "ADMIN"), "ADMIN", None, None, True),
        (caller("me", "MANAGEMENT"), "ADMIN", None, None, False),
        (caller("me", "IMPLEMENTOR", queues=("IMPLEMENTOR",)), "IMPLEMENTOR", "other", None, True),
        (caller("me", "IMPLEMENTOR", queues=("IMPLEMENTOR",)), "IMPLEMENTOR", "other", "me", False),
        (caller("me", "IMPLEMENTOR"), "IMPLEMENTOR", "other", None, False),
        (caller("me", "VENDOR"), "VENDOR", "me", None, False),
        (caller("me", "PIC"), None, "me", None, False),
    ],
)
def test_the_badge_counts_what_waits_for_my_first_act(
    who: Caller, custodian: str | None, pic: str | None, claimant: str | None, waits: bool
) -> None:
    given = {"custodian": custodian, "pic": pic, "claimant": claimant}
    assert readers.waits_for_first_act(who, first_act=True, **given) is waits
    assert readers.waits_for_first_act(who, first_act=False, **given) is False
