"""Files at the public's door: what is taken in, what is refused with why, and what is forgotten."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
import uvicorn
from PIL import Image

from shared.blobs.store import Blobs, Part
from tests.integration.intake.desk import Intake, fields, from_address, running
from tests.support.clamd import scanning
from tests.support.eventually import eventually
from tests.support.infra import Broker, Database
from tests.unit.shared.blobs import files

EXE = b"MZ\x90\x00" + bytes(100)
HTML = b"<html><script>alert(1)</script></html>"
ZIP = b"PK\x03\x04" + bytes(40) + b"PK\x05\x06" + bytes(18)

HOSTILE: list[tuple[str, bytes, str]] = [
    ("gambar.jpg", EXE, "not_what_it_says"),
    ("surat.pdf", HTML, "not_what_it_says"),
    ("gambar.svg", b"<svg onload='alert(1)'/>", "not_allowed"),
    ("gambar.png", b"<svg onload='alert(1)'/>", "not_what_it_says"),
    ("gambar.png.exe", EXE, "not_allowed"),
    ("kosong.png", b"", "empty"),
    ("besar.png", files.a_png() + bytes(10 * 1024 * 1024), "too_large"),
    ("../../x.png", files.a_png(), "name_not_plain"),
    ("..\\x.png", files.a_png(), "name_not_plain"),
    ("a\u202egnp.png", files.a_png(), "name_not_plain"),
    (".png", files.a_png(), "name_not_plain"),
    ("x" * 496 + ".png", files.a_png(), "name_too_long"),
    ("bom.png", files.a_png_bomb(), "too_many_pixels"),
    ("separuh.jpg", files.a_jpeg()[:-200], "damaged"),
    ("dua.png", files.a_png() + ZIP, "several_at_once"),
    ("dua.jpg", files.a_jpeg() + HTML, "several_at_once"),
    ("dua.pdf", files.a_pdf() + HTML, "several_at_once"),
    ("skrip.pdf", files.a_pdf_with_a_script(), "active"),
    ("tersembunyi.pdf", files.a_pdf_with_a_hidden_script(), "active"),
    ("fail.pdf", files.a_pdf_with_a_file(), "embedded"),
    ("kunci.pdf", files.an_encrypted_pdf(), "encrypted"),
    ("separuh.pdf", files.a_pdf()[:300], "damaged"),
]


@pytest.fixture
def kept_in(tmp_path: Path) -> Path:
    """Where the files of this test lie."""
    return tmp_path / "blobs"


@pytest.fixture
async def door(database: Database, broker: Broker, kept_in: Path) -> AsyncIterator[Intake]:
    async with running(database, broker, blobs=kept_in.as_uri()) as intake:
        yield intake


def lying(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@contextmanager
def gone(folder: Path) -> Iterator[None]:
    """The store is not there for a while."""
    aside = folder.rename(folder.with_name("aside"))
    folder.write_text("no folder")
    yield
    folder.unlink()
    aside.rename(folder)


async def nothing_is_kept(door: Intake, folder: Path) -> bool:
    return await door.count("upload") == 0 and lying(folder) == []


async def test_a_picture_is_taken_in_without_what_it_tells_of_its_maker(door: Intake, kept_in: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "rumah Aminah"
    taken = await door.bring("skrin saya.JPG", files.a_jpeg(exif=exif.tobytes()))
    assert taken.status_code == 201, taken.text
    said = taken.json()
    assert said.keys() == {"id", "name", "type", "size", "scan"}
    assert (said["name"], said["type"], said["scan"]) == ("skrin saya.JPG", "image/jpeg", "not_scanned")
    blobs = Blobs(kept_in.as_uri())
    content = await blobs.get(UUID(said["id"]))
    assert len(content) == said["size"]
    assert b"rumah Aminah" not in content
    with Image.open(io.BytesIO(await blobs.get(UUID(said["id"]), "preview"))) as preview:
        assert preview.format == "PNG"


async def test_a_large_picture_and_a_document_are_taken_in(door: Intake) -> None:
    assert (await door.bring("besar.png", files.a_large_png())).status_code == 201
    assert (await door.bring("ڤنجلسن (salinan).pdf", files.a_pdf())).json()["name"] == "ڤنجلسن (salinan).pdf"


async def test_every_hostile_file_is_refused_with_why_and_nothing_is_kept(door: Intake, kept_in: Path) -> None:
    for name, content, code in HOSTILE:
        refused = await door.bring(name, content)
        assert fields(refused) == {"file": code}, name
        error = refused.json()["errors"][0]
        assert error["ms"] != error["en"], name
    assert await nothing_is_kept(door, kept_in)


async def test_forty_megabytes_are_too_large_in_both_languages(door: Intake, kept_in: Path) -> None:
    refused = await door.bring("besar.png", bytes(40 * 1024 * 1024))
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert refused.json()["messages"]["ms"] != refused.json()["messages"]["en"]
    assert await nothing_is_kept(door, kept_in)


def a_form(name: bytes, content: bytes) -> bytes:
    """A multipart body, its file's name exactly these bytes."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n'
    return head + content + b"\r\n--x--\r\n"


async def test_line_ends_in_a_name_end_nothing(door: Intake) -> None:
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    for name in (b"a\r\nContent-Type: text/html\r\n\r\nb.png", b"a\nb.png", b"a\rb.png", b"a\0b.png", b'a"; x="b.png'):
        refused = await door.client.post("/v1/uploads", content=a_form(name, files.a_png()), headers=form)
        assert refused.status_code == 422, name
    escaped = await door.client.post("/v1/uploads", content=a_form(b"a%0D%0Ab.png", files.a_png()), headers=form)
    assert escaped.json()["name"] == "a%0D%0Ab.png", "as browsers write them: a plain name"
    assert await door.count("upload") == 1


async def test_what_is_no_form_with_a_file_is_refused(door: Intake) -> None:
    client = door.client
    answers = [
        await client.post("/v1/uploads", json={"file": "x"}),
        await client.post("/v1/uploads", data={"file": "x"}),
        await client.post("/v1/uploads", files={"other": ("x.png", files.a_png())}),
        await client.post("/v1/uploads", content=b"--", headers={"Content-Type": "multipart/form-data; boundary=x"}),
        await client.post("/v1/uploads", content=b"x", headers={"Content-Type": "multipart/form-data"}),
    ]
    assert [answer.status_code for answer in answers] == [422] * len(answers)
    assert all(answer.json()["messages"]["ms"] for answer in answers)


async def test_an_infected_file_is_refused_and_a_clean_one_says_so(
    database: Database, broker: Broker, kept_in: Path
) -> None:
    blobs = kept_in.as_uri()
    async with (
        scanning(b"stream: Eicar FOUND") as scanner,
        running(database, broker, blobs=blobs, clamd=scanner.address) as door,
    ):
        assert fields(await door.bring()) == {"file": "infected"}
        assert await nothing_is_kept(door, kept_in)
        scanner.says = b"stream: OK"
        assert (await door.bring()).json()["scan"] == "clean"


async def test_an_upload_cut_in_the_middle_leaves_nothing(door: Intake, kept_in: Path) -> None:
    server = uvicorn.Server(uvicorn.Config(door.app, port=0, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    host, port = server.servers[0].sockets[0].getsockname()
    body = a_form(b"skrin.png", files.a_large_png())
    _, writer = await asyncio.open_connection(host, port)
    head = f"POST /v1/uploads HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n" + body[: len(body) // 2])
    await writer.drain()
    writer.close()

    async def given_up() -> bool:
        return 'route="/v1/uploads"' in (await door.client.get("/metrics")).text

    heard: bool = await eventually(given_up)
    assert heard
    assert await nothing_is_kept(door, kept_in)
    server.should_exit = True
    await serving


async def test_a_file_that_was_not_stored_whole_cannot_be_used(
    door: Intake, kept_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Blobs.put

    async def full(self: Blobs, blob: UUID, content: bytes, part: Part = "content") -> None:
        if part == "preview":
            raise OSError("no space left")
        await put(self, blob, content, part)

    monkeypatch.setattr(Blobs, "put", full)
    assert (await door.bring()).status_code == 503
    unusable = str((await door.rows("select id from upload"))[0]["id"])
    assert fields(await door.file(attachments=[unusable])) == {"attachments": "no_such_file"}
    await grow_old(door)
    assert await door.app.state.desk.uploads.sweep() == 1
    assert await nothing_is_kept(door, kept_in)


async def grow_old(door: Intake) -> None:
    async with door.app.state.db.transaction() as tx:
        await tx.execute("update upload set at = at - interval '25 hours'")


async def test_what_nobody_used_for_a_day_is_swept_and_what_was_used_stays(door: Intake, kept_in: Path) -> None:
    used, unused = await door.brought(), await door.brought()
    await door.filed(attachments=[used])
    assert await door.app.state.desk.uploads.sweep() == 0
    await grow_old(door)
    assert fields(await door.file(attachments=[unused])) == {"attachments": "no_such_file"}, "also before the sweep"
    assert await door.app.state.desk.uploads.sweep() == 1
    assert fields(await door.file(attachments=[unused])) == {"attachments": "no_such_file"}
    assert [str(row["id"]) for row in await door.rows("select id from upload")] == [used]
    assert lying(kept_in) == [f"{UUID(used).hex}.content", f"{UUID(used).hex}.preview"]


async def test_a_sweep_that_is_broken_off_is_done_by_the_next_one(door: Intake, kept_in: Path) -> None:
    await door.brought()
    await grow_old(door)
    with gone(kept_in):
        with pytest.raises(OSError, match="blob store"):
            await door.app.state.desk.uploads.sweep()
        assert (await door.bring()).status_code == 503
    await grow_old(door)
    await door.app.state.desk.uploads.sweep()
    assert await nothing_is_kept(door, kept_in)


async def test_the_sweep_runs_by_itself(database: Database, broker: Broker, kept_in: Path) -> None:
    async with running(database, broker, blobs=kept_in.as_uri()) as door:
        await door.brought()
        await grow_old(door)
    async with running(database, broker, blobs=kept_in.as_uri()) as again:

        async def swept() -> bool:
            return await nothing_is_kept(again, kept_in)

        gone: bool = await eventually(swept)
        assert gone


async def statuses(door: Intake, addresses: list[str]) -> list[int]:
    empty = [await door.bring("x.png", b"", from_address(address)) for address in addresses]
    return [answer.status_code for answer in empty]


async def test_sixty_files_an_hour_from_one_address(limited: Intake) -> None:
    assert await statuses(limited, ["198.51.100.1"] * 61) == [422] * 60 + [429]
    assert await statuses(limited, ["198.51.100.2"]) == [422]
    same_home = [f"2001:db8::{n:x}" for n in range(61)]
    assert (await statuses(limited, same_home))[-1] == 429


async def waiting(door: Intake, how_many: int, size: int) -> None:
    async with door.app.state.db.transaction() as tx:
        await tx.execute(
            "insert into upload (id, owner, name, type, size, scan, stored)"
            " select gen_random_uuid(), 'public', 'x.png', 'image/png', $2, 'clean', true from generate_series(1, $1)",
            how_many,
            size,
        )


@pytest.mark.parametrize(("how_many", "size"), [(2_000, 1), (410, 10 * 1024 * 1024)])
async def test_what_waits_unused_has_an_end(door: Intake, how_many: int, size: int) -> None:
    await waiting(door, how_many - 1, size)
    assert (await door.bring()).status_code == 201
    await waiting(door, 1, size)
    full: httpx2.Response = await door.bring()
    said: dict[str, Any] = full.json()
    assert (full.status_code, said["code"]) == (429, "uploads_full")
    assert said["messages"]["ms"] != said["messages"]["en"]
    assert int(full.headers["Retry-After"]) > 0
    assert (await door.file()).status_code == 201, "a complaint without files is always taken"
