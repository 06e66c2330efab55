"""Static files: what is vendored is what it says, and what is kept by browsers can never go stale."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import httpx2

from services.portal.assets import Assets

STATIC = Path("services/portal/static")
MANIFEST = json.loads((STATIC / "vendor/manifest.json").read_text())


def test_every_vendored_file_is_the_one_in_the_manifest() -> None:
    for row in MANIFEST:
        assert hashlib.sha256((STATIC / "vendor" / row["file"]).read_bytes()).hexdigest() == row["sha256"], row["file"]


def test_every_vendored_file_has_its_package_version_and_licence() -> None:
    files = {p.relative_to(STATIC / "vendor").as_posix() for p in (STATIC / "vendor").rglob("*") if p.is_file()}
    assert files - {"manifest.json"} == {row["file"] for row in MANIFEST}
    assert all(row["package"] and row["version"] and row["licence"] for row in MANIFEST)


def test_a_changed_file_has_another_address(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a{}")
    before = Assets(tmp_path).url("a.css")
    (tmp_path / "a.css").write_text("b{}")
    assert Assets(tmp_path).url("a.css") != before


def test_a_stylesheet_names_hashed_files_only() -> None:
    assets = Assets(STATIC)
    for name in assets.names():
        if name.endswith(".css") and "vendor" not in name:
            content = gzip.decompress(assets.pressed(name)).decode()
            for named in re.findall(r"url\(([^)]+)\)", content):
                assert re.fullmatch(r"/static/.+\.[0-9a-f]{12}\.\w+", named), (name, named)


async def test_a_hashed_address_is_kept_for_ever_and_pressed(visitor: httpx2.AsyncClient) -> None:
    address = Assets(STATIC).url("components.css")
    answer = await visitor.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"].startswith("text/css")
    assert answer.text == (STATIC / "components.css").read_text().replace(
        "picture/chevron.svg", Assets(STATIC).url("picture/chevron.svg")
    )


async def test_the_address_of_another_build_is_served_but_not_kept(visitor: httpx2.AsyncClient) -> None:
    answer = await visitor.get("/static/components.000000000000.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_nothing_outside_the_folder_is_served(visitor: httpx2.AsyncClient) -> None:
    for path in ("/static/../main.py", "/static/%2e%2e/main.py", "/static//etc/passwd", "/static/", "/static/nope.css"):
        assert (await visitor.get(path)).status_code == 404
    assert (await visitor.post("/static/components.css")).status_code == 405


async def test_the_first_view_weighs_less_than_forty_kilobytes(visitor: httpx2.AsyncClient) -> None:
    page = await visitor.get("/", headers={"Accept-Encoding": "gzip"})
    assets = Assets(STATIC)
    parts = [gzip.compress(page.content, 6)]
    parts += [assets.pressed(name) for name in ("tokens.css", "components.css", "portal.js", "robot.js")]
    parts += [(STATIC / "vendor/fonts/poppins-latin-600-normal.woff2").read_bytes()]
    parts += [assets.pressed("picture/mark.svg"), assets.pressed("picture/chevron.svg")]
    assert sum(map(len, parts)) < 40_000
