"""What may come in as a file, and what becomes of it."""

import io

import pikepdf
import pytest
from PIL import Image

from shared.blobs.check import MAX_BYTES, REASONS, Rejected, check, expected_type
from tests.unit.shared.blobs import files

HTML = b"<html><script>alert(1)</script></html>"
EXE = b"MZ\x90\x00" + bytes(100)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("skrin.jpg", files.a_jpeg(), "image/jpeg"),
        ("SKRIN.JPEG", files.a_jpeg(), "image/jpeg"),
        ("telefon.jpg", files.a_jpeg_of_a_phone(), "image/jpeg"),
        ("skrin.png", files.a_png(), "image/png"),
        ("baucar bil. 3 (salinan).pdf", files.a_pdf(), "application/pdf"),
        ("ڤنجلسن.pdf", files.a_pdf(), "application/pdf"),
    ],
)
def test_pictures_and_documents_come_in_with_a_picture_of_themselves(name: str, content: bytes, kind: str) -> None:
    assert expected_type(name, content) == kind
    done = check(kind, content)
    assert expected_type(name, done.content) == kind
    with Image.open(io.BytesIO(done.preview)) as preview:
        assert preview.format == "PNG"
        assert max(preview.size) <= 1000


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("virus.jpg", EXE, "not_what_it_says"),
        ("surat.pdf", HTML, "not_what_it_says"),
        ("gambar.svg", b"<svg onload='x()'/>", "not_allowed"),
        ("gambar.png", b"<svg onload='x()'/>", "not_what_it_says"),
        ("gambar.png.exe", EXE, "not_allowed"),
        ("tanpa_jenis", files.a_png(), "not_allowed"),
        ("gambar.png", files.a_jpeg(), "not_what_it_says"),
        ("kosong.png", b"", "empty"),
        ("besar.png", files.a_png() + bytes(MAX_BYTES), "too_large"),
        ("../../x.png", files.a_png(), "name_not_plain"),
        ("..\\x.png", files.a_png(), "name_not_plain"),
        ("a\r\nContent-Type: x.png", files.a_png(), "name_not_plain"),
        ("a\u202egnp.png", files.a_png(), "name_not_plain"),
        (".png", files.a_png(), "name_not_plain"),
        ("x" * 500 + ".png", files.a_png(), "name_too_long"),
    ],
)
def test_what_name_and_first_bytes_give_away_is_refused_at_once(name: str, content: bytes, code: str) -> None:
    with pytest.raises(Rejected) as refused:
        expected_type(name, content)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("image/png", files.a_png_bomb(), "too_many_pixels"),
        ("image/jpeg", files.a_jpeg()[:-200], "damaged"),
        ("image/png", files.a_png()[:-30], "damaged"),
        ("image/png", files.a_png() + b"PK\x03\x04" + bytes(40) + b"PK\x05\x06" + bytes(18), "several_at_once"),
        ("image/jpeg", files.a_jpeg() + HTML, "several_at_once"),
        ("image/jpeg", files.a_jpeg() + HTML + files.a_jpeg_of_a_phone()[-40:], "several_at_once"),
        ("image/jpeg", files.a_jpeg() + files.a_pdf() + b"SEFT", "several_at_once"),
        ("image/jpeg", files.a_jpeg() + b"PK\x05\x06" + bytes(18) + b"SEFT", "several_at_once"),
        ("application/pdf", files.a_pdf_with_a_script(), "active"),
        ("application/pdf", files.a_pdf_with_a_hidden_script(), "active"),
        ("application/pdf", files.a_pdf_with_a_file(), "embedded"),
        ("application/pdf", files.an_encrypted_pdf(), "encrypted"),
        ("application/pdf", files.a_pdf_that_only_forbids_printing(), "encrypted"),
        ("application/pdf", files.a_pdf()[:300], "damaged"),
        ("application/pdf", b"%PDF-1.7\n" + bytes(50) + b"%%EOF", "damaged"),
        ("application/pdf", files.a_pdf() + HTML, "several_at_once"),
    ],
)
def test_what_only_opening_it_shows_is_refused(kind: str, content: bytes, code: str) -> None:
    with pytest.raises(Rejected) as refused:
        check(kind, content)
    assert refused.value.code == code


def test_where_and_with_what_a_picture_was_taken_stays_outside() -> None:
    exif = Image.Exif()
    exif[0x010E] = "rumah Aminah"
    sent = files.a_jpeg(exif=exif.tobytes())
    assert b"rumah Aminah" in sent
    assert b"rumah Aminah" not in check("image/jpeg", sent).content


def test_who_wrote_a_document_stays_outside() -> None:
    done = check("application/pdf", files.a_pdf())
    with pikepdf.open(io.BytesIO(done.content)) as pdf:
        assert "/Info" not in pdf.trailer
        assert len(pdf.pages) == 1


def test_transparency_is_kept() -> None:
    with Image.open(io.BytesIO(check("image/png", files.a_png(mode="RGBA")).content)) as kept:
        assert kept.mode == "RGBA"


def test_every_reason_is_told_in_both_languages() -> None:
    assert all(text.ms and text.en and text.ms != text.en for text in REASONS.values())
