"""Who may be named as a reader: a member of staff as a frozen value, and the principals they answer to. Pure, so that
decisions may ask about a caller without knowing how anybody proves who they are (`auth` does)."""

from dataclasses import dataclass

from shared.errors import Denied


@dataclass(frozen=True, slots=True)
class Caller:
    """A member of staff, as their token says: id, session id, roles and queues."""

    id: str
    session: str
    name: str
    roles: frozenset[str]
    queues: frozenset[str]

    @property
    def principals(self) -> list[str]:
        """What `seen_by` is intersected with."""
        return sorted(
            {f"staff:{self.id}"} | {f"role:{role}" for role in self.roles} | {f"queue:{queue}" for queue in self.queues}
        )

    def needs(self, *roles: str) -> None:
        """Raises `Denied` unless the caller holds one of these roles."""
        if self.roles.isdisjoint(roles):
            raise Denied(needs=list(roles))
