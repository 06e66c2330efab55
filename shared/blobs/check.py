"""What may come in as a file, and what becomes of it. Pure: bytes in, bytes out, or `Rejected` with why.

Only JPEG, PNG and PDF, by content and by ending. Images are decoded and drawn anew, so metadata and whatever hides
behind the picture stay outside; PDFs are walked object by object for scripts, embedded files and launch actions, and
written anew. Every file gets a picture of itself (PNG, at most 1,000 px) that is safe to show. Meant to run in a
process of its own with limits (`sandboxed`): it opens hostile bytes. The libraries that do so are imported only there:
a service that names a reason needs none of their memory.
"""

import io
import unicodedata
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.errors import Text

if TYPE_CHECKING:
    import pikepdf
    from PIL import Image

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_PAGES = 300
MAX_OBJECTS = 100_000
MAX_NAME = 200
PREVIEW_PIXELS = 1000

TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-"}
FORBIDDEN_KEYS = ("/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia", "/XFA")
FORBIDDEN_ACTIONS = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/RichMediaExecute", "/GoToE")
SEVERAL_AT_ONCE = (b"pk\x05\x06", b"<script", b"<!doctype html", b"<html")
"""In small letters: the end of a ZIP, and pages."""
PHONES = b"SEFT"
"""What Samsung's phones write behind a JPEG ends with this. It is left out, as all that is not the picture."""

REASONS: dict[str, Text] = {
    "name_too_long": Text(
        f"Nama fail tidak boleh melebihi {MAX_NAME} aksara", f"A file name has at most {MAX_NAME} characters"
    ),
    "name_not_plain": Text(
        "Nama fail mengandungi aksara yang tidak dibenarkan", "The file name contains characters that are not allowed"
    ),
    "not_allowed": Text("Hanya fail JPG, PNG atau PDF dibenarkan", "Only JPG, PNG or PDF files are allowed"),
    "not_what_it_says": Text(
        "Kandungan fail tidak sepadan dengan jenisnya", "The file's content does not match its type"
    ),
    "too_large": Text("Fail melebihi 10 MB", "The file is larger than 10 MB"),
    "empty": Text("Fail ini kosong", "The file is empty"),
    "too_many_pixels": Text("Imej ini terlalu besar", "The image has too many pixels"),
    "several_at_once": Text("Fail ini menyembunyikan kandungan lain", "The file hides other content behind its own"),
    "damaged": Text("Fail ini rosak atau tidak lengkap", "The file is damaged or incomplete"),
    "encrypted": Text(
        "PDF ini berkata laluan; sila muat naik tanpa kata laluan", "The PDF is protected; upload it unprotected"
    ),
    "active": Text(
        "PDF ini mengandungi skrip atau tindakan automatik", "The PDF contains a script or an automatic action"
    ),
    "embedded": Text("PDF ini mengandungi fail lain di dalamnya", "The PDF contains another file"),
    "too_complex": Text("PDF ini terlalu rumit untuk diperiksa", "The PDF is too complex to be checked"),
    "infected": Text("Fail ini mengandungi virus", "The file contains a virus"),
}


class Rejected(Exception):
    """The file stays outside. `code` is a key of `REASONS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Checked:
    """The file as it is kept, and its picture."""

    content: bytes
    preview: bytes


def expected_type(name: str, content: bytes) -> str:
    """The type that name and content agree on. Raises `Rejected`. Cheap: looks at a few bytes."""
    if len(name) > MAX_NAME:
        raise Rejected("name_too_long")
    if name != name.strip() or not name or any(_is_not_plain(letter) for letter in name) or name.startswith("."):
        raise Rejected("name_not_plain")
    if not content:
        raise Rejected("empty")
    if len(content) > MAX_BYTES:
        raise Rejected("too_large")
    kind = TYPES.get(name.rpartition(".")[2].lower())
    if kind is None:
        raise Rejected("not_allowed")
    if not content.startswith(MAGIC[kind]):
        raise Rejected("not_what_it_says")
    return kind


def check(kind: str, content: bytes) -> Checked:
    """The file drawn or written anew, and its picture. Raises `Rejected`."""
    return _pdf(content) if kind == "application/pdf" else _image(kind, content)


def _is_not_plain(letter: str) -> bool:
    return letter in '/\\:*?"<>|' or unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} or letter in "‪‫‬‭‮⁦⁧⁨⁩"


def _image(kind: str, content: bytes) -> Checked:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    _refuse_several(kind, content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=["JPEG" if kind == "image/jpeg" else "PNG"]) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise Rejected("too_many_pixels")
                opened.load()
                drawn = ImageOps.exif_transpose(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Rejected("too_many_pixels") from None
    except (OSError, ValueError, SyntaxError, Warning):
        raise Rejected("damaged") from None
    clean = Image.new(
        "RGBA" if drawn.mode in {"RGBA", "LA", "PA"} or "transparency" in drawn.info else "RGB", drawn.size
    )
    clean.paste(drawn.convert(clean.mode))
    out = io.BytesIO()
    if kind == "image/jpeg":
        clean.convert("RGB").save(out, "JPEG", quality=90, optimize=True)
    else:
        clean.save(out, "PNG")
    return Checked(out.getvalue(), _preview(clean))


def _refuse_several(kind: str, content: bytes) -> None:
    """Nothing but a phone's notes may stand behind a picture's end, nor a second file's mark in its last stretch."""
    end = b"\xff\xd9" if kind == "image/jpeg" else b"IEND\xaeB`\x82"
    behind = content[content.rfind(end) + len(end) :]
    if content.rfind(end) < 0:
        raise Rejected("damaged")
    if kind == "image/jpeg" and behind.endswith(PHONES) and b"%PDF-" not in behind:
        behind = b""
    if behind.strip(b"\x00\r\n ") or any(mark in content[-66_000:].lower() for mark in SEVERAL_AT_ONCE):
        raise Rejected("several_at_once")


def _pdf(content: bytes) -> Checked:
    import pikepdf
    import pypdfium2

    behind = content[content.rfind(b"%%EOF") + 5 :]
    if content.rfind(b"%%EOF") < 0:
        raise Rejected("damaged")
    if behind.strip(b"\x00\r\n ") or b"PK\x05\x06" in content[-66_000:]:
        raise Rejected("several_at_once")
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise Rejected("encrypted")
            if len(pdf.objects) > MAX_OBJECTS or len(pdf.pages) > MAX_PAGES:
                raise Rejected("too_complex")
            if len(pdf.pages) == 0:
                raise Rejected("damaged")
            _walk(pdf)
            if "/Info" in pdf.trailer:
                del pdf.trailer["/Info"]
            if "/Metadata" in pdf.Root:
                del pdf.Root["/Metadata"]
            out = io.BytesIO()
            pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError:
        raise Rejected("encrypted") from None
    except (pikepdf.PdfError, ValueError, RecursionError):
        raise Rejected("damaged") from None
    try:
        with pypdfium2.PdfDocument(out.getvalue()) as document:
            page = document[0]
            scale = PREVIEW_PIXELS / max(*page.get_size(), 1.0)
            picture = page.render(scale=min(scale, 3.0)).to_pil()
    except (pypdfium2.PdfiumError, ValueError, OSError):
        raise Rejected("damaged") from None
    return Checked(out.getvalue(), _preview(picture))


def _walk(pdf: "pikepdf.Pdf") -> None:
    """Every object there is, and everything inside it: hidden ones too, not only what the pages lead to."""
    import pikepdf

    seen = 0
    waiting: list[object] = [*pdf.objects, pdf.trailer]
    while waiting:
        seen += 1
        if seen > MAX_OBJECTS * 10:
            raise Rejected("too_complex")
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Array):
            waiting += [part for part in thing if _is_nest(part)]
        elif isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
            _look_at(thing)
            waiting += [part for _, part in thing.items() if _is_nest(part)]


def _is_nest(part: object) -> bool:
    """Something with direct content of its own; what it refers to is in the list of objects anyway."""
    import pikepdf

    nests = (pikepdf.Array, pikepdf.Dictionary)
    return isinstance(part, nests) and not getattr(part, "is_indirect", False)


def _look_at(thing: "pikepdf.Dictionary | pikepdf.Stream") -> None:
    keys = set(thing.keys())
    action = str(thing.get("/S", ""))
    kind = str(thing.get("/Type", ""))
    if keys & {"/EmbeddedFile", "/EmbeddedFiles", "/EF"} or kind == "/EmbeddedFile":
        raise Rejected("embedded")
    if keys & set(FORBIDDEN_KEYS) or action in FORBIDDEN_ACTIONS:
        raise Rejected("active")


def _preview(picture: "Image.Image") -> bytes:
    small = picture.convert("RGBA" if picture.mode == "RGBA" else "RGB")
    small.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
    out = io.BytesIO()
    small.save(out, "PNG")
    return out.getvalue()
