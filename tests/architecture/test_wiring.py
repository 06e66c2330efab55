"""Nothing is written and not wired: every event said is heard or named as unheard with a why, every handler fits what
it is wired to, and the few things that only one room may do are done in that room."""

import ast
import importlib
import inspect
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from services.workflow.machine import EVENTS, Action
from shared import events
from shared.bus.consumer import Consumer
from shared.bus.fence import Batched
from shared.envelope import Envelope, Event, is_reference, nats_subject, seal, shard_of
from shared.events import intake, mails, reference, workflow
from tests.support import keys

ROOT = Path(__file__).parents[2]
PRODUCT = sorted(path for room in ("shared", "services", "deploy") for path in (ROOT / room).rglob("*.py"))
SERVICES = ("intake", "workflow", "notify", "query")
Kind = type[Event]

SAID_BY: Mapping[str, tuple[Kind, ...]] = {
    "intake": (*events.INTAKE, reference.FormSaved),
    "workflow": (
        *events.WORKFLOW,
        *events.ACCOUNTS,
        *events.MAILS,
        *(kind for kind in events.REFERENCE if kind is not reference.FormSaved),
    ),
}
UNHEARD: Mapping[str, Mapping[Kind, str]] = {
    "intake": {
        **dict.fromkeys(events.WORKFLOW, "intake never decides and keeps no state: it takes down"),
        **dict.fromkeys(events.ACCOUNTS, "told to the owner of the account alone, by mail"),
        reference.RoutingSaved: "who takes which module is decided at workflow",
        reference.SolutionSaved: "what looks alike is asked of query",
        reference.StaffSaved: "a token says who the caller is",
    },
    "workflow": {
        intake.TrackingLinkRequested: "links are mail, and only mail",
        intake.MailBounced: "what became of a mail is notify's to keep",
        intake.MailHeld: "Admin decides on it at intake, and is told by notify",
    },
    "notify": {
        intake.ComplaintSubmitted: "workflow's received tells it with its deadlines",
        intake.ComplainantActed: "workflow says what became of it",
        intake.StaffMailed: "workflow says what became of it",
        mails.StaffMailRefused: "the mail is held at intake, for Admin",
        reference.RoutingSaved: "decides assignments, and those are told",
        reference.SolutionSaved: "nobody is told of a solution but by its complaint",
    },
    "query": {
        intake.ComplaintSubmitted: "workflow's received tells it",
        intake.ComplainantActed: "workflow says what became of it",
        intake.TrackingLinkRequested: "links are mail, and only mail",
        intake.StaffMailed: "workflow says what became of it",
        intake.MailBounced: "what became of a mail is notify's to keep",
        intake.MailHeld: "Admin decides on it at intake, and is told by notify",
        mails.StaffMailRefused: "the mail is held at intake, for Admin",
        **dict.fromkeys(events.ACCOUNTS, "told to the owner of the account alone, by mail"),
        reference.RoutingSaved: "decides assignments, not what is shown",
    },
}


def hears(service: str) -> Mapping[Kind, Any]:
    table: Mapping[Kind, Any] = importlib.import_module(f"services.{service}.subscriptions").HEARS
    return table


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def where(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- events -------------------------------------------------------------------------------------------------------


def test_every_event_is_said_by_one_service() -> None:
    said = [kind for kinds in SAID_BY.values() for kind in kinds]
    assert sorted(kind.wire for kind in said) == sorted(kind.wire for kind in events.REGISTER.values())


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_hears_each_event_of_the_others_or_says_why_not(service: str) -> None:
    offered = {kind for teller, kinds in SAID_BY.items() if teller != service for kind in kinds}
    heard, unheard = set(hears(service)), set(UNHEARD[service])
    assert heard | unheard == offered
    assert heard & unheard == set()
    assert all(UNHEARD[service].values())


def test_every_event_is_heard_by_somebody() -> None:
    heard = {kind for service in SERVICES for kind in hears(service)}
    assert set(events.REGISTER.values()) - heard == {reference.RoutingSaved}, "only workflow itself needs the routing"


@pytest.mark.parametrize("service", SERVICES)
def test_a_handler_takes_what_it_is_wired_to(service: str) -> None:
    for kind, wired in hears(service).items():
        handler = wired.many if isinstance(wired, Batched) else wired
        assert inspect.iscoroutinefunction(handler), handler
        taken = [parameter.annotation for parameter in inspect.signature(handler).parameters.values()]
        if isinstance(wired, Batched):
            taken = [taken[0], *get_args(get_args(taken[1])[0])]
        assert len(taken) == 3, f"{handler} takes the transaction, the event and its envelope"
        assert issubclass(kind, taken[1]), f"{handler} is wired to {kind} and takes {taken[1]}"
        assert taken[2] is Envelope


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_hears_comes_through_the_filters_of_its_consumers(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters: list[tuple[str, str]] = []

    class Listening(Consumer):
        def __init__(self, *args: Any, **wired: Any) -> None:
            assert wired["hears"] is hears(service)
            assert wired["service"] == service
            filters.extend((wired["stream"], one) for one in wired["subjects"])
            super().__init__(*args, **wired)

    main = importlib.import_module(f"services.{service}.main")
    monkeypatch.setattr(main, "Consumer", Listening)
    environment = keys.settings(
        service, "postgresql://nobody@127.0.0.1:1/none", "nats://127.0.0.1:1", mail_from="helpdesk@example.my"
    )
    main.create_app(importlib.import_module(f"services.{service}.settings").Settings(**environment))
    for kind in hears(service):
        teller = next(teller for teller, kinds in SAID_BY.items() if kind in kinds)
        lane = "ref" if is_reference(kind.wire) else f"{shard_of('x'):02d}"
        subject = f"{teller}.{lane}.{kind.wire}"
        assert any(stream == teller.upper() and _passes(one, subject) for stream, one in filters), subject


def _passes(pattern: str, subject: str) -> bool:
    wanted, given = pattern.split("."), subject.split(".")
    for position, token in enumerate(wanted):
        if token == ">":
            return len(given) > position
        if position >= len(given) or token not in ("*", given[position]):
            return False
    return len(wanted) == len(given)


def test_the_subject_of_an_event_is_service_lane_type() -> None:
    facts = reference.RoutingSaved(modules={})
    at: dict[str, Any] = {"id": "e", "sequence": 1, "time": datetime(2026, 3, 1, tzinfo=UTC), "correlation": "c"}
    assert nats_subject(seal(facts, source="workflow", subject="routing", **at)) == "workflow.ref.routing.saved"
    asked = intake.TrackingLinkRequested(number="HD-2026-000123-C")
    lane = f"{shard_of('request-1'):02d}"
    said = nats_subject(seal(asked, source="intake", subject="request-1", **at))
    assert said == f"intake.{lane}.tracking_link.requested"


def test_every_action_says_an_event_of_its_own_and_every_event_comes_from_an_action() -> None:
    assert set(EVENTS) == set(Action)
    assert sorted(EVENTS.values()) == sorted(kind.wire for kind in workflow.ALL)


# --- only one room may --------------------------------------------------------------------------------------------


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_only_the_step_knows_the_library_of_the_machine() -> None:
    users = {where(path) for path in PRODUCT if any(name.split(".")[0] == "transitions" for name in imports(path))}
    assert users == {"services/workflow/machine/step.py"}


def test_only_the_acts_give_a_complaint_its_state_and_only_what_step_answered() -> None:
    givers: dict[str, list[str]] = {}
    for path in (ROOT / "services" / "workflow").rglob("*.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"Complaint", "replace"}:
                said = [ast.unparse(one.value) for one in node.keywords if one.arg == "state"]
                givers.setdefault(where(path), []).extend(said)
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    assigned = isinstance(target, ast.Attribute) and target.attr == "state"
                    assert not assigned or where(path) == "services/workflow/machine/step.py", ast.unparse(node)
    acts = parsed(ROOT / "services" / "workflow" / "domain" / "acts.py")
    answered = [ast.unparse(node) for node in ast.walk(acts) if isinstance(node, ast.Assign)]
    assert {path: set(said) for path, said in givers.items() if said} == {
        "services/workflow/domain/acts.py": {"state", "State.BARU"}
    }
    assert {line for line in answered if line.startswith("state = ")} == {
        "state = step(before.state, action, facts)",
        "state = step(before.state, Action.HOLD_MESSAGE, facts)",
    }


def literals(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield " ".join(node.value.lower().split())


def test_only_the_store_writes_the_complaint_and_its_record() -> None:
    writers = {
        where(path)
        for path in (ROOT / "services" / "workflow").rglob("*.py")
        if path.parent.name != "migrations"  # they may bring what is kept into a new shape
        for text in literals(path)
        for table in ("complaint", "event")
        if any(f"{verb} {table} " in text for verb in ("insert into", "update", "delete from", "truncate"))
    }
    assert writers == {"services/workflow/store/complaints.py"}
    store = ROOT / "services" / "workflow" / "store" / "complaints.py"
    writes = [text for text in literals(store) if "insert into complaint" in text or "update complaint" in text]
    timers = "update complaint set timer_at = $2, timer_rule = $3 where number = $1"
    assert writes.count(timers) == 1, "a timer alone may be set anew, when the rules change under it"
    writes.remove(timers)
    assert len(writes) == 3
    for text in writes:
        assert "insert into event" in text, "a state is written together with its event"
        assert "insert into outbox" in text, "and with what will be said of it"


EDGES = {
    "shared/db.py": "the transaction itself, and whether Postgres answers",
    "shared/web/edge.py": "the HTTP edge",
    "shared/bus/consumer.py": "the message edge",
    "shared/bus/parked.py": "how many letters are parked",
    "shared/web/oversight.py": "what is left after a redrive, which commits by itself",
    "shared/outbox.py": "the relay's own rows: the lease, what is unpublished, the checkpoint",
    "shared/limits.py": "a refused request must count as well",
    "shared/blobs/uploads.py": "a file is checked and stored with no transaction open, its row before and after",
    "services/query/handlers/rebuild.py": "the command line rebuilds in batches, each held against live consumers",
    "deploy/staff.py": "the command line adds staff",
    "deploy/letters.py": "the command line redrives, subject by subject",
    "deploy/record.py": "the record, put back from the command line",
    **{f"services/{service}/main.py": "whether it is ready" for service in SERVICES},
    **{f"services/{service}/timers.py": "the timer edge" for service in SERVICES},
    "services/notify/timers/sweep.py": "the timer edge, a channel at a time",
    "services/notify/timers/digests.py": "the timer edge of mornings and quiet hours",
    "services/notify/timers/whatsapp.py": "the timer edge of receipts and of who wrote",
}
HTTP_EDGES = tuple(f"services/{service}/api" for service in SERVICES)
"""Routes that read without a body's transaction, or that must not hold one while they hash or wait."""


def test_only_the_edges_begin_a_transaction_and_nobody_else_says_commit() -> None:
    for path in PRODUCT:
        for node in ast.walk(parsed(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner, verb = ast.unparse(node.func.value), node.func.attr
            assert verb not in {"commit", "rollback"}, f"{where(path)}: {ast.unparse(node)}"
            if verb == "transaction" and owner != "tx":  # on a Tx it is a savepoint
                assert where(path) in EDGES or where(path).startswith(HTTP_EDGES), f"{where(path)}: {ast.unparse(node)}"


def test_a_dependency_that_commits_does_so_before_the_answer_leaves() -> None:
    """A plain `yield` dependency of FastAPI commits after the client has its 201."""
    for path in PRODUCT:
        for name in _committing(parsed(path)):
            for node in ast.walk(parsed(path)):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "Depends":
                    asked = node.args and ast.unparse(node.args[0]) == name
                    scope = [ast.literal_eval(one.value) for one in node.keywords if one.arg == "scope"]
                    assert not asked or scope == ["function"], f"{where(path)}: {ast.unparse(node)}"


def _committing(module: ast.Module) -> set[str]:
    return {
        node.name
        for node in ast.walk(module)
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)
        and any(isinstance(inner, ast.Yield) for inner in ast.walk(node))
        and "transaction(" in ast.unparse(node)
    }


def test_nobody_waits_with_wait_for() -> None:
    """On Python 3.11 it can swallow a cancellation and hang the shutdown: `asyncio.timeout` instead."""
    users = {
        where(path)
        for path in PRODUCT
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "asyncio.wait_for"
    }
    assert users == set()
