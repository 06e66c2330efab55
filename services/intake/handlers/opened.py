"""A mail opened in a process apart, started for each: hostile bytes meet limits of memory, CPU and time, and nothing of
ours. `python -m services.intake.handlers.opened` reads a mail on standard input and answers on standard output."""

import asyncio
import resource
import sys

import msgspec

from services.intake.domain.mail.reading import Read, Unreadable, read

MEMORY_BYTES = 1024**3
CPU_SECONDS = 20
WALL_SECONDS = 40.0
AT_ONCE = 2
_UNREADABLE = 3
_TURN = asyncio.Semaphore(AT_ONCE)


async def opened(raw: bytes) -> Read | None:
    """What stands in it; None for a mail that cannot be read, or breaks the process or its limits."""
    async with _TURN:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.intake.handlers.opened",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(WALL_SECONDS):
                out, _ = await process.communicate(raw)
        except TimeoutError:
            return None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return msgspec.msgpack.decode(out, type=Read) if process.returncode == 0 else None


def main() -> None:
    """Take one mail, answer, end."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        done = read(sys.stdin.buffer.read())
    except Unreadable:
        sys.exit(_UNREADABLE)
    sys.stdout.buffer.write(msgspec.msgpack.encode(done))


if __name__ == "__main__":
    main()
