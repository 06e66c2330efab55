"""What is answered to somebody who writes on WhatsApp: that it was kept, and where an answer counts."""

from collections.abc import Mapping

THANKS: Mapping[tuple[str, str], str] = {
    ("complainant", "ms"): (
        "Terima kasih. Mesej anda bagi aduan {number} telah kami simpan. Untuk menjawab pegawai kami, melampirkan fail "
        "atau menutup aduan, sila guna halaman aduan anda: {link}"
    ),
    ("complainant", "en"): (
        "Thank you. We have kept your message about complaint {number}. To answer our officer, attach files or close "
        "the complaint, please use your complaint's page: {link}"
    ),
    ("staff", "ms"): "Terima kasih. Tindakan bagi aduan {number} perlu dibuat dalam Helpdesk iSPEKS: {link}",
    ("staff", "en"): "Thank you. What you do on complaint {number} counts only in Helpdesk iSPEKS: {link}",
    ("nobody", "ms"): (
        "Terima kasih. Mesej anda telah kami simpan, tetapi kami tidak pasti aduan yang dimaksudkan. Sila semak atau "
        "jawab aduan anda di {link}"
    ),
    ("nobody", "en"): (
        "Thank you. We have kept your message, but cannot tell which complaint it is about. Please look up or answer "
        "your complaint at {link}"
    ),
}


def thanks(who: str, language: str | None, *, number: str | None, link: str) -> str:
    """The words for a `complainant`, for `staff`, or for `nobody` we can place."""
    return THANKS[who, language if language in ("ms", "en") else "ms"].format(number=number, link=link)
