"""The check in a sandbox: `python -m shared.blobs.sandboxed <type>` reads a file and answers with what became of it."""

import sys

from shared.blobs.check import Checked, Rejected, check
from shared.sandbox import Sandbox, confine

_REJECTED = 3


class SandboxedCheck:
    """Checks files, each in a process apart."""

    def __init__(self) -> None:
        self._sandbox = Sandbox("shared.blobs.sandboxed")

    async def check(self, kind: str, content: bytes) -> Checked:
        """As `check.check`. Raises `Rejected`; a file that breaks the process or its limits is `damaged`, one that
        takes too long `too_complex`."""
        try:
            ended = await self._sandbox.run(content, kind)
        except TimeoutError:
            raise Rejected("too_complex") from None
        if ended.status == _REJECTED:
            raise Rejected(ended.err.decode().strip())
        if ended.status != 0:
            raise Rejected("damaged")
        size = int.from_bytes(ended.out[:8])
        return Checked(content=ended.out[8 : 8 + size], preview=ended.out[8 + size :])


def main() -> None:
    """Take one file, answer, end."""
    confine()
    try:
        done = check(sys.argv[1], sys.stdin.buffer.read())
    except Rejected as rejected:
        sys.stderr.write(rejected.code)
        sys.exit(_REJECTED)
    sys.stdout.buffer.write(len(done.content).to_bytes(8) + done.content + done.preview)


if __name__ == "__main__":
    main()
