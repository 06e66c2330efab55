"""Who may be named as a reader: a member of staff as a frozen value, and the principals they answer to. Pure, so that
decisions may ask about a caller without knowing how anybody proves who they are (`auth` does)."""

from dataclasses import dataclass, field

from shared.errors import Denied


@dataclass(frozen=True, slots=True)
class Caller:
    """A member of staff, as their token says: id, session id, roles, queues, and the absent PICs whom they stand
    in for."""

    id: str
    session: str
    name: str
    roles: frozenset[str]
    queues: frozenset[str]
    stands_in: frozenset[str] = field(default_factory=frozenset)
    """Ids of absent PICs: while their absence lasts, what waits for them waits for this one."""

    @property
    def selves(self) -> list[str]:
        """The ids this one acts under: their own, and those of the absent they stand in for."""
        return [self.id, *sorted(self.stands_in)]

    @property
    def principals(self) -> list[str]:
        """What `seen_by` is intersected with."""
        return sorted(
            {f"staff:{one}" for one in self.selves}
            | {f"role:{role}" for role in self.roles}
            | {f"queue:{queue}" for queue in self.queues}
        )

    def needs(self, *roles: str) -> None:
        """Raises `Denied` unless the caller holds one of these roles."""
        if self.roles.isdisjoint(roles):
            raise Denied(needs=list(roles))
