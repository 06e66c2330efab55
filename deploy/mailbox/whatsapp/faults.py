"""What goes wrong on command: the last four digits of a number are a script. Everybody else's messages go well."""

from collections.abc import Mapping

SCRIPTS: Mapping[str, str] = {
    "0001": "no answer at all, until the caller hangs up",
    "0002": "500 the first time, then well",
    "0003": "131049: WhatsApp chose not to deliver",
    "0004": "accepted, then failed by webhook with 131026",
    "0005": "131026: cannot receive WhatsApp",
    "0006": "429 with Retry-After the first time, then well",
    "0007": "131056 the first time (pair rate), then well",
    "0008": "every status comes three times",
    "0009": "statuses in wrong order: read, delivered, sent",
    "0010": "all statuses in one batch",
    "0011": "first with a bad signature, then well",
    "0012": "first for a message nobody sent, then well",
    "0013": "accepted, and the line drops before the answer",
    "0014": "the statuses come before the answer",
    "0015": "130429 the first time (throughput), then well",
    "0016": "190: the access token is refused",
    "0017": "132001: the template is not there",
    "0018": "500 every time",
    "0019": "failed by webhook, and delivered after all",
    "0020": "100: a parameter is refused",
    "0021": "131048: restricted, too much was taken for spam",
    "0022": "accepted, then failed by webhook with 131049",
}
REFUSED: Mapping[str, int] = {
    "0003": 131049,
    "0005": 131026,
    "0016": 190,
    "0017": 132001,
    "0020": 100,
    "0021": 131048,
}
FIRST_REFUSED: Mapping[str, tuple[int, int, str | None]] = {
    "0002": (500, 131000, None),
    "0006": (429, 4, "2"),
    "0007": (400, 131056, None),
    "0015": (400, 130429, None),
}
"""The first try of each message: HTTP status, code, Retry-After in seconds."""
FAILED_LATER: Mapping[str, int] = {"0004": 131026, "0022": 131049}
SILENT, DROPPED, BEFORE_ANSWER, BROKEN = "0001", "0013", "0014", "0018"
ORDERS: Mapping[str, tuple[str, ...]] = {
    "0004": ("sent", "failed"),
    "0008": ("sent", "sent", "sent", "delivered", "delivered", "delivered"),
    "0009": ("read", "delivered", "sent"),
    "0019": ("sent", "failed", "delivered"),
    "0022": ("failed",),
}
BATCHED, FORGED, STRANGE = "0010", "0011", "0012"


def script(number: str) -> str:
    """What is played for this number; empty where nothing is."""
    return number[-4:] if number[-4:] in SCRIPTS else ""


def statuses(played: str) -> tuple[str, ...]:
    """What is told of a message that was accepted, in this order."""
    return ORDERS.get(played, ("sent", "delivered"))
