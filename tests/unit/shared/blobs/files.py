"""Files people send, files people should not, and what is known of one that was taken in."""

import io
import struct
import zlib
from uuid import NAMESPACE_URL, uuid5

import pikepdf
from PIL import Image

from shared.blobs.check import TYPES
from shared.blobs.file import File


def taken_in(name: str, about: str = "", *, scan: str = "clean") -> File:
    """What is known of a file of this name; the same about the same complaint always has the same id."""
    kind = TYPES[name.rpartition(".")[2].lower()]
    return File(id=str(uuid5(NAMESPACE_URL, f"{about}|{name}")), name=name, type=kind, size=1234, scan=scan)


def a_jpeg(*, exif: bytes = b"") -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 48), 40).convert("RGB").save(out, "JPEG", exif=exif)
    return out.getvalue()


def a_jpeg_of_a_phone() -> bytes:
    """As Samsung's phones write photos and pictures of their screen: when it was taken follows behind the picture."""
    said = bytes.fromhex("0000010a0e000000") + b"Image_UTC_Data1795388977000"
    listed = b"SEFH" + struct.pack("<II", 106, 1) + bytes.fromhex("0000010a") + struct.pack("<II", len(said), len(said))
    return a_jpeg() + said + listed + struct.pack("<I", len(listed)) + b"SEFT"


def a_png(size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "navy" if mode == "RGB" else (0, 0, 90, 120)).save(out, "PNG")
    return out.getvalue()


def a_large_png() -> bytes:
    """Noise, which does not pack: about a megabyte."""
    out = io.BytesIO()
    Image.effect_noise((1000, 1000), 200).save(out, "PNG")
    return out.getvalue()


def a_png_bomb(side: int = 50_000) -> bytes:
    """A few hundred bytes that say they are 50,000 x 50,000."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def a_pdf() -> bytes:
    return _pdf(lambda _: None)


def a_pdf_with_a_script() -> bytes:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))

    return _pdf(add)


def a_pdf_with_a_hidden_script() -> bytes:
    """In an object that no page leads to, nested in an array."""

    def add(pdf: pikepdf.Pdf) -> None:
        inner = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        pdf.Root.PieceInfo = pdf.make_indirect(pikepdf.Array([pikepdf.Array([inner])]))

    return _pdf(add)


def a_pdf_with_a_file() -> bytes:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["x.exe"] = b"MZ\x90"

    return _pdf(add)


def an_encrypted_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def a_pdf_that_only_forbids_printing() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user=""))
    return out.getvalue()


def _pdf(add: "object") -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(300, 400))
        pdf.docinfo["/Author"] = "Aminah"
        add(pdf)  # type: ignore[operator]
        pdf.save(out)
    return out.getvalue()
