"""The demo's year, walked through in memory: every step that is written down can be taken when it comes, whatever the
timers have done by then."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from holidays import country_holidays

from deploy.demo.play import KELANTAN, a_year, moments
from deploy.demo.telling import COMPLAINANT, Decree
from services.workflow.domain import acts, plan, sight
from services.workflow.domain.clocks import Rules
from services.workflow.domain.complaint import Complaint
from services.workflow.domain.given import Given
from services.workflow.machine import Action, Role, State
from shared.calendar import Calendar
from shared.events.complaint import Actor, Person
from tests.unit.workflow.desk import RULES, a_submission

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PIC = Person(id="s-pic", name="PIC")
LAW = frozenset(country_holidays("MY", subdiv="KTN", years=range(2025, 2028)))
OFFICE = Rules(Calendar(ZoneInfo("Asia/Kuala_Lumpur"), RULES.office.weekend, LAW), RULES.vendor, RULES.settings)


class Shelf:
    """The complaints of the year."""

    def __init__(self) -> None:
        self.rules = OFFICE
        self.complaints: dict[str, Complaint] = {}
        self.did: Counter[str] = Counter()

    def fire(self, key: str, until: datetime) -> None:
        """What happens by itself on it before then."""
        while (timer := plan.next_of(self.complaints[key], self.rules)) is not None and timer.at < until:
            firing = plan.firing(self.complaints[key], self.rules, timer.at)
            assert firing is not None
            self.act(key, Role.SYSTEM, *firing, timer.at)

    def act(self, key: str, role: Role, action: Action, given: Given, at: datetime) -> None:
        before = self.complaints[key]
        facts = sight.facts(before, role, self.rules, at, pic_is_active=True, actor="s-implementor")
        self.complaints[key], _ = acts.act(before, action, given, Actor(role=role, id="s"), facts, self.rules, at)
        self.did[action] += 1


def test_every_step_of_the_year_can_be_taken_when_it_comes() -> None:
    shelf = Shelf()
    for moment in moments(a_year(), NOW):
        if isinstance(moment.story, Decree):
            assert moment.day is not None
            assert moment.day > moment.at.astimezone(KELANTAN).date()
            days = shelf.rules.office.holidays | {moment.day}
            office = Calendar(shelf.rules.office.zone, shelf.rules.office.weekend, days)
            shelf.rules = Rules(office, shelf.rules.vendor, shelf.rules.settings)
            continue
        key, step = moment.story.key, moment.step
        if step is None:
            shelf.complaints[key], _ = acts.receive(a_submission(moment.at), shelf.rules, moment.at)
            continue
        shelf.fire(key, moment.at)
        role = Role.COMPLAINANT if step.who == COMPLAINANT else Role(step.who)
        words = {name: value for name, value in step.words.items() if name in ("text", "priority")}
        given = Given(**words, pic=PIC, duplicate_of="HD-2026-000009-X", cause="c", steps="s", score=3)
        shelf.act(key, role, Action(step.action), given, moment.at)
    for key in shelf.complaints:
        shelf.fire(key, NOW)
    ends = Counter(str(one.outcome) for one in shelf.complaints.values() if not one.open)
    assert set(ends) >= {"solved", "withdrawn", "no_answer", "rejected", "duplicate"}
    assert set(State) == {one.state for one in shelf.complaints.values()} | {State.SELESAI}
    for often in ("escalate", "remind", "lapse", "seal", "log_vendor", "reopen", "not_solved", "rate"):
        assert shelf.did[often] >= 5, often
    assert NOW - moments(a_year(), NOW)[0].at > timedelta(days=330)
