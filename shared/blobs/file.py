"""What is known of an attachment. Pure."""

import msgspec


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A checked file as it is kept. `size` in bytes; `scan`: `clean`, or `not_scanned` where there is no scanner."""

    id: str
    name: str
    type: str
    size: int
    scan: str
