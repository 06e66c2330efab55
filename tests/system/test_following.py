"""One complaint can be followed through all services by its ids, and the figures say what was done; neither says whose
it was."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from deploy.local.processes import wait_until
from deploy.trace import Line, read, told, trace
from tests.system.conftest import Helpdesk

SERVICES = ("intake", "workflow", "notify", "query", "portal")
CANARIES = ("Kenari binti Rahsia", "kenari.rahsia@example.my", "800101990001", "0123456780", "rahsia-kenari")
FILING = {
    "ic": "800101990001",
    "name": "Kenari binti Rahsia",
    "department": "PKN",
    "ptj": "101-001",
    "phone": "012-345 6780",
    "email": "kenari.rahsia@example.my",
    "language": "ms",
    "module": "gl",
    "title": "rahsia-kenari tajuk",
    "description": "rahsia-kenari keterangan",
    "confirmed": True,
}


@pytest.fixture(scope="module")
def filed(helpdesk: Helpdesk) -> tuple[str, str]:
    """A complaint that was filed and has reached everybody: its number, and the id of the request."""
    request = str(uuid.uuid4())
    url = f"{helpdesk.url('intake')}/v1/complaints"
    answer = httpx2.post(url, json=FILING, headers={"X-Request-Id": request}, timeout=60)
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["number"]

    def arrived() -> bool:
        seen = {(line["service"], line["event"]) for line in lines(helpdesk.home) if line.get("correlation") == request}
        return {("notify", "sent"), ("query", "heard")} <= seen

    assert wait_until(arrived, within=60)
    return number, request


def lines(home: Path) -> Iterator[Line]:
    return read(home / "logs")


def test_the_logs_of_all_services_tell_its_way_by_one_id(helpdesk: Helpdesk, filed: tuple[str, str]) -> None:
    number, request = filed
    found = [line for line in trace(helpdesk.home / "logs", number) if line.get("correlation") == request]
    assert {line["complaint"] for line in found} == {number}
    steps = [(line["service"], line["event"], line.get("outcome") or line.get("status")) for line in found]
    way = [
        ("intake", "answered", "201"),
        ("workflow", "heard", "applied"),
        ("notify", "heard", "applied"),
        ("notify", "sent", "sent"),
    ]
    assert [step for step in dict.fromkeys(steps) if step in way] == way
    assert ("query", "heard", "applied") in steps[steps.index(way[1]) :]
    assert all(float(line["ms"]) >= 0 for line in found)


def test_a_person_reads_the_same_line_by_line(helpdesk: Helpdesk, filed: tuple[str, str]) -> None:
    said = [told(line) for line in trace(helpdesk.home / "logs", filed[0])]
    assert [when for when, *_ in said] == sorted(when for when, *_ in said)
    assert any(line[1:3] == ("workflow", "heard complaint.submitted #1") for line in said)


def test_no_log_says_whose_it_was_or_what_was_written(helpdesk: Helpdesk, filed: tuple[str, str]) -> None:
    asked = httpx2.get(f"{helpdesk.url('workflow')}/v1/complaints/800101990001", timeout=60)
    assert asked.status_code == 401, "typed where a number belongs"
    written = {path.name: path.read_text(errors="replace") for path in (helpdesk.home / "logs").glob("*.log*")}
    assert filed[0] in written["query.log"]
    assert [(name, canary) for name, text in written.items() for canary in CANARIES if canary in text] == []


def figures(helpdesk: Helpdesk, service: str) -> dict[str, float]:
    text = httpx2.get(f"{helpdesk.url(service)}/metrics", timeout=60).text
    plain = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in plain}


def test_the_figures_of_every_service_say_what_was_done(helpdesk: Helpdesk, filed: tuple[str, str]) -> None:
    assert filed
    intake, workflow = figures(helpdesk, "intake"), figures(helpdesk, "workflow")
    notify, query = figures(helpdesk, "notify"), figures(helpdesk, "query")
    assert intake['http_requests_total{method="POST",route="/v1/complaints",status="201"}'] >= 1
    assert intake['http_request_seconds_count{method="POST",route="/v1/complaints"}'] >= 1
    assert intake['events_published_total{stream="INTAKE"}'] >= 1
    assert workflow['events_heard_total{outcome="applied",stream="INTAKE"}'] >= 1
    assert workflow['backlog_size{of="timers"}'] >= 0
    assert query['event_lateness_seconds_count{stream="WORKFLOW"}'] >= 1
    assert query['backlog_size{of="stream:WORKFLOW"}'] >= 0
    assert notify['deliveries_total{channel="email",outcome="sent",reason=""}'] >= 1
    for service, found in (("intake", intake), ("workflow", workflow), ("notify", notify), ("query", query)):
        assert found['backlog_size{of="parked"}'] == 0, service
        assert "db_connections_in_use" in found, service


def test_no_figure_is_labelled_with_what_a_person_typed(helpdesk: Helpdesk, filed: tuple[str, str]) -> None:
    for service in SERVICES:
        text = httpx2.get(f"{helpdesk.url(service)}/metrics", timeout=60).text
        assert [canary for canary in (*CANARIES, filed[0]) if canary in text] == [], service
