"""A mail opened in a sandbox: `python -m services.intake.handlers.opened` reads a mail and answers with what
stands in it."""

import sys

import msgspec

from services.intake.domain.mail.reading import Read, Unreadable, read
from shared.sandbox import Sandbox, confine

_UNREADABLE = 3
_SANDBOX = Sandbox("services.intake.handlers.opened")


async def opened(raw: bytes) -> Read | None:
    """What stands in it; None for a mail that cannot be read, or breaks the process or its limits."""
    try:
        ended = await _SANDBOX.run(raw)
    except TimeoutError:
        return None
    return msgspec.msgpack.decode(ended.out, type=Read) if ended.status == 0 else None


def main() -> None:
    """Take one mail, answer, end."""
    confine()
    try:
        done = read(sys.stdin.buffer.read())
    except Unreadable:
        sys.exit(_UNREADABLE)
    sys.stdout.buffer.write(msgspec.msgpack.encode(done))


if __name__ == "__main__":
    main()
