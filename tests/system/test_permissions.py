"""Every role on every path of the live documents, on its own and on a foreign complaint; and every action of the table.

What is expected is written out here, from the contract and the table, and derived from nothing in the product. A path
that is new in a document and not in EXPECTED fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from deploy.local.processes import wait_until
from services.intake.domain.numbers import complaint_number
from shared.auth import StaffTokens, TrackingTokens
from shared.principals import Caller
from tests.integration.workflow.office import Office
from tests.support import infra, keys
from tests.support.asking import Operation, operations, same_but_for_the_instance
from tests.support.house import SERVICES, House, a_house

A, P, O, I, V, M = STAFF = ("admin", "pic", "other_pic", "implementor", "vendor", "management")  # noqa: E741
STRANGERS = ("nobody", "forged", "expired")
CALLERS = (*STRANGERS, *STAFF)

THROUGH = "through"
"""Past the door: done, or refused for what was asked and not for who asked."""
Expected = dict[str, int | str]


def everybody(answer: int | str = THROUGH) -> Expected:
    """Public: nobody is asked who they are."""
    return dict.fromkeys(CALLERS, answer)


def anybody_true(answer: int | str = THROUGH) -> Expected:
    """Public, but who shows a staff token must show a good one."""
    return everybody(answer) | {"forged": 401, "expired": 401}


def only(*who: str, others: int = 403, answer: int | str = THROUGH) -> Expected:
    """Staff with the right role."""
    return dict.fromkeys(STRANGERS, 401) | dict.fromkeys(STAFF, others) | dict.fromkeys(who, answer)


def theirs(*who: str) -> Expected:
    """Those whose complaint it is; to the rest of the staff there is no such thing."""
    return only(*who, others=404)


EXPECTED: dict[str, Expected] = {
    "intake GET /v1/form": everybody(),
    "intake GET /v1/form/modules": only(A),
    "intake PUT /v1/form/modules": only(A),
    "intake GET /v1/form/departments": only(A),
    "intake PUT /v1/form/departments": only(A),
    "intake GET /v1/form/ptj": only(A),
    "intake PUT /v1/form/ptj": only(A),
    "intake GET /v1/challenge": everybody(),
    "intake POST /v1/uploads": everybody(),
    "intake POST /v1/complaints": everybody(),
    "intake POST /v1/complaints/check": everybody(),
    "intake POST /v1/complaints/{number}/messages": everybody(),
    "intake POST /v1/complaints/{number}/rating": everybody(),
    "intake POST /v1/tracking-links": everybody(),
    "intake GET /v1/held-mails": only(A),
    # One that there is not.
    "intake GET /v1/held-mails/{id}": only(A, answer=404),
    "intake POST /v1/held-mails/{id}/decision": only(A, answer=404),
    "workflow POST /v1/sessions": everybody(401),
    "workflow POST /v1/sessions/current": everybody(401),
    "workflow DELETE /v1/sessions/current": everybody(),
    "workflow POST /v1/sessions/password": everybody(401),
    "workflow GET /v1/sessions": only(*STAFF),
    "workflow DELETE /v1/sessions/{session}": only(*STAFF, answer=404),
    "workflow PUT /v1/sessions/language": only(*STAFF),
    "workflow GET /v1/staff/current/preferences": only(*STAFF),
    "workflow PUT /v1/staff/current/preferences": only(*STAFF),
    "workflow POST /v1/password-resets": everybody(),
    "workflow POST /v1/password-resets/{token}": everybody(404),
    "workflow GET /v1/access-audit": only(A),
    "workflow GET /v1/complaints/{number}": theirs(A, P, M),
    "workflow POST /v1/complaints/{number}/actions/{action}": theirs(A, P, M),
    "workflow POST /v1/complaints/{number}/contact": theirs(A, P),
    "workflow POST /v1/assignments": only(A),
    "workflow GET /v1/complaints/{number}/suggested-pics": only(A),
    "workflow GET /v1/complaints/{number}/suggested-priority": theirs(A, P) | {M: 403},
    "workflow GET /v1/complaints/{number}/events": theirs(A, P, M),
    "workflow GET /v1/staff": only(A, M),
    "workflow POST /v1/staff": only(A),
    "workflow PATCH /v1/staff/{member}": only(A),
    "workflow POST /v1/staff/{member}/unlock": only(A),
    "workflow POST /v1/staff/{member}/hand-over": only(A),
    "workflow GET /v1/absences": only(A, P, O, M),
    "workflow POST /v1/absences": only(A, P, O),
    # One that there is not.
    "workflow DELETE /v1/absences/{absence}": only(A, P, O, answer=404),
    "workflow DELETE /v1/staff/{member}/sessions": only(A),
    "workflow GET /v1/settings": only(A, M),
    "workflow PUT /v1/settings": only(A),
    "workflow GET /v1/settings/decisions": only(A, M),
    "workflow GET /v1/settings/vendor": only(A, M),
    "workflow PUT /v1/settings/vendor": only(A),
    # By a link that is none: what a good one opens is a test of its own, in tests/integration/workflow.
    "workflow GET /v1/vendor-leg": everybody(404),
    "workflow POST /v1/vendor-leg/{what}": everybody(404),
    "workflow POST /v1/vendor-leg/uploads": everybody(404),
    "workflow GET /v1/vendor-leg/files/{id}": everybody(404),
    "workflow GET /v1/vendor-leg/files/{id}/preview": everybody(404),
    "workflow GET /v1/time-rules": only(A, P, O, I, M),
    "workflow PUT /v1/time-rules": only(A),
    "workflow GET /v1/calendar/{calendar}/preview": only(A),
    "workflow GET /v1/calendar/{calendar}/decisions": only(A, M),
    "workflow GET /v1/complaints/{number}/schedule": theirs(A, P, M),
    "workflow GET /v1/routing": only(A, M),
    "workflow PUT /v1/routing": only(A),
    "workflow GET /v1/calendar/{calendar}/holidays": only(A, P, O, I, M),
    "workflow POST /v1/calendar/{calendar}/holidays": only(A),
    "workflow DELETE /v1/calendar/{calendar}/holidays/{day}": only(A),
    "workflow GET /v1/solutions": only(A, P, O, I, M),
    "workflow PUT /v1/solutions/{number}": only(A, P, O, I),
    "workflow GET /v1/workflow": everybody(),
    "workflow GET /v1/workflow.mmd": everybody(),
    "workflow GET /v1/events": everybody(401),
    "workflow POST /v1/uploads": only(*STAFF),
    "notify GET /v1/choices": only(*STAFF),
    "notify GET /v1/refused-staff": only(A, M),
    "notify GET /v1/deliveries": only(A, M),
    "notify POST /v1/deliveries/{id}/retry": only(A),
    "notify POST /v1/deliveries/retry": only(A),
    "notify GET /v1/alerts": only(A, P, M) | {O: 404},
    "notify GET /v1/channels": only(A, M),
    "notify GET /v1/rules": only(A, M),
    "notify PUT /v1/rules": only(A),
    "notify GET /v1/rules/versions": only(A, M),
    "notify GET /v1/rules/versions/{version}": only(A, M),
    "notify POST /v1/rules/rehearsals": only(A, M),
    "notify GET /v1/previews": only(A, M),
    # Switched off here; where it is on, who calls proves it by a signature, and is nobody in particular.
    "notify GET /v1/webhooks/whatsapp": everybody(404),
    "notify POST /v1/webhooks/whatsapp": everybody(404),
    "notify GET /v1/whatsapp/templates": only(A, M),
    "notify PUT /v1/whatsapp/templates": only(A),
    "notify GET /v1/whatsapp/messages": only(A, M),
    **{f"{service} GET /v1/health": only(A, M) for service in SERVICES},
    **{f"{service} GET /v1/dead-letters": only(A) for service in SERVICES},
    **{f"{service} POST /v1/dead-letters/redrive": only(A) for service in SERVICES},
    # Of a complaint there is not.
    "query POST /v1/tracking": everybody(404),
    "query GET /v1/inbox": only(*STAFF),
    "query GET /v1/badge": only(*STAFF),
    "query GET /v1/complaints": only(*STAFF),
    "query POST /v1/complaints/search": only(*STAFF),
    "query GET /v1/complaints/{number}": theirs(A, P, M),
    "query GET /v1/solutions": anybody_true(),
    # A file that is nobody's; who reads which file is a test of its own, in tests/integration/query.
    "query GET /v1/attachments/{id}": anybody_true(404),
    "query GET /v1/attachments/{id}/preview": anybody_true(404),
    "query POST /v1/attachments/{id}": everybody(404),
}
STATES: dict[str, tuple[str, ...]] = {
    # Who reads a complaint that was brought there the shortest way. The PIC is always the same.
    "BARU": (A, M),
    "DIAGIHKAN": (A, P, M),
    "INPROGRESS": (A, P, M),
    "RUJUKAN_IMPLEMENTOR": (A, P, I, M),
    "TINDAKAN_VENDOR": (A, P, V, M),
    "MOHON_MAKLUMBALAS": (A, P, M),
    "MOHON_TUTUP": (A, P, M),
    "SELESAI": (A, P, M),
    "DITUTUP": (A, P, M),
}
B, D, W, R, L, F, T, S, X = STATES
OPEN = (B, D, W, R, L, F, T)
ANY = (*OPEN, S, X)
TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    # Action: who may do it, and from where.
    "assign": {A: (B,)},
    "reassign": {A: (D, W, R, L, F, T)},
    "hand_back": {P: (D, W)},
    "reject": {A: (B, D)},
    "mark_duplicate": {A: (B, D, W), P: (D, W)},
    "classify": {A: OPEN, P: (D, W, R, L, F, T)},
    "start": {P: (D,)},
    "reply": {A: OPEN, P: (D, W, R, L, F, T), I: (R,)},
    "note": {A: ANY, P: (D, W, R, L, F, T, S, X), I: (R,)},
    "ask_feedback": {P: (D, W)},
    "refer": {P: (D, W)},
    "claim": {I: (R,)},
    "return": {I: (R,)},
    "log_vendor": {P: (D, W), I: (R,)},
    "update_vendor": {P: (L,), V: (L,)},
    "vendor_answered": {P: (L,), V: (L,)},
    "request_close": {P: (D, W, L, F), I: (R,)},
    "take_back": {A: (R, L, F, T), P: (R, L, F, T)},
    "reopen": {A: (S, X)},
    "correct_contact": {A: ANY},
}
NEVER = ("receive", "answer", "not_solved", "close", "rate", "remind", "escalate", "reschedule", "lapse", "seal")
NEEDS_NOTHING = ("start", "claim")


@dataclass
class Scene:
    """A house with a complaint in each state, and one that came in through the public door."""

    house: House
    ours: str
    token: str
    foreign: str
    foreign_token: str
    missing: str
    places: dict[str, str]
    delivery: str = ""
    in_state: dict[str, str] = field(default_factory=dict)

    def headers(self, caller: str) -> dict[str, str]:
        if caller == "nobody":
            return {}
        if caller in STAFF:
            return {"Authorization": f"Bearer {self.house.token(caller)}"}
        who = Caller(self.house.office.ids[A], "s", "Rohani", frozenset({"ADMIN"}), frozenset())
        now = datetime.now(UTC)
        key, at = (
            (keys.key("forged"), now) if caller == "forged" else (keys.STAFF_PRIVATE_KEY, now - timedelta(hours=1))
        )
        return {"Authorization": f"Bearer {StaffTokens(private=key).issue(who, at)[0]}"}

    def asked(self, operation: Operation) -> dict[str, str]:
        """What it has to be asked, about our complaint."""
        query = operation.needed_query()
        return query | {name: self.ours for name in query if name == "complaint"}

    def ask(self, operation: Operation, caller: str, **places: str) -> httpx2.Response:
        return self.house.http.request(
            operation.method,
            self.house.url(operation.service) + operation.at(self.places | places),
            params=self.asked(operation),
            headers=operation.needed_headers() | self.headers(caller),
            **operation.body(),
        )


def a_number(sequence: int) -> str:
    return complaint_number(datetime.now(UTC).year, sequence)


def file(house: House, ic: str) -> tuple[str, str]:
    """Through the public door: the number, and the token of its link."""
    body = {
        "ic": ic,
        "name": "Aminah binti Ismail",
        "department": "PKN",
        "ptj": "101-001",
        "phone": "012-345 6789",
        "email": "aminah@example.my",
        "language": "ms",
        "module": "gl",
        "title": "Baki lejar tidak sama",
        "description": "Baki akaun di lejar am tidak sama dengan penyata bank.",
        "confirmed": True,
    }
    answer = house.http.post(f"{house.url('intake')}/v1/complaints", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["number"], answer.json()["tracking_url"].rpartition("/")[2]


async def set_up(office: Office, scene: Scene) -> None:
    for number, pic in ((scene.ours, P), (scene.foreign, O)):
        await office.assign(pic, number)
        await office.do(pic, "start", number)
    for position, state in enumerate(STATES, 700_001):
        scene.in_state[state] = a_number(position)
        await office.bring(scene.in_state[state], state)
    spare = {"ic": "900101990009", "name": "Hasnah binti Daud", "email": "hasnah@example.my", "phone": "09-748 1957"}
    added = await office.post(A, "/v1/staff", spare | {"roles": ["VENDOR"], "password": "kata-laluan-ujian-2"})
    scene.places["member"] = added.json()["id"]
    await office.post(A, "/v1/calendar/kelantan/holidays", {"day": scene.places["day"], "name": "Cuti", "why": "Ujian"})


def shows(scene: Scene, service: str, *numbers: str) -> bool:
    """Whether Admin finds them all there by now."""
    where = f"{scene.house.url(service)}/v1/complaints"
    return all(scene.house.http.get(f"{where}/{one}", headers=scene.headers(A)).is_success for one in numbers)


def deliveries(scene: Scene) -> list[dict[str, str]]:
    answer = scene.house.http.get(f"{scene.house.url('notify')}/v1/deliveries", headers=scene.headers(A))
    items: list[dict[str, str]] = answer.json()["items"]
    return items


@pytest.fixture(scope="module")
def scene(databases: infra.Databases, brokers: infra.Brokers) -> Iterator[Scene]:
    with a_house(databases, brokers, rate_limits="off") as house:
        ours, token = file(house, "800101990001")
        foreign, foreign_token = file(house, "810202990002")
        places = {
            "number": ours,
            "absence": "1f0c1f5e-6f0f-4d6e-9a55-0d8a7c1a2b3c",
            "action": "note",
            "member": "",
            "session": "1f0c1f5e-6f0f-4d6e-9a55-0d8a7c1a2b3d",
            "token": "nothing-that-opens-anything",
            "calendar": "kelantan",
            "what": "update",
            "day": "2031-01-07",
            "version": "1",
            "id": "1f0c1f5e-6f0f-4d6e-9a55-0d8a7c1a2b3c",
        }
        made = Scene(house, ours, token, foreign, foreign_token, a_number(999_999), places)
        assert wait_until(lambda: shows(made, "workflow", ours, foreign), within=60)
        house.run(set_up(house.office, made))
        assert wait_until(lambda: shows(made, "query", ours, foreign, *made.in_state.values()), within=60)
        assert wait_until(lambda: bool(deliveries(made)), within=60)
        made.delivery = deliveries(made)[0]["id"]
        yield made


def live(scene: Scene) -> dict[str, Operation]:
    found: dict[str, Operation] = {}
    for service in SERVICES:
        document = scene.house.http.get(f"{scene.house.url(service)}/openapi.json").json()
        found |= {operation.name: operation for operation in operations(service, document)}
    return found


def outcome(answer: httpx2.Response) -> int | str:
    """A status that says who may, or that the door was passed."""
    assert answer.status_code < 500, f"{answer.request.url}: {answer.text}"
    if answer.request.method == "GET":
        return THROUGH if answer.status_code == 200 else answer.status_code
    return THROUGH if answer.is_success or answer.status_code in (409, 412, 422, 428) else answer.status_code


def test_every_path_of_the_documents_is_expected_and_nothing_else(scene: Scene) -> None:
    assert set(live(scene)) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_path_opens_to_those_who_may_and_to_nobody_else(name: str, scene: Scene) -> None:
    operation = live(scene)[name]
    places = {"number": scene.in_state[T]} if "/solutions/" in name else {}
    places |= {"id": scene.delivery} if "/deliveries/" in name else {}
    # Who may not goes first: what the others do may change what there is.
    order = sorted(CALLERS, key=lambda caller: EXPECTED[name][caller] == THROUGH)
    assert {caller: outcome(scene.ask(operation, caller, **places)) for caller in order} == EXPECTED[name]


@pytest.mark.parametrize("name", [name for name in EXPECTED if "/complaints/{number}" in name])
def test_a_foreign_complaint_and_a_missing_one_answer_the_same(name: str, scene: Scene) -> None:
    operation = live(scene)[name]
    for caller in (*STRANGERS, P, I, V):
        foreign, missing = (scene.ask(operation, caller, number=one) for one in (scene.foreign, scene.missing))
        assert same_but_for_the_instance(foreign, missing), f"{caller}: {foreign.text} {missing.text}"
        own = EXPECTED[name][caller]
        # On the public thread the proof is missing first, whatever the complaint.
        expected = own if own != THROUGH else 422 if operation.service == "intake" else 404
        assert foreign.status_code == expected, f"{caller}: {foreign.text}"


def test_a_pic_reads_the_deliveries_of_an_own_complaint_only(scene: Scene) -> None:
    def status(caller: str, number: str) -> httpx2.Response:
        url = f"{scene.house.url('notify')}/v1/deliveries"
        return scene.house.http.get(url, params={"complaint": number}, headers=scene.headers(caller))

    assert {who: status(who, scene.ours).status_code for who in STAFF} == {
        A: 200,
        P: 200,
        O: 404,
        I: 403,
        V: 403,
        M: 200,
    }
    assert same_but_for_the_instance(status(P, scene.foreign), status(P, scene.missing))


@pytest.mark.parametrize("path", ["messages", "rating"])
def test_a_link_speaks_for_its_own_complaint_and_for_no_other(path: str, scene: Scene) -> None:
    body = {"action": "answer", "text": "Masih sama."} if path == "messages" else {"score": 5, "comment": ""}

    def said(number: str, token: str) -> httpx2.Response:
        url = f"{scene.house.url('intake')}/v1/complaints/{number}/{path}"
        return scene.house.http.post(url, json=body, headers={"X-Tracking-Token": token})

    assert said(scene.ours, scene.token).status_code == 202
    foreign, missing = said(scene.ours, scene.foreign_token), said(scene.missing, scene.foreign_token)
    assert foreign.status_code == 404
    assert same_but_for_the_instance(foreign, missing)
    for bent in (scene.token[:-1] + ("A" if scene.token[-1] != "A" else "B"), "", "x", scene.token * 40):
        assert same_but_for_the_instance(said(scene.ours, bent), missing), bent


def test_a_link_opens_its_own_thread_whatever_number_is_asked_beside_it(scene: Scene) -> None:
    def opened(token: str) -> httpx2.Response:
        headers = {"X-Tracking-Token": token}
        return scene.house.http.post(
            f"{scene.house.url('query')}/v1/tracking", json={"number": scene.ours}, headers=headers
        )

    assert opened(scene.foreign_token).json()["number"] == scene.foreign
    forged = TrackingTokens(f"1:{keys.key('forged')}").make(scene.ours, datetime.now(UTC))
    assert opened(forged).status_code == 404
    elsewhere = TrackingTokens(keys.TRACKING_KEYS).make(scene.missing, datetime.now(UTC))
    assert opened(elsewhere).json()["state"] is None, "a good link without a row is being registered"


@pytest.mark.parametrize("state", STATES)
def test_who_reads_a_complaint_in_a_state(state: str, scene: Scene) -> None:
    number = scene.in_state[state]
    for service in ("workflow", "query"):
        url = f"{scene.house.url(service)}/v1/complaints/{number}"
        seen = {who: scene.house.http.get(url, headers=scene.headers(who)).status_code for who in STAFF}
        assert seen == {who: 200 if who in STATES[state] else 404 for who in STAFF}, service


@pytest.mark.parametrize("state", STATES)
def test_a_caller_may_do_exactly_what_the_table_says(state: str, scene: Scene) -> None:
    number, house = scene.in_state[state], scene.house
    url = f"{house.url('workflow')}/v1/complaints/{number}"
    for who in STATES[state]:
        shown = house.http.get(url, headers=scene.headers(who))
        may = {action for action, rows in TABLE.items() if state in rows.get(who, ())}
        assert {one["action"] for one in shown.json()["allowed"]} == may, who
        headers = scene.headers(who) | {"If-Match": shown.headers["ETag"]}
        for action in (*TABLE, *NEVER, "hold_message"):
            if action in may and action in NEEDS_NOTHING:
                continue  # it would be done
            answer = house.http.post(f"{url}/actions/{action}", json={}, headers=headers)
            assert answer.status_code == (422 if action in may else 409), f"{who} {action}: {answer.text}"
            if action not in may:
                assert set(answer.json()["allowed"]) == may
        assert house.http.post(f"{url}/actions/destroy", json={}, headers=headers).status_code == 404
    for who in set(STAFF) - set(STATES[state]):
        for action in (*TABLE, *NEVER):
            answer = house.http.post(f"{url}/actions/{action}", json={}, headers=scene.headers(who))
            assert answer.status_code == 404, f"{who} {action}"
    assert house.http.get(url, headers=scene.headers(A)).headers["ETag"] == shown.headers["ETag"], "nothing was done"
