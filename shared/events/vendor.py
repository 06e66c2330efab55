"""The vendor's leg of a complaint, as every event says it once there was one."""

from datetime import datetime

import msgspec


class VendorLog(msgspec.Struct, frozen=True, kw_only=True):
    """A number under which the vendor keeps the matter, and when we were told it."""

    number: str
    at: datetime


class VendorLeg(msgspec.Struct, frozen=True, kw_only=True):
    """The vendor's last custody of the complaint, and all log numbers so far, the first told first."""

    since: datetime
    logs: tuple[VendorLog, ...] = ()
