"""Attachments as bytes under names the server makes: a local folder, or S3 by URL. Knows nothing of what they are."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

Part = Literal["content", "preview"]


class Blobs:
    """Put, get and delete by id: the content, and the picture of it. Raises FileNotFoundError where there is none, and
    any other OSError where the store does not do its work."""

    def __init__(self, url: str) -> None:
        self._store: ObjectStore = from_url(url, mkdir=True) if url.startswith("file:") else from_url(url)

    async def put(self, blob: UUID, content: bytes, part: Part = "content") -> None:
        """Store the bytes; the same id again replaces them."""
        with _working():
            await obstore.put_async(self._store, _path(blob, part), content)

    async def get(self, blob: UUID, part: Part = "content") -> bytes:
        """The bytes."""
        with _working():
            found = await obstore.get_async(self._store, _path(blob, part))
            return bytes(await found.bytes_async())

    async def delete(self, blob: UUID) -> None:
        """Forget content and picture; forgetting twice is fine."""
        for part in ("content", "preview"):
            with _working(), suppress(FileNotFoundError):
                await obstore.delete_async(self._store, _path(blob, part))


@contextmanager
def _working() -> Iterator[None]:
    try:
        yield
    except BaseError as error:
        raise OSError(f"the blob store failed: {error}") from error


def _path(blob: UUID, part: str) -> str:
    return f"{blob.hex[-2:]}/{blob.hex}.{part}"
