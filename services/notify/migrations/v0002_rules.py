"""The first matrix: for every event, who is told with which message, or why nobody is.

Revision 0002. Earlier lines win a person that two lines would tell.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WAITING = ["MOHON_MAKLUMBALAS", "MOHON_TUTUP"]

TOLD: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("received", "complainant", "akuan_terima", {}),
    ("received", "admins", "aduan_baharu_admin", {}),
    ("assigned", "pic", "agihan_pic", {}),
    ("assigned", "complainant", "makluman_agihan_pengadu", {}),
    ("reassigned", "pic", "agihan_semula_pic", {}),
    ("reassigned", "previous_pic", "agihan_dialih", {}),
    ("handed_back", "admins", "dipulangkan_admin", {}),
    ("rejected", "complainant", "aduan_ditolak", {}),
    ("rejected", "pic", "aduan_ditutup_pic", {}),
    ("marked_duplicate", "complainant", "aduan_bertindih", {}),
    ("marked_duplicate", "pic", "aduan_ditutup_pic", {}),
    ("replied", "complainant", "balasan_pic", {}),
    ("feedback_asked", "complainant", "mohon_maklum_balas", {}),
    ("referred", "implementor_queue", "rujuk_implementor", {}),
    ("referred", "complainant", "makluman_implementor_pengadu", {}),
    ("returned", "pic", "jawapan_implementor", {}),
    ("vendor_logged", "complainant", "log_vendor", {}),
    ("vendor_logged", "pic", "log_vendor_pic", {}),
    ("vendor_logged", "vendor", "laporan_vendor", {}),
    ("vendor_updated", "pic", "kemas_kini_vendor", {}),
    ("vendor_answered", "pic", "jawapan_vendor", {}),
    ("close_requested", "complainant", "mohon_tutup", {}),
    ("taken_back", "pic", "tindakan_diambil_semula", {}),
    ("taken_back", "claimant", "tindakan_diambil_semula", {"from_state": ["RUJUKAN_IMPLEMENTOR"]}),
    ("taken_back", "complainant", "tindakan_disambung", {"from_state": WAITING}),
    ("answered", "pic", "balasan_pengadu", {}),
    ("answered", "claimant", "balasan_pengadu", {"in_state": ["RUJUKAN_IMPLEMENTOR"]}),
    ("answered", "admins", "balasan_pengadu", {"has_pic": False}),
    ("not_solved", "pic", "belum_selesai", {}),
    ("not_solved", "admins", "balasan_pengadu", {"has_pic": False}),
    ("closed", "complainant", "aduan_ditutup", {}),
    ("closed", "pic", "aduan_ditutup_pic", {}),
    ("reopened", "pic", "dibuka_semula", {}),
    ("reopened", "admins", "dibuka_semula", {}),
    ("reopened", "complainant", "dibuka_semula_pengadu", {"actor_is_not_recipient": True}),
    ("contact_corrected", "complainant", "hubungan_dibetulkan", {}),
    ("reminded", "complainant", "peringatan_pengadu", {"kind": ["remind"], "custodian": ["COMPLAINANT"]}),
    ("reminded", "complainant", "notis_tutup_automatik", {"kind": ["notice"], "custodian": ["COMPLAINANT"]}),
    ("reminded", "pic", "peringatan_vendor", {"kind": ["remind"], "custodian": ["VENDOR"]}),
    ("reminded", "pic", "hampir_lewat", {"kind": ["warn"], "custodian": ["PIC", "VENDOR"]}),
    ("reminded", "claimant", "hampir_lewat", {"kind": ["warn"], "custodian": ["IMPLEMENTOR"]}),
    (
        "reminded",
        "implementor_queue",
        "hampir_lewat",
        {"kind": ["warn"], "custodian": ["IMPLEMENTOR"], "has_claimant": False},
    ),
    ("reminded", "admins", "hampir_lewat", {"kind": ["warn"], "custodian": ["ADMIN"]}),
    ("escalated", "pic", "eskalasi", {}),
    ("escalated", "admins", "eskalasi", {}),
    ("escalated", "management", "eskalasi", {"level": [2]}),
    ("rescheduled", "pic", "tarikh_akhir_berubah", {"custodian": ["PIC", "VENDOR"]}),
    ("rescheduled", "claimant", "tarikh_akhir_berubah", {"custodian": ["IMPLEMENTOR"]}),
    ("message_held", "complainant", "mesej_ditahan", {}),
    ("message_held", "pic", "mesej_ditahan_pic", {}),
    ("lapsed", "complainant", "ditutup_automatik", {}),
    ("lapsed", "pic", "aduan_ditutup_pic", {}),
    ("tracking_link.requested", "complainant", "pautan_semakan", {}),
    ("password_reset.requested", "owner", "tetapan_semula_kata_laluan", {}),
    ("password.changed", "owner", "kata_laluan_ditukar", {}),
)
BATCHED = {"aduan_baharu_admin", "tarikh_akhir_berubah"}
OFF = {"laporan_vendor"}
"""The vendor is usually reached by the PIC's own mail; an office whose vendor reads here switches it on."""
NOBODY: tuple[tuple[str, str], ...] = (
    ("classified", "Changes how the work is sorted, not who has it; the inbox shows it at once."),
    ("started", "The complainant was told who has it, the PIC did it; the badge goes down by itself."),
    ("noted", "A note for those who open the complaint; it asks nobody for anything."),
    ("claimed", "The one who claimed it knows; the others see it leave their queue."),
    ("rated", "Ratings are read in reports, and nobody is meant to answer one."),
    ("sealed", "Nothing changes but that the reopen window is over, as the closing mail said it would be."),
)


def lines() -> list[dict[str, Any]]:
    """The matrix as rows."""
    return [
        {
            "position": position,
            "event": event if "." in event else f"complaint.{event}",
            "audience": audience,
            "channel": "email" if audience else None,
            "template": template,
            "enabled": template not in OFF,
            "batched": template in BATCHED,
            "condition": condition,
            "why": why,
        }
        for position, (event, audience, template, condition, why) in enumerate(
            [(*told, None) for told in TOLD] + [(event, None, None, {}, why) for event, why in NOBODY], start=1
        )
    ]


def upgrade() -> None:
    op.execute("insert into matrix (version, at) values (1, helpdesk.now())")
    op.get_bind().execute(
        sa.text(
            "insert into rule (version, position, event, audience, channel, template, enabled, batched, condition, why)"
            " values (1, :position, :event, :audience, :channel, :template, :enabled, :batched, :condition, :why)"
        ).bindparams(sa.bindparam("condition", type_=JSONB)),
        lines(),
    )
