"""Attachments as bytes under names the server makes: a local folder, or S3 by URL. Knows nothing of what they are."""

from uuid import UUID

import obstore
from obstore.store import ObjectStore, from_url


class Blobs:
    """Put, get and delete by id. Raises FileNotFoundError where there is none."""

    def __init__(self, url: str) -> None:
        self._store: ObjectStore = from_url(url, mkdir=True) if url.startswith("file:") else from_url(url)

    async def put(self, blob: UUID, content: bytes) -> None:
        """Store the bytes; the same id again replaces them."""
        await obstore.put_async(self._store, _path(blob), content)

    async def get(self, blob: UUID) -> bytes:
        """The bytes."""
        found = await obstore.get_async(self._store, _path(blob))
        return bytes(await found.bytes_async())

    async def delete(self, blob: UUID) -> None:
        """Forget the bytes; forgetting twice is fine."""
        await obstore.delete_async(self._store, _path(blob))


def _path(blob: UUID) -> str:
    return f"{blob.hex[-2:]}/{blob.hex}"
