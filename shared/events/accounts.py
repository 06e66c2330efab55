"""What happens to an account, for the ears of its owner alone. Each has a subject of its own and sequence 1: nothing
follows from one to the next, and nobody rebuilds anything from them."""

from datetime import datetime
from typing import ClassVar

from shared.envelope import Event


class AccountEvent(Event, frozen=True, kw_only=True):
    """What every event of an account says. `staff` is the member's id; none where there is nobody to tell."""

    staff: str | None
    at: datetime


class PasswordResetRequested(AccountEvent, frozen=True, kw_only=True):
    """Somebody gave an IC on the page for forgotten passwords. Said for a hit and for a miss alike."""

    wire: ClassVar[str] = "password_reset.requested"

    token_sealed: str
    """Opens the page that sets a new password, once. Sealed with `about` = the member's id and `field` = `reset`."""
    until: datetime
    """Real time: no link is mailed that would not open any more."""
    minutes: int


class PasswordChanged(AccountEvent, frozen=True, kw_only=True):
    """A password is another one now."""

    wire: ClassVar[str] = "password.changed"

    by: str
    """`self`, `link` (a reset by mail) or `admin`."""


ALL: tuple[type[Event], ...] = (PasswordChanged, PasswordResetRequested)
