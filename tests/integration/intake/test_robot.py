"""The robot check: solved, missing, wrong, expired, replayed; and how often without one."""

import asyncio
import base64
import json
import time
from typing import Any

import altcha
import time_machine

from tests.integration.intake.desk import Intake, fields, filing, fresh_key, from_address
from tests.support.keys import key


async def test_a_challenge_is_fresh_each_time_and_never_kept(intake: Intake) -> None:
    first, second = [await intake.client.get("/v1/challenge") for _ in range(2)]
    assert first.headers["cache-control"] == "no-store"
    parameters = first.json()["parameters"]
    assert (parameters["algorithm"], parameters["cost"], parameters["keyPrefix"]) == ("SHA-256", 1, "000")
    assert 19 * 60 < parameters["expiresAt"] - time.time() <= 20 * 60
    assert parameters["nonce"] != second.json()["parameters"]["nonce"]


async def test_a_check_counts_once(intake: Intake) -> None:
    payload = await intake.solved()
    await intake.filed(altcha=payload)
    assert fields(await intake.file(altcha=payload)) == {"altcha": "robot_check_replayed"}
    checked = await intake.client.post("/v1/complaints/check", json=filing(altcha=payload))
    assert fields(checked) == {"altcha": "robot_check_replayed"}
    assert await intake.count("submission") == 1


async def test_a_check_used_twice_at_once_files_one_complaint(intake: Intake) -> None:
    payload = await intake.solved()
    answers = await asyncio.gather(*(intake.file(altcha=payload) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
    assert await intake.count("submission") == 1


async def test_a_complaint_refused_for_a_used_check_leaves_its_key_free(intake: Intake) -> None:
    payload, key = await intake.solved(), fresh_key()
    await intake.filed(altcha=payload)
    assert fields(await intake.file(key, altcha=payload)) == {"altcha": "robot_check_replayed"}
    assert (await intake.file(key)).status_code == 201
    assert await intake.count("submission") == 2


async def test_a_check_spent_on_a_wrong_form_is_still_good(intake: Intake) -> None:
    payload = await intake.solved()
    fields(await intake.file(altcha=payload, ic="1"))
    await intake.filed(altcha=payload)


async def test_an_expired_check_is_refused(intake: Intake) -> None:
    payload = await intake.solved()
    with time_machine.travel(time.time() + 21 * 60, tick=True):
        assert fields(await intake.file(altcha=payload)) == {"altcha": "robot_check_expired"}


def _encoded(said: Any) -> str:
    return base64.b64encode(json.dumps(said).encode()).decode()


async def test_what_was_filed_is_answered_again_though_its_check_has_expired_since(intake: Intake) -> None:
    payload, key = await intake.solved(), fresh_key()
    first = await intake.file(key, altcha=payload)
    with time_machine.travel(time.time() + 21 * 60, tick=True):
        again = await intake.file(key, altcha=payload)
    assert (again.status_code, again.content) == (201, first.content)


async def test_a_check_that_was_tampered_with_is_wrong(intake: Intake) -> None:
    said = json.loads(base64.b64decode(await intake.solved()))
    said["challenge"]["parameters"]["expiresAt"] += 3600
    assert fields(await intake.file(altcha=_encoded(said))) == {"altcha": "robot_check_wrong"}


async def test_a_check_of_somebody_elses_making_is_wrong(intake: Intake) -> None:
    challenge = altcha.create_challenge(
        "SHA-256", 1, key_prefix="0", expires_at=int(time.time()) + 60, hmac_secret=key("other")
    )
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    payload = altcha.Payload(challenge, solution).to_base64()
    assert fields(await intake.file(altcha=payload)) == {"altcha": "robot_check_wrong"}


async def test_a_wrong_solution_is_wrong(intake: Intake) -> None:
    said = json.loads(base64.b64decode(await intake.solved()))
    said["solution"]["counter"] += 1
    assert fields(await intake.file(altcha=_encoded(said))) == {"altcha": "robot_check_wrong"}


NO_PAYLOADS = [
    "x",
    "é",
    _encoded([]),
    _encoded({}),
    _encoded("x"),
    _encoded({"challenge": [], "solution": []}),
    _encoded({"challenge": {"parameters": {}}, "solution": {}}),
    _encoded({"challenge": {"parameters": {"expiresAt": 10**400}, "signature": 5}, "solution": {"counter": "a"}}),
]


async def test_a_payload_that_is_none_is_wrong_and_never_a_500(intake: Intake) -> None:
    for payload in NO_PAYLOADS:
        assert fields(await intake.file(altcha=payload)) == {"altcha": "robot_check_wrong"}


async def test_without_a_check_it_is_accepted_and_flagged(intake: Intake) -> None:
    await intake.filed(altcha=None)
    assert (await intake.rows("select robot_check from submission"))[0]["robot_check"] == "missing"


async def _unchecked(intake: Intake, address: str, **changes: Any) -> int:
    headers = fresh_key() | from_address(address)
    return (await intake.client.post("/v1/complaints", json=filing(**changes), headers=headers)).status_code


async def test_an_address_gets_five_an_hour_without_a_check(limited: Intake) -> None:
    assert [await _unchecked(limited, "10.0.0.1") for _ in range(6)] == [201] * 5 + [429]
    assert await _unchecked(limited, "10.0.0.2") == 201
    refused = await limited.client.post("/v1/complaints", json=filing(), headers=fresh_key() | from_address("10.0.0.1"))
    assert refused.json()["code"] == "rate_limited"
    assert int(refused.headers["retry-after"]) > 0


async def test_one_household_is_one_address(limited: Intake) -> None:
    addresses = [f"[2001:db8:1:2::{at}]" for at in range(1, 7)]
    assert [await _unchecked(limited, address) for address in addresses] == [201] * 5 + [429]


async def test_a_wrong_form_costs_nobody_their_turn(limited: Intake) -> None:
    assert [await _unchecked(limited, "10.0.0.1", ic="1") for _ in range(6)] == [422] * 6
    assert await _unchecked(limited, "10.0.0.1") == 201


async def test_all_addresses_get_sixty_an_hour_without_a_check(limited: Intake) -> None:
    for at in range(60):
        assert await _unchecked(limited, f"10.0.1.{at}") == 201
    assert await _unchecked(limited, "10.0.2.1") == 429
    solved = filing(altcha=await limited.solved())
    headers = fresh_key() | from_address("10.0.2.1")
    assert (await limited.client.post("/v1/complaints", json=solved, headers=headers)).status_code == 201


async def test_an_address_said_without_the_portals_token_is_not_believed(limited: Intake) -> None:
    answers = []
    for at in range(6):
        headers = fresh_key() | {"Forwarded": f"for=10.0.3.{at}"}
        answers.append((await limited.client.post("/v1/complaints", json=filing(), headers=headers)).status_code)
    assert answers == [201] * 5 + [429]
