"""What the documents promise is what is served: schemathesis asks every path with examples, with the edges of every
schema, with random input and along the links, as each role in turn and as nobody. Seeded; `FUZZ=<n>` asks n times as
much (`make fuzz`).
"""

import itertools
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from tests.integration.workflow.office import CREW
from tests.support import infra
from tests.support.house import SERVICES, House, a_house

TIMES = int(os.environ.get("FUZZ", "1"))
NOT_HELD = {
    "positive_data_acceptance": "what is well-formed can still be wrong: an IC of nobody, a PIC who is none",
    "ignored_auth": "tests/system/test_permissions.py asks as every caller",
}
CONFIG: dict[str, Any] = {
    "seed": 20261122,
    "generation": {"max-examples": 3 * TIMES, "no-shrink": TIMES == 1, "database": "none"},
    "checks": {name: {"enabled": False} for name in NOT_HELD}
    | {"negative_data_rejection": {"expected-statuses": [401, 403, 404, 405, 409, 412, 413, 422, 428]}},
    "phases": {"stateful": {"max-steps": 6, "generation": {"max-examples": 2 * TIMES}}},
}


@pytest.fixture(scope="module")
def house(databases: infra.Databases, brokers: infra.Brokers) -> Iterator[House]:
    with a_house(databases, brokers, rate_limits="off") as made:
        for state in ("INPROGRESS", "RUJUKAN_IMPLEMENTOR", "TINDAKAN_VENDOR", "MOHON_TUTUP", "DITUTUP"):
            made.run(made.office.bring(f"HD-2026-00000{len(state) % 10}-A", state))
        yield made


def in_turn(house: House) -> type:
    """Each request as the next of the crew; every seventh as nobody."""
    turn = itertools.cycle([*CREW, None])

    class InTurn:
        def get(self, _case: schemathesis.Case[Any], _context: schemathesis.AuthContext) -> dict[str, str]:
            who = next(turn)
            return {} if who is None else {"Authorization": f"Bearer {house.token(who)}"}

        def set(self, case: schemathesis.Case[Any], data: dict[str, str], _context: schemathesis.AuthContext) -> None:
            case.headers.update(data)

    return InTurn


def failures(recorder: ScenarioRecorder) -> Iterator[tuple[str, str]]:
    """Where, and what with which request."""
    for case_id, checks in recorder.checks.items():
        for one in checks:
            if one.failure_info is not None:
                failure, asked = one.failure_info.failure, recorder.interactions[case_id]
                said = asked.response.content[:600] if asked.response else b""
                yield (
                    f"{failure.operation}: {failure.title}",
                    f"{failure.message}\n{one.failure_info.code_sample}\n{said!r}",
                )


@pytest.mark.timeout(600 * TIMES)
@pytest.mark.parametrize("service", SERVICES)
def test_what_is_served_is_what_the_document_says(service: str, house: House) -> None:
    config = SchemathesisConfig.from_dict(CONFIG)
    schema = schemathesis.openapi.from_url(f"{house.url(service)}/openapi.json", config=config)
    schema.auth(refresh_interval=None)(in_turn(house))
    wrong: dict[str, str] = {}
    asked = 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.cases)
            wrong |= dict(failures(event.recorder))
        if isinstance(event, events.NonFatalError):
            wrong[f"{event.label}: {event.info.title}"] = str(event.value)
        if isinstance(event, events.FatalError):
            raise event.exception
    assert asked > 100
    assert not wrong, "\n\n".join(f"{where}\n{what}" for where, what in sorted(wrong.items()))
