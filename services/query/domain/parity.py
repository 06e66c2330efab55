"""How two models of the same record compare."""

from dataclasses import dataclass, field

NAMED = 10


@dataclass
class Parity:
    """What was found: how many complaints are equal, and what is not, the first ten with the reason."""

    equal: int = 0
    differing: int = 0
    why: dict[str, str] = field(default_factory=dict)
    """Of a complaint's number, or a reference table's name."""
    reference: list[str] = field(default_factory=list)
    """Tables of reference facts that differ."""

    def differs(self, number: str, why: str) -> None:
        """One more complaint is not the same in both."""
        self.differing += 1
        if len(self.why) < NAMED:
            self.why[number] = why

    @property
    def exact(self) -> bool:
        """Whether nothing differs."""
        return not self.differing and not self.reference


def stands_elsewhere(old: int | None, new: int | None, held: str | None) -> str:
    """Why two versions of one complaint differ, after both had time to hear the same."""
    if new is None:
        return "the record has no such complaint"
    if old is None:
        return held or "the record has it, the old model has not heard of it"
    if old > new:
        return f"the old model stands at version {old}, the record ends at {new}"
    return f"the old model stands at version {old}, the record at {new}" + (f": {held}" if held else "")
