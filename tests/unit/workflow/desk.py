"""One complaint on a desk: done to by hand, at times of March 2026 that are told as `Thu 5 16:50`."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.workflow.domain import acts, sight
from services.workflow.domain.clocks import Rules
from services.workflow.domain.complaint import Complaint
from services.workflow.domain.given import Given
from services.workflow.machine import Action, Facts, Role
from shared.calendar import Calendar
from shared.events.complaint import Actor, ComplaintEvent, Person
from shared.events.intake import ComplaintSubmitted
from shared.events.reference import SettingsSaved
from tests.support.complaints import NUMBER, a_contact

ZONE = ZoneInfo("Asia/Kuala_Lumpur")
SETTINGS = SettingsSaved(solve_days={"Kritikal": 1, "Tinggi": 3, "Sederhana": 7, "Rendah": 15})
RULES = Rules(office=Calendar(ZONE, frozenset({4, 5})), vendor=Calendar(ZONE, frozenset({5, 6})), settings=SETTINGS)
AZMAN, SITI = Person(id="s-azman", name="Azman bin Yusof"), Person(id="s-siti", name="Siti Hajar binti Omar")
KAMAL, ROHANI = Person(id="s-kamal", name="Kamal bin Idris"), Person(id="s-rohani", name="Rohani binti Salleh")
TTSB = Person(id="s-ttsb", name="Helpdesk TTSB")
USUAL: dict[Role, Person] = {Role.ADMIN: ROHANI, Role.PIC: AZMAN, Role.IMPLEMENTOR: KAMAL, Role.VENDOR: TTSB}
"""Who acts in a role where a test does not care."""


def at(text: str) -> datetime:
    """`Thu 5 16:50`: a day of March 2026, which began on a Sunday; the weekday is checked."""
    weekday, day, hour = text.split()
    moment = datetime.strptime(f"2026-03-{int(day):02d} {hour}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    assert moment.strftime("%a") == weekday
    return moment


def with_holidays(*days: date) -> Rules:
    """Kelantan with these days off."""
    return Rules(Calendar(ZONE, RULES.office.weekend, frozenset(days)), RULES.vendor, RULES.settings)


def a_submission(filed: datetime, **changes: Any) -> ComplaintSubmitted:
    """A valid submission."""
    said: dict[str, Any] = {
        "number": NUMBER,
        "submitted_at": filed,
        "answer_by": filed,
        "contact": a_contact(),
        "department": "PKN",
        "department_name": "Perbendaharaan Negeri Kelantan",
        "ptj": None,
        "ptj_name": None,
        "module": "gl",
        "module_ms": "Lejar Am",
        "module_en": "General Ledger",
        "title": "Baucar tidak dapat diluluskan",
        "description": "Butang Lulus tidak berfungsi.",
        "robot_check": "passed",
    }
    return ComplaintSubmitted(**said | changes)


class Desk:
    """A complaint filed at a time, and all that was said of it."""

    def __init__(self, filed: str = "Sun 1 09:00", rules: Rules = RULES) -> None:
        self.rules = rules
        self.now = at(filed)
        self.pic_is_active = True
        self.complaint, received = acts.receive(a_submission(self.now), rules, self.now)
        self.said: list[ComplaintEvent] = [received]

    def facts(self, role: Role, actor: str | None) -> Facts:
        return sight.facts(self.complaint, role, self.rules, self.now, pic_is_active=self.pic_is_active, actor=actor)

    def do(self, role: str, action: str, when: str | None = None, *, by: Person | None = None, **words: Any) -> "Desk":
        """One action in one role; what it needs is filled in where a test does not care."""
        self.now = at(when) if when else self.now
        acting = Role(role)
        person = by or USUAL.get(acting)
        actor = Actor(role=acting, id=person.id if person else None, name=person.name if person else None)
        usual: dict[str, Any] = {"text": "Teks.", "cause": "Sebab", "steps": "Langkah", "pic": AZMAN, "rule": "r"}
        given = Given(**usual | words)
        self.complaint, event = acts.act(
            self.complaint, Action(action), given, actor, self.facts(acting, actor.id), self.rules, self.now
        )
        self.said.append(event)
        return self

    def brought_to(self, state: str) -> "Desk":
        """The shortest way there."""
        for role, action in WAYS[state]:
            self.do(role, action)
        assert self.complaint.state == state
        return self


_ASSIGNED = (("ADMIN", "assign"),)
_STARTED = (*_ASSIGNED, ("PIC", "start"))
WAYS: dict[str, tuple[tuple[str, str], ...]] = {
    "BARU": (),
    "DIAGIHKAN": _ASSIGNED,
    "INPROGRESS": _STARTED,
    "RUJUKAN_IMPLEMENTOR": (*_STARTED, ("PIC", "refer")),
    "TINDAKAN_VENDOR": (*_STARTED, ("PIC", "log_vendor")),
    "MOHON_MAKLUMBALAS": (*_STARTED, ("PIC", "ask_feedback")),
    "MOHON_TUTUP": (*_STARTED, ("PIC", "request_close")),
    "SELESAI": (*_STARTED, ("PIC", "request_close"), ("SYSTEM", "lapse")),
    "DITUTUP": (*_STARTED, ("PIC", "request_close"), ("COMPLAINANT", "close")),
}


def days(shares: dict[str, dict[str, float]]) -> dict[str, float]:
    """Working days of those who had any seconds."""
    return {who: share["days"] for who, share in shares.items() if share["seconds"]}


__all__ = ["AZMAN", "KAMAL", "NUMBER", "ROHANI", "RULES", "SITI", "TTSB", "WAYS", "ZONE", "Complaint", "Desk", "at"]
