"""What a browser sent with a form: its words, and the files it chose.

Files lie on disk while they wait to go on. Of one that is too large, and of one too many, no more is kept than shows
that it is, but the whole form is read: whoever sent it gets everything typed back, with what is wrong.
"""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from fastapi import HTTPException, Request
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from services.portal.clients.intake import Limits

FIELDS, FILES = 6000, 1000
"""More fields than the longest list of the form has, five a row; more files than any person chooses."""

WORDS_BYTES = 1024 * 1024
"""Of all fields together: 32,000 characters several times over."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file that came with the form. `size` in bytes; one more than allowed stands for any that is too large. One that
    is `beyond` the number allowed in its field has nothing of its content."""

    field: str
    name: str
    size: int
    beyond: bool
    file: UploadFile


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent, in its order."""

    words: list[tuple[str, str]]
    chosen: list[Chosen]

    async def close(self) -> None:
        """Let go of the files."""
        for chosen in self.chosen:
            await chosen.file.close()


async def read(request: Request, limits: Limits) -> Sent:
    """The form of this request. Raises `HTTPException` 400 for one that no browser sends."""
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        try:
            async with aclosing(request.stream()) as stream:
                form = await _Reader(request.headers, stream, limits).parse()
        except MultiPartException as error:
            raise HTTPException(400) from error
    else:
        form = await request.form(max_files=0, max_fields=FIELDS)
    words: list[tuple[str, str]] = []
    chosen: list[Chosen] = []
    for name, value in form.multi_items():
        if isinstance(value, str):
            # browsers send CR LF for every line end in a form, whatever was typed
            words.append((name, value.replace("\r\n", "\n")))
        elif value.filename or value.size:
            beyond = sum(one.field == name for one in chosen) >= limits.attachments
            chosen.append(Chosen(name, value.filename or "", value.size or 0, beyond, value))
        else:
            # a field in which no file was chosen comes as an empty file without a name
            await value.close()
    return Sent(words, chosen)


class _Reader(MultiPartParser):
    """Starlette's, which refuses the whole form for one file."""

    def __init__(self, headers: Headers, stream: AsyncGenerator[bytes, None], limits: Limits) -> None:
        super().__init__(headers, stream, max_files=FILES, max_fields=FIELDS)
        self._limits = limits
        self._left = 0
        self._words = 0
        self._seen: Counter[str] = Counter()

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        field = self._current_part.field_name
        self._seen[field] += 1
        self._left = self._limits.attachment_bytes + 1 if self._seen[field] <= self._limits.attachments else 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is None:
            self._words += end - start
            if self._words > WORDS_BYTES:
                raise HTTPException(413)
        else:
            end = min(end, start + self._left)
            self._left -= end - start
            if start == end:
                return
        super().on_part_data(data, start, end)
