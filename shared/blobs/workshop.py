"""The check in a process apart, started for each file: hostile bytes meet limits of memory, CPU and time, and nothing
of ours. `python -m shared.blobs.workshop <type>` reads a file on standard input and answers on standard output."""

import asyncio
import resource
import sys

from shared.blobs.check import Checked, Rejected, check

MEMORY_BYTES = 1024**3
CPU_SECONDS = 20
WALL_SECONDS = 40.0
AT_ONCE = 2
_REJECTED = 3


class Workshop:
    """Checks files, two at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def check(self, kind: str, content: bytes) -> Checked:
        """What the process apart makes of it. Raises `Rejected`; a file that breaks the process or its limits is
        `damaged`."""
        async with self._turn:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "shared.blobs.workshop",
                kind,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                async with asyncio.timeout(WALL_SECONDS):
                    out, err = await process.communicate(content)
            except TimeoutError:
                raise Rejected("too_complex") from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode == _REJECTED:
            raise Rejected(err.decode().strip())
        if process.returncode != 0:
            raise Rejected("damaged")
        size = int.from_bytes(out[:8])
        return Checked(content=out[8 : 8 + size], preview=out[8 + size :])


def main() -> None:
    """Take one file, answer, end."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        done = check(sys.argv[1], sys.stdin.buffer.read())
    except Rejected as rejected:
        sys.stderr.write(rejected.code)
        sys.exit(_REJECTED)
    sys.stdout.buffer.write(len(done.content).to_bytes(8) + done.content + done.preview)


if __name__ == "__main__":
    main()
