"""A digest as its message tells it: numbers, complaints and events in the reader's language, texts made harmless."""

from collections.abc import Mapping
from typing import Any

from services.notify.domain.digests import Digest, News, Row, Section
from services.notify.domain.texts import NOTHING, minute, one_line

EVENTS: Mapping[str, tuple[str, str]] = {
    "complaint.received": ("aduan baharu diterima", "new complaint received"),
    "complaint.assigned": ("diagihkan", "assigned"),
    "complaint.reassigned": ("PIC ditukar", "PIC changed"),
    "complaint.handed_back": ("dipulangkan kepada Admin", "handed back to Admin"),
    "complaint.rejected": ("ditolak", "rejected"),
    "complaint.marked_duplicate": ("ditanda bertindih", "marked as a duplicate"),
    "complaint.classified": ("dikelaskan semula", "classified anew"),
    "complaint.started": ("tindakan dimulakan", "started"),
    "complaint.replied": ("dibalas", "replied to"),
    "complaint.noted": ("catatan ditambah", "note added"),
    "complaint.feedback_asked": ("maklum balas diminta", "feedback asked for"),
    "complaint.referred": ("dirujuk kepada Implementor", "referred to the Implementor"),
    "complaint.claimed": ("diambil oleh Implementor", "claimed by an Implementor"),
    "complaint.returned": ("dijawab oleh Implementor", "answered by the Implementor"),
    "complaint.vendor_logged": ("dilog dengan vendor", "logged with the vendor"),
    "complaint.vendor_updated": ("dikemas kini oleh vendor", "updated by the vendor"),
    "complaint.vendor_answered": ("dijawab oleh vendor", "answered by the vendor"),
    "complaint.close_requested": ("pengadu diminta menutup", "complainant asked to close"),
    "complaint.taken_back": ("tindakan diambil semula", "taken back"),
    "complaint.answered": ("pengadu menjawab", "complainant answered"),
    "complaint.not_solved": ("pengadu: belum selesai", "complainant: not solved"),
    "complaint.closed": ("ditutup oleh pengadu", "closed by the complainant"),
    "complaint.rated": ("dinilai", "rated"),
    "complaint.reopened": ("dibuka semula", "reopened"),
    "complaint.contact_corrected": ("hubungan dibetulkan", "contact corrected"),
    "complaint.reminded": ("peringatan", "reminder"),
    "complaint.escalated": ("dieskalasi", "escalated"),
    "complaint.rescheduled": ("tarikh akhir berubah", "due date changed"),
    "complaint.message_held": ("mesej pengadu ditahan", "complainant's message held"),
    "complaint.lapsed": ("ditutup automatik", "closed by itself"),
    "complaint.sealed": ("ditutup muktamad", "closed for good"),
    "delivery.bounced": ("mesej tidak sampai", "a message did not arrive"),
    "channel.down": ("saluran terputus", "a channel is down"),
    "channel.back": ("saluran pulih", "a channel is back"),
    "template.refused": ("templat WhatsApp ditolak", "a WhatsApp template was refused"),
    "mail.held": ("mel masuk ditahan", "an incoming mail was held"),
    "whatsapp.said": ("mesej WhatsApp diterima", "a WhatsApp message came in"),
}
"""What happened, in few words: ms, en."""


def fill_digest(name: str, digest: Digest, *, language: str, link: str) -> dict[str, Any]:
    """Every placeholder's value of a digest. `link` is where staff begin; each complaint's page lies below it."""
    english = language == "en"
    return {
        "nama": one_line(name) or NOTHING,
        "pautan": link,
        "tarikh": digest.day.strftime("%d-%m-%Y"),
        "ringkasan": {
            "bil_aduan": digest.needing,
            "bil_makluman": digest.gathered,
            "tertangguh": digest.late,
            "sendiri": _section(digest.own, digest.vendor_days, link, english=english),
            "pejabat": _section(digest.office, digest.vendor_days, link, english=english),
            "makluman": [_news(news, link, english=english) for news in digest.news],
            "makluman_lagi": digest.news_more,
            "tetapan": f"{link}/akaun/makluman",
        },
    }


def _section(section: Section | None, days: int, link: str, *, english: bool) -> dict[str, Any] | None:
    if section is None:
        return None
    return {
        "bil_lewat": section.numbers.late,
        "bil_hari_ini": section.numbers.today,
        "bil_vendor": section.numbers.vendor,
        "bil_baru": section.numbers.new,
        "tempoh": days,
        "senarai": [_row(row, link, english=english) for row in section.rows],
        "lagi": section.more,
    }


def _row(row: Row, link: str, *, english: bool) -> dict[str, Any]:
    return {
        "no_aduan": row.number,
        "modul": one_line(row.module_en if english else row.module_ms) or NOTHING,
        "tajuk": one_line(row.title) or NOTHING,
        "kumpulan": row.why,
        "umur": row.age,
        "tarikh_akhir": minute(row.due),
        "pic": one_line(row.pic) if row.pic else None,
        "pautan": f"{link}/aduan/{row.number}",
    }


def _news(news: News, link: str, *, english: bool) -> dict[str, Any]:
    told = [(EVENTS[event][english] if event in EVENTS else event, count) for event, count in news.events]
    return {
        "no_aduan": news.number,
        "tajuk": one_line(news.title) or NOTHING,
        "peristiwa": ", ".join(words if count == 1 else f"{words} ({count})" for words, count in told),
        "bila": minute(news.at),
        "pautan": link if news.number == NOTHING else f"{link}/aduan/{news.number}",
    }


SAMPLE: Mapping[str, Any] = {
    "bil_aduan": 3,
    "bil_makluman": 2,
    "tertangguh": False,
    "sendiri": {
        "bil_lewat": 1,
        "bil_hari_ini": 1,
        "bil_vendor": 1,
        "bil_baru": 0,
        "tempoh": 5,
        "senarai": [
            {
                "no_aduan": "HD-2026-000123-C",
                "modul": "Akaun Belum Bayar",
                "tajuk": "Baucar tidak dapat disahkan",
                "kumpulan": "late",
                "umur": 4,
                "tarikh_akhir": "28-01-2021 17:00",
                "pic": None,
                "pautan": "https://helpdesk.example/staf/aduan/HD-2026-000123-C",
            }
        ],
        "lagi": 2,
    },
    "pejabat": None,
    "makluman": [
        {
            "no_aduan": "HD-2026-000100-X",
            "tajuk": "Laporan tidak dipaparkan",
            "peristiwa": "ditutup oleh pengadu",
            "bila": "25-01-2021 09:10",
            "pautan": "https://helpdesk.example/staf/aduan/HD-2026-000100-X",
        }
    ],
    "makluman_lagi": 1,
    "tetapan": "https://helpdesk.example/staf/akaun/makluman",
}
"""A made-up digest, to prove its message with."""
