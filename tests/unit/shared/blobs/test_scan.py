"""What a virus scanner says of a file, and what is said where it says nothing."""

import asyncio

import pytest

from shared.blobs import scan as scanning_room
from shared.blobs.scan import CLEAN, INFECTED, NOT_SCANNED, scan
from tests.support.clamd import scanning

LARGE = bytes(range(256)) * 1000


async def test_a_clean_file_is_clean_and_the_scanner_saw_all_of_it() -> None:
    async with scanning(b"stream: OK") as scanner:
        assert await scan(scanner.address, LARGE) == CLEAN
        assert scanner.shown == [LARGE]


async def test_an_infected_file_is_infected() -> None:
    async with scanning(b"stream: Eicar-Signature FOUND") as scanner:
        assert await scan(scanner.address, b"x") == INFECTED


@pytest.mark.parametrize("says", [b"INSTREAM size limit exceeded. ERROR", b"", b"UNKNOWN COMMAND", b"stream: not OK!"])
async def test_whatever_else_it_says_is_not_a_scan(says: bytes) -> None:
    async with scanning(says) as scanner:
        assert await scan(scanner.address, b"x") == NOT_SCANNED


async def test_a_silent_scanner_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning_room, "SECONDS", 0.05)
    async with scanning(None) as scanner:
        assert await scan(scanner.address, b"x") == NOT_SCANNED
        async with asyncio.timeout(5):
            await scanner.gone.wait()


async def test_without_a_scanner_files_say_so() -> None:
    assert await scan(None, b"x") == NOT_SCANNED
    assert await scan("", b"x") == NOT_SCANNED


async def test_a_scanner_that_is_down_is_no_scanner() -> None:
    async with scanning(b"stream: OK") as scanner:
        address = scanner.address
    assert await scan(address, b"x") == NOT_SCANNED
