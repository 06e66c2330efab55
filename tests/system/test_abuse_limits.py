"""Too often, at the services' doors: logins, guessed ICs, addresses that are made up. Limits hold, and tell nobody
anything.
"""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Iterator

import httpx2
import pytest

from tests.integration.workflow.office import NUMBER, PASSWORD, staff_ic
from tests.support import infra, keys
from tests.support.asking import ADDRESSES, said_clearly, same_but_for_the_instance, through_the_portal
from tests.support.house import House, a_house

TRIED = 10_000 if "FUZZ" in os.environ else 2_000
"""From the sixty-first on, each is refused alike: ten thousand take half a minute and prove no more."""
IC, UNKNOWN_ICS = "800101990001", [f"80010{1 + n % 9}9{8 + n % 2}{n:05d}" for n in range(10_000)]


@pytest.fixture(scope="module")
def house(databases: infra.Databases, brokers: infra.Brokers) -> Iterator[House]:
    with a_house(databases, brokers) as made:
        made.run(made.office.bring(NUMBER, "INPROGRESS"))
        yield made


def log_in(house: House, ic: str, password: str, address: str) -> httpx2.Response:
    body = {"ic": ic, "password": password}
    return house.http.post(f"{house.url('workflow')}/v1/sessions", json=body, headers=through_the_portal(address))


def test_two_hundred_logins_a_minute_from_one_address_are_too_many(house: House) -> None:
    began = time.monotonic()
    answers = [log_in(house, ic, "salah salah salah", "192.0.2.1") for ic in UNKNOWN_ICS[:200]]
    assert Counter(answer.status_code for answer in answers) == {401: 60, 429: 140}
    assert [answer.status_code for answer in answers[:60]] == [401] * 60
    for answer in answers[60:]:
        said_clearly(answer, "too many logins")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert time.monotonic() - began < 60
    assert log_in(house, staff_ic("admin"), PASSWORD, "192.0.2.2").status_code == 200, "others are not kept out"


def test_an_account_locks_after_five_wrong_passwords_from_wherever(house: House) -> None:
    wrong = [log_in(house, staff_ic("other_pic"), f"salah {n} salah", next(ADDRESSES)) for n in range(5)]
    nobody = [log_in(house, UNKNOWN_ICS[0], f"salah {n} salah", next(ADDRESSES)) for n in range(5)]
    for one, other in zip(wrong, nobody, strict=True):
        assert one.status_code == 401
        assert same_but_for_the_instance(one, other), "a wrong password and an unknown IC"
    locked = log_in(house, staff_ic("other_pic"), PASSWORD, next(ADDRESSES))
    assert said_clearly(locked, "locked")["code"] == "account_locked"
    assert locked.status_code == 429
    assert 60 < int(locked.headers["retry-after"]) <= 15 * 60


async def many(port: int, bodies: list[bytes], headers: dict[str, str]) -> list[tuple[int, bytes]]:
    """All of them to tracking, over one connection: status and body of each."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    answers = []
    for body in bodies:
        head = f"POST /v1/tracking HTTP/1.1\r\nHost: query\r\n{told}Content-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answered = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(answered.partition("content-length: ")[2].partition("\r\n")[0])
        answers.append((int(answered.split()[1]), await reader.readexactly(length)))
    writer.close()
    return answers


def test_thousands_of_ics_tried_at_tracking_learn_nothing(house: House) -> None:
    address, connections = through_the_portal("192.0.2.3"), 8
    tried = [json.dumps({"ic": ic}).encode() for ic in (IC, *UNKNOWN_ICS[: TRIED - 1])]

    async def all_at_once() -> list[list[tuple[int, bytes]]]:
        parts = [tried[start::connections] for start in range(connections)]
        return await asyncio.gather(*(many(house.ports["query"], part, address) for part in parts))

    began = time.monotonic()
    answers = [answer for part in house.run(all_at_once(), within=100) for answer in part]
    assert time.monotonic() - began < 90
    assert Counter(status for status, _ in answers)[429] >= len(tried) - 3 * 60, "sixty a minute"
    assert {body for status, body in answers if status == 200} == {b'{"kind":"sent"}'}
    refused = [json.loads(body) for status, body in answers if status == 429]
    kept = {json.dumps(one | {"instance": None, "retry_after": None}, sort_keys=True) for one in refused}
    assert len(kept) == 1, "every refusal reads the same"


def test_one_ic_may_be_asked_for_twenty_times_an_hour_from_wherever(house: House) -> None:
    def ask(ic: str) -> httpx2.Response:
        return house.http.post(f"{house.url('query')}/v1/tracking", json={"ic": ic}, headers=through_the_portal())

    for ic in ("820303990003", "830404990004"):
        statuses = [ask(ic).status_code for _ in range(25)]
        assert statuses == [200] * 20 + [429] * 5


def test_an_address_is_believed_only_from_the_portal(house: House) -> None:
    def ask(headers: dict[str, str]) -> httpx2.Response:
        body = {"number": "HD-2026-999999-A"}
        return house.http.post(f"{house.url('query')}/v1/tracking", json=body, headers=headers)

    for n in range(60):
        assert ask({"Forwarded": f"for=198.51.100.{n}"}).status_code == 404
    spoofed: list[dict[str, str]] = [
        {"Forwarded": "for=198.51.100.99"},
        {"Forwarded": "for=198.51.100.99", "X-Service-Token": "guessed"},
        {"Forwarded": "for=198.51.100.99", "X-Service-Token": ""},
        {"X-Forwarded-For": "198.51.100.99"},
        {"X-Real-IP": "198.51.100.99"},
        {"Forwarded": "for=198.51.100.99", "X-Service-Token": keys.SERVICE_TOKEN + "x"},
    ]
    for headers in spoofed:
        refused = ask(headers)
        assert refused.status_code == 429, headers
        said_clearly(refused, str(headers))
    assert ask(through_the_portal()).status_code == 404
