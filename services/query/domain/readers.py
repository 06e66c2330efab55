"""What a member of staff may read. Workflow says who sees a complaint; here that is only compared."""

from collections.abc import Iterable

from shared.principals import Caller

VENDOR = "role:VENDOR"
HIDDEN_IC = "******-**-****"


def sees_only_the_vendors_leg(principals: Iterable[str], seen_by: Iterable[str]) -> bool:
    """Whether the vendor's role is all that lets these principals in."""
    return set(principals) & set(seen_by) == {VENDOR}


def reads(audience: Iterable[str], *, vendor: bool) -> bool:
    """Whether an entry is for this reader: staff read every entry, the vendor what has a V."""
    return not vendor or "V" in audience


def reads_file(principals: Iterable[str], seen_by: Iterable[str], audience: Iterable[str]) -> bool:
    """Whether a file of an entry for this audience is for these principals."""
    seen = list(seen_by)
    mine = not set(principals).isdisjoint(seen)
    return mine and reads(audience, vendor=sees_only_the_vendors_leg(principals, seen))


def masked_name(name: str) -> str:
    """`Aminah binti Ali` -> `A***** b**** A**`."""
    return " ".join(word[0] + "*" * (len(word) - 1) for word in name.split())


def is_mine(caller: Caller, holder: str | None, custodian: str | None, seen_by: Iterable[str]) -> bool:
    """I have the ball, or somebody whom I stand in for, and may still see it; or the vendor has it, whom I work for."""
    if custodian == "VENDOR" and "VENDOR" in caller.roles:
        return VENDOR in seen_by
    return holder in caller.selves and f"staff:{holder}" in seen_by


def waits_for_first_act(
    caller: Caller, *, first_act: bool, custodian: str | None, pic: str | None, claimant: str | None
) -> bool:
    """The badge: new with me, unclaimed in my queue, or new for Admin."""
    if not first_act:
        return False
    match custodian:
        case "PIC":
            return pic in caller.selves
        case "IMPLEMENTOR":
            return claimant is None and "IMPLEMENTOR" in caller.queues
        case "ADMIN":
            return "ADMIN" in caller.roles
        case _:
            return False
