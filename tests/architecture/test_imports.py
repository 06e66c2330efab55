"""The direction of imports is a failing build, and each contract is broken here once on purpose to see it fail.

The offences are written into a copy of the packages, so that what is judged is the very configuration of the build.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("shared", "services", "deploy")
LINT = Path(sys.executable).with_name("lint-imports")

ROOMS = "Rooms: the same few in every service, and imports point one way"
PORTAL = "The portal: pages over what they are made of, clients below"
NO_DATABASE = "The portal has no database and no outbox"
STRANGERS = "Services are strangers to each other"
PURE = "Decisions do no I/O"
DOWN = "Deploy over services over shared"
TESTS = "Nobody needs the tests"
NOUNS = "Plumbing knows no business noun"
CONTRACTS = {ROOMS, PORTAL, NO_DATABASE, STRANGERS, PURE, DOWN, TESTS, NOUNS}

OFFENCES = [
    pytest.param("services/workflow/store/people.py", "import services.workflow.handlers.people", ROOMS, id="upwards"),
    pytest.param("services/workflow/machine/table.py", "import services.workflow.domain.given", ROOMS, id="to-domain"),
    pytest.param("services/query/timers.py", "import services.query.api.lists", ROOMS, id="edge-to-edge"),
    pytest.param("services/query/helpers.py", "", ROOMS, id="a-room-nobody-knows"),
    pytest.param("services/portal/clients/door.py", "import services.portal.pages.login", PORTAL, id="client-to-page"),
    pytest.param("services/portal/common.py", "", PORTAL, id="a-room-the-portal-does-not-know"),
    pytest.param("services/portal/words.py", "import asyncpg", NO_DATABASE, id="portal-to-database"),
    pytest.param("services/portal/live.py", "import shared.outbox", NO_DATABASE, id="portal-to-outbox"),
    pytest.param("services/query/domain/said.py", "import services.workflow.machine", STRANGERS, id="to-a-sibling"),
    pytest.param("services/portal/desk.py", "import services.intake.domain.numbers", STRANGERS, id="portal-to-service"),
    pytest.param("services/workflow/domain/clocks.py", "import asyncio", PURE, id="domain-waits"),
    pytest.param("services/intake/domain/filing.py", "import shared.auth", PURE, id="domain-to-the-web-by-a-detour"),
    pytest.param("services/workflow/machine/step.py", "import structlog", PURE, id="machine-logs"),
    pytest.param("shared/calendar.py", "import sqlalchemy", PURE, id="calendar-to-database"),
    pytest.param("shared/events/reference.py", "import httpx2", PURE, id="events-to-the-network"),
    pytest.param("shared/limits.py", "import services", DOWN, id="shared-to-services"),
    pytest.param("shared/blobs/store.py", "import deploy.local.row", DOWN, id="shared-to-deploy"),
    pytest.param("services/notify/settings.py", "import deploy.local.row", DOWN, id="service-to-deploy"),
    pytest.param("services/query/settings.py", "import tests.support.keys", TESTS, id="to-the-tests"),
    pytest.param("shared/bus/consumer.py", "import shared.events.workflow", NOUNS, id="bus-to-events"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and the contracts, to break at will."""
    copied = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        skip = shutil.ignore_patterns("__pycache__", "static", "templates", "locale", "*.csv")
        shutil.copytree(ROOT / package, copied / package, ignore=skip)
    shutil.copy(ROOT / ".importlinter", copied)
    return copied


def broken_contracts(house: Path) -> set[str]:
    """The names of the contracts that do not hold there."""
    done = subprocess.run([LINT, "--no-logo"], cwd=house, capture_output=True, text=True, check=False)
    verdicts = dict(re.findall(r"^(.+) (KEPT|BROKEN)$", done.stdout, re.MULTILINE))
    assert set(verdicts) == CONTRACTS, done.stdout + done.stderr
    broken = {name for name, verdict in verdicts.items() if verdict == "BROKEN"}
    assert (done.returncode == 0) == (not broken)
    return broken


@contextmanager
def offending(file: Path, line: str) -> Iterator[None]:
    """The file with one more line, or a new file; as it was again afterwards."""
    before = file.read_text() if file.exists() else None
    file.write_text(f"{before or ''}\n{line}\n")
    try:
        yield
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)


def test_every_contract_holds(copy: Path) -> None:
    assert broken_contracts(copy) == set()


@pytest.mark.parametrize(("file", "line", "contract"), OFFENCES)
def test_an_offence_breaks_its_contract_and_no_other(copy: Path, file: str, line: str, contract: str) -> None:
    with offending(copy / file, line):
        assert broken_contracts(copy) == {contract}


def test_every_contract_is_broken_once() -> None:
    assert {offence.values[2] for offence in OFFENCES} == CONTRACTS
