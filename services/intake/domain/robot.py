"""What the robot check said. It slows floods down; it proves no human."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.errors import FieldError, Text

FIELD = "altcha"
WRONG = Text(
    "Semakan “Saya bukan robot” gagal. Sila tandakan sekali lagi.",
    "The “I'm not a robot” check failed. Please tick it again.",
)
EXPIRED = Text(
    "Semakan “Saya bukan robot” telah tamat tempoh. Sila tandakan sekali lagi.",
    "The “I'm not a robot” check has expired. Please tick it again.",
)
REPLAYED = Text(
    "Semakan “Saya bukan robot” ini telah digunakan. Sila tandakan sekali lagi.",
    "This “I'm not a robot” check has been used. Please tick it again.",
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge that was solved: its nonce, and until when it counts (real time)."""

    nonce: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RobotCheck:
    """Passed (with its challenge), missing (no JavaScript: accepted and flagged), wrong or expired."""

    verdict: Literal["passed", "missing", "wrong", "expired"]
    challenge: Challenge | None = None

    @property
    def error(self) -> FieldError | None:
        """What to say of it, if it cannot be accepted."""
        if self.verdict == "wrong":
            return FieldError(FIELD, "robot_check_wrong", WRONG)
        if self.verdict == "expired":
            return FieldError(FIELD, "robot_check_expired", EXPIRED)
        return None


REPLAY = FieldError(FIELD, "robot_check_replayed", REPLAYED)
"""The challenge was used before."""
