"""DBOS Transact's durable workflow of five steps, in the bench's own venv. Reads a count from each line of its input,
runs that many workflows one after another, and says how long they took, as JSON. Each step is remembered in Postgres
before the next begins, as its documentation has it; the steps themselves do nothing."""

import json
import sys
import time

from dbos import DBOS

DBOS(config={"name": "five", "system_database_url": sys.argv[1], "log_level": "ERROR", "run_admin_server": False})


@DBOS.step()
def step(n: int) -> int:
    """What a durable step costs at least."""
    return n + 1


@DBOS.workflow()
def five() -> int:
    """Five durable steps."""
    n = 0
    for _ in range(5):
        n = step(n)
    return n


DBOS.launch()
five()
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    count = int(line)
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        if five() != 5:
            raise SystemExit("a workflow did not take its five steps")
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}), flush=True)
DBOS.destroy()
