"""Why a complaint may be rejected: the office's list. What was chosen travels with its words in both languages, so that
nobody else keeps a copy and a later change of words rewrites nothing that was said."""

from enum import StrEnum

from shared.errors import Text


class RejectReason(StrEnum):
    """Reports count by it. `OTHER` says nothing by itself: it needs words of one's own."""

    NOT_ISPEKS = "not_ispeks"
    INCOMPLETE = "incomplete"
    OUTSIDE = "outside_authority"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    TEST_OR_FALSE = "test_or_false"
    OTHER = "other"


REJECT_REASONS: dict[RejectReason, Text] = {
    RejectReason.NOT_ISPEKS: Text("Bukan berkaitan iSPEKS", "Not about iSPEKS"),
    RejectReason.INCOMPLETE: Text("Maklumat tidak lengkap", "Incomplete information"),
    RejectReason.OUTSIDE: Text("Di luar bidang kuasa Helpdesk iSPEKS", "Outside the iSPEKS Helpdesk's authority"),
    RejectReason.ANSWERED_ELSEWHERE: Text("Telah dijawab melalui saluran lain", "Already answered by another channel"),
    RejectReason.TEST_OR_FALSE: Text("Aduan ujian atau palsu", "A test, or not genuine"),
    RejectReason.OTHER: Text("Lain-lain", "Other"),
}
