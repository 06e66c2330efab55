"""A file on its way to a service, and one that a service keeps."""

import msgspec

KINDS = {"image/jpeg": "JPG", "image/png": "PNG", "application/pdf": "PDF"}


class File(msgspec.Struct, frozen=True):
    """A file that intake or workflow has taken: `size` in bytes, `scan` is `clean` or `not_scanned`."""

    id: str
    name: str
    type: str = ""
    size: int = 0
    scan: str = ""

    @property
    def kind(self) -> str:
        """The type as people call it."""
        return KINDS.get(self.type, self.type)

    @property
    def unscanned(self) -> bool:
        """Whether no scanner has looked at it."""
        return self.scan == "not_scanned"

    @property
    def packed(self) -> str:
        """The file as a page carries it from one request to the next."""
        return msgspec.json.encode(self).decode()


def unpacked(text: str) -> File | None:
    """What a page carried; none where it was bent on the way."""
    try:
        return msgspec.json.decode(text, type=File)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None
