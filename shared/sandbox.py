"""A program of ours in a process apart, a new one for each input: hostile bytes meet limits of memory, CPU and time,
and nothing of ours. It reads standard input, and answers on standard output and standard error."""

import asyncio
import resource
import sys
from typing import NamedTuple

MEMORY_BYTES = 1024**3
CPU_SECONDS = 20
WALL_SECONDS = 40.0
AT_ONCE = 2


class Ended(NamedTuple):
    """How the program ended, and what it said."""

    status: int
    out: bytes
    err: bytes


class Sandbox:
    """Runs `python -m <module>`, two at a time."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def run(self, content: bytes, *arguments: str) -> Ended:
        """Give it the bytes and wait for its end. Raises `TimeoutError` after 40 seconds; nothing is left."""
        async with self._turn:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                async with asyncio.timeout(WALL_SECONDS):
                    out, err = await process.communicate(content)
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        return Ended(process.returncode or 0, out, err)


def confine() -> None:
    """What the program does first: takes its limits on, and can write no file from here on."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
