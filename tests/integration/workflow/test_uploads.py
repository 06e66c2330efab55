"""Files of staff: checked on the way in, used once, by whoever brought them."""

from typing import Any
from uuid import uuid4

import httpx2

from shared.blobs.uploads import Uploads
from tests.integration.workflow.office import NUMBER, Office
from tests.unit.shared.blobs import files


async def upload(office: Office, who: str, name: str = "log.png", content: bytes | None = None) -> httpx2.Response:
    sent = {"file": (name, content if content is not None else files.a_png(), "application/octet-stream")}
    return await office.client.post("/v1/uploads", files=sent, headers=office.as_(who))


async def started(office: Office) -> None:
    await office.file()
    await office.assign()


async def test_a_reply_carries_its_file_with_what_is_known_of_it(office: Office) -> None:
    await started(office)
    taken = await upload(office, "pic")
    assert taken.status_code == 201, taken.text
    done = await office.act("pic", "reply", text="Lihat gambar.", attachments=[taken.json()["id"]])
    assert done.status_code == 200, done.text
    said = await last_event(office)
    assert [(one["name"], one["type"], one["scan"]) for one in said["files"]] == [
        ("log.png", "image/png", "not_scanned")
    ]


async def test_a_file_is_used_once_and_only_by_whoever_brought_it(office: Office) -> None:
    await started(office)
    mine = (await upload(office, "pic")).json()["id"]
    theirs = (await upload(office, "admin")).json()["id"]
    for attachments in ([theirs], [str(uuid4())], ["../../x"], [mine, mine]):
        refused = await office.act("pic", "reply", text="x", attachments=attachments)
        assert refused.status_code == 422, refused.text
        assert refused.json()["errors"][0]["field"] == "attachments"
    assert (await office.act("pic", "reply", text="x", attachments=[mine])).status_code == 200
    assert (await office.act("pic", "reply", text="x", attachments=[mine])).status_code == 422


async def test_a_refused_act_leaves_its_file_to_be_used_again(office: Office) -> None:
    await started(office)
    mine = (await upload(office, "pic")).json()["id"]
    assert (await office.act("pic", "reply", text=" ", attachments=[mine])).status_code == 422
    assert (await office.act("pic", "reply", text="x", attachments=[mine])).status_code == 200


async def test_a_refused_file_is_told_in_both_languages(office: Office) -> None:
    refused = await upload(office, "pic", "virus.jpg", b"MZ\x90")
    assert refused.status_code == 422
    error = refused.json()["errors"][0]
    assert (error["field"], error["code"]) == ("file", "not_what_it_says")
    assert error["ms"] != error["en"]


async def test_a_file_may_be_far_larger_than_json(office: Office) -> None:
    taken = await upload(office, "pic", "besar.png", files.a_large_png())
    assert taken.status_code == 201, taken.text
    assert taken.json()["size"] > 500_000


async def test_forty_megabytes_are_refused_without_being_kept(office: Office) -> None:
    refused = await upload(office, "pic", "besar.png", bytes(40 * 1024 * 1024))
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert refused.json()["messages"]["ms"] != refused.json()["messages"]["en"]
    assert await kept(office) == 0


async def test_what_nobody_used_for_a_day_is_swept_bytes_and_row(office: Office) -> None:
    unused = (await upload(office, "pic")).json()["id"]
    async with office.app.state.db.transaction() as tx:
        await tx.execute("update upload set at = at - interval '25 hours'")
    uploads: Uploads = office.app.state.uploads
    assert await uploads.sweep() == 1
    await started(office)
    assert (await office.act("pic", "reply", text="x", attachments=[unused])).status_code == 422
    assert await kept(office) == 0


async def kept(office: Office) -> int:
    async with office.app.state.db.transaction() as tx:
        count: int = await tx.fetchval("select count(*) from upload")
    return count


async def last_event(office: Office) -> dict[str, Any]:
    history = (await office.client.get(f"/v1/complaints/{NUMBER}/events", headers=office.as_("pic"))).json()
    said: dict[str, Any] = history["items"][-1]["data"]
    return said
