"""Stylesheets, scripts, fonts and pictures: read once, pressed once, and kept by browsers for a year.

The address of a file carries the hash of its contents, so a browser that has it never asks again and a changed file is
never mistaken for the old one. Files that name others (`url(...)` in a stylesheet) are rewritten to the hashed names.
"""

import gzip
import hashlib
import mimetypes
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PREFIX = "/static/"
_PRESSED = {"text/css", "text/javascript", "image/svg+xml", "application/json", "text/plain"}
_HASHED = re.compile(r"\.([0-9a-f]{12})(?=\.\w+$)")
_NAMED = re.compile(r"url\(\s*[\"']?(?!data:|#)([^)\"']+)[\"']?\s*\)")


class Asset(NamedTuple):
    """One file as it is served."""

    address: str
    kind: str
    content: bytes


class Assets:
    """Every file under the folder, by the name templates use: `components.css`, `vendor/htmx/htmx.min.js`."""

    def __init__(self, folder: Path) -> None:
        self._assets: dict[str, Asset] = {}
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        # stylesheets last: what they name must have its address by then
        for path in sorted(paths, key=lambda path: path.suffix == ".css"):
            name = path.relative_to(folder).as_posix()
            content = path.read_bytes()
            if path.suffix == ".css":
                content = self._rewritten(name, content)
            kind = "text/javascript" if path.suffix == ".js" else (mimetypes.guess_type(name)[0] or "text/plain")
            digest = hashlib.sha256(content).hexdigest()[:12]
            stem, _, suffix = name.rpartition(".")
            self._assets[name] = Asset(f"{PREFIX}{stem}.{digest}.{suffix}", kind, content)
        self.pressed = lru_cache(maxsize=None)(self._press)

    def url(self, name: str) -> str:
        """The address of the file of that name. An unknown name is a fault of the template that asked."""
        return self._assets[name].address

    def names(self) -> list[str]:
        """The names of all files."""
        return list(self._assets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file. A hash of another build still finds the file, but is not kept."""
        path = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix(PREFIX.rstrip("/")).lstrip("/")
        name = _HASHED.sub("", path)
        asset = self._assets.get(name)
        if asset is None or scope["method"] not in ("GET", "HEAD"):
            await Response(status_code=404 if asset is None else 405)(scope, receive, send)
            return
        kept = asset.address.endswith(path)
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if kept else "no-cache",
            "X-Content-Type-Options": "nosniff",
        }
        content = asset.content
        if asset.kind in _PRESSED:
            headers["Vary"] = "Accept-Encoding"
            accepted = dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")
            if "gzip" in accepted:
                content = self.pressed(name)
                headers["Content-Encoding"] = "gzip"
        await Response(content, media_type=asset.kind, headers=headers)(scope, receive, send)

    def _press(self, name: str) -> bytes:
        return gzip.compress(self._assets[name].content, 9, mtime=0)

    def _rewritten(self, name: str, content: bytes) -> bytes:
        folder = Path(name).parent

        def hashed(match: re.Match[str]) -> str:
            return f"url({self._assets[(folder / match[1]).as_posix()].address})"

        return _NAMED.sub(hashed, content.decode()).encode()
