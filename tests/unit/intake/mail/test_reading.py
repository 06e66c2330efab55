"""Bytes of a mail: whatever they are, words come out of them or a plain refusal."""

import base64
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.mail.reading import Read, Unreadable, digest, read

HEAD = b"From: a@b.example\r\nMessage-ID: <1@b.example>\r\nMIME-Version: 1.0\r\n"


def plain(text: bytes, charset: str = "utf-8", more: bytes = b"") -> Read:
    return read(HEAD + b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\n" + more + b"\r\n" + text)


@pytest.mark.parametrize(
    ("said", "raw", "text"),
    [
        ("utf-8", "Salam é 漢 \U0001f600".encode(), "Salam é 漢 \U0001f600"),
        ("iso-8859-1", "café".encode("latin-1"), "café"),
        ("windows-1256", "سلام".encode("windows-1256"), "سلام"),
        ("gb2312", "漢字".encode("gb18030"), "漢字"),
        ("utf-8", "café – “baik”".encode("windows-1252"), "café – “baik”"),
        ("us-ascii", "Jawi: كلنتن".encode(), "Jawi: كلنتن"),
        ("x-unknown", b"biasa", "biasa"),
        ("base64", b"biasa", "biasa"),
        ("rot13", b"biasa", "biasa"),
        ("utf-16", b"odd", "odd"),
        ('"; drop', b"biasa", "biasa"),
        ("utf-8", b"a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("utf-8", b"\xef\xbb\xbfBOM", "BOM"),
    ],
)
def test_a_wrong_charset_is_read_as_well_as_it_can_be(said: str, raw: bytes, text: str) -> None:
    assert plain(raw, said).text == text


def test_broken_base64_and_quoted_printable_lose_nothing_that_can_be_read() -> None:
    assert plain(b"TWFzaWggc2Ft", more=b"Content-Transfer-Encoding: base64\r\n").text == "Masih sam"
    assert plain(b"a=ZZb=C3=A9=", more=b"Content-Transfer-Encoding: quoted-printable\r\n").text == "a=ZZbé"
    assert plain(b"!!!!", more=b"Content-Transfer-Encoding: base64\r\n").text is not None


def test_html_alone_is_read_as_text_without_what_runs_or_hides() -> None:
    html = (
        "<html><head><title>t</title><style>p{color:red}</style></head><body><p>Masih&nbsp;<b>ralat</b> &lt;GL&gt;</p>"
        "<script>alert(1)</script><div style='DISPLAY: none'>sembunyi</div><ul><li>satu</li><li>dua</li></ul>"
        '<p>Lihat <a href="https://a.example/x">di sini</a> <a href="javascript:x">itu</a></p>'
        '<table><tr><td>a</td><td>b</td></tr></table><div class="gmail_quote">On x, y wrote:<blockquote>lama'
        "</blockquote></div></body></html>"
    )
    said = read(HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()).text
    assert "Masih ralat <GL>" in said
    assert "- satu\n" in said
    assert "di sini <https://a.example/x>" in said
    for gone in ("alert", "sembunyi", "color", "lama", "wrote", "javascript"):
        assert gone not in said


def test_an_outlook_answer_ends_where_the_quoted_mail_begins() -> None:
    html = '<div>Baik, terima kasih.</div><div id="divRplyFwdMsg"><b>From:</b> x</div><div>lama</div>'
    assert read(HEAD + b"Content-Type: text/html\r\n\r\n" + html.encode()).text == "Baik, terima kasih."


def test_html_that_is_nothing_but_a_quote_stays() -> None:
    html = '<div class="gmail_quote">Hanya ini</div>'
    assert read(HEAD + b"Content-Type: text/html\r\n\r\n" + html.encode()).text == "Hanya ini"


def test_plain_text_wins_over_html_and_flowed_lines_are_one_again() -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "a@b.example"
    mail.set_content("Teks biasa")
    mail.add_alternative("<p>HTML</p>", subtype="html")
    assert read(mail.as_bytes()).text == "Teks biasa"
    flowed = b"Content-Type: text/plain; format=flowed\r\n\r\nSatu baris \r\nyang panjang.\r\n lagi\r\n"
    assert read(HEAD + flowed).text == "Satu baris yang panjang.\nlagi"


def test_files_are_named_plainly_and_an_attached_mail_is_not_walked_into() -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "a@b.example"
    mail.set_content("Lihat.")
    mail.add_attachment(b"x", maintype="application", subtype="pdf", filename="../../etc/pass\u202ewd.pdf")
    mail.add_attachment(b"y", maintype="application", subtype="pdf", filename="sijil " + "x" * 300 + ".pdf")
    inner = EmailMessage(policy=SMTP)
    inner.set_content("Jangan dibaca.")
    inner.add_attachment(b"z", maintype="image", subtype="png", filename="dalam.png")
    mail.add_attachment(inner)
    mail.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    found = read(mail.as_bytes())
    assert found.text == "Lihat."
    names = [file.name for file in found.files]
    assert names[0] == "_.._etc_pass_wd.pdf"
    assert (len(names[1]) <= 200, names[1].endswith(".pdf")) == (True, True)
    assert names[2:] == ["lampiran-3.eml", "winmail.dat"]


def test_a_pasted_screenshot_is_a_file_and_a_signature_s_logo_is_not() -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "a@b.example"
    mail.set_content("<p>Lihat <img src='cid:a'></p>", subtype="html")
    mail.add_related(b"p" * 40_000, maintype="image", subtype="png", cid="<a>")
    mail.add_related(b"l" * 900, maintype="image", subtype="png", cid="<b>", filename="logo.png")
    assert [(file.name, len(file.content)) for file in read(mail.as_bytes()).files] == [("lampiran-1.png", 40_000)]


def test_heads_are_decoded_and_never_more_than_a_line() -> None:
    subject = "=?utf-8?b?" + base64.b64encode("Aduan\r\nBcc: x@y.z \u0007".encode()).decode() + "?="
    found = read(f"From: =?x?q?y?= <a@b.example>\r\nSubject: {subject}\r\n\r\nx".encode())
    assert found.subject == "Aduan Bcc: x@y.z"
    assert found.senders == ("a@b.example",)


@pytest.mark.parametrize(
    ("head", "senders"),
    [
        ("From: a@b.example, c@d.example", 2),
        ("From: a@b.example\r\nFrom: c@d.example", 2),
        ('From: "a@b.example" <c@d.example>', 1),
        ("From: (a@b.example)", 0),
        ("X: y", 0),
    ],
)
def test_every_sender_that_is_named_counts(head: str, senders: int) -> None:
    assert len(read(f"{head}\r\n\r\nx".encode()).senders) == senders


def test_a_head_beyond_reason_is_refused_before_it_is_taken_apart() -> None:
    with pytest.raises(Unreadable):
        read(b"X: " + b"y" * 300_000 + b"\r\n\r\nx")


def test_a_mail_without_an_id_is_known_by_all_but_the_way_it_came() -> None:
    mail = b"From: a@b.example\r\n\r\nx"
    assert digest(b"Received: one\r\n" + mail) == digest(b"Received: two\r\n" + mail)
    assert digest(b"Received: one\r\n" + mail) != digest(b"Received: one\r\n" + mail + b"y")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000), st.sampled_from(["text/plain", "text/html", "multipart/mixed; boundary=b", "x"]))
def test_whatever_comes_is_read_or_refused_and_nothing_else(raw: bytes, kind: str) -> None:
    try:
        found = read(f"From: a@b.example\r\nContent-Type: {kind}\r\n\r\n".encode() + raw)
    except Unreadable:
        return
    found.text.encode()
    assert not set(found.text) & {"\x00", "\x1b", "\r"}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400), st.text(max_size=200))
def test_whatever_stands_in_the_heads_is_read_or_refused(head: str, value: str) -> None:
    raw = f"From: {head}\r\nSubject: {value}\r\nContent-Disposition: {value}\r\nContent-Type: {head}\r\n\r\nx"
    try:
        read(raw.encode("utf-8", "surrogatepass")).subject.encode()
    except Unreadable:
        return
