"""The system in containers, as `make up` composes it: what is in the images, what the containers may do, and what comes
of it when they die. Runs with SYSTEM=composed, as do test_journey and test_answer_by_mail: `make containers-test`.
"""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.containers import composed, told
from deploy.containers.network import Network
from deploy.local.home import Home
from deploy.local.keys import load
from deploy.staff import demo_people
from tests.system.conftest import COMPOSED, ROOT, Helpdesk
from tests.system.test_abuse import FILING
from tests.system.test_journey import COMPLAINANT, Desk, soon
from tests.unit.shared.blobs.files import a_png

pytestmark = pytest.mark.skipif(not COMPOSED, reason="needs Docker: make containers-test")

SERVICES = ("intake", "workflow", "notify", "query", "portal")
IMAGES = (*SERVICES, "mailbox", "setting-up", "nats")
RUNNING = (*SERVICES, "mailbox", "nats", "postgres")

LOOK = """
import importlib, importlib.util, json, os, pathlib, sys
app = pathlib.Path("/app")
files = sorted(str(path.relative_to(app)) for path in app.rglob("*") if path.is_file() and path.suffix != ".pyc")
importlib.import_module(os.environ["APP"])
there = importlib.util.find_spec
others = [name for name in sys.argv[1:] if there(name.partition(".")[0]) and there(name)]
try:
    (app / "written").write_text("x")
    written = True
except OSError:
    written = False
print(json.dumps({"files": files, "others": others, "uid": os.getuid(), "written": written}))
"""


def docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout


def project(helpdesk: Helpdesk) -> str:
    return composed.project(Home(helpdesk.home.parent))


def inspected(helpdesk: Helpdesk, name: str) -> dict[str, Any]:
    (found,) = json.loads(docker("inspect", f"{project(helpdesk)}-{name}-1"))
    return dict(found)


def ours(*places: str) -> list[str]:
    """The files of these places in the repository."""
    found = [
        file for place in places for file in ([ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*"))
    ]
    return sorted(str(file.relative_to(ROOT)) for file in found if file.is_file() and file.suffix != ".pyc")


@pytest.mark.parametrize("name", [*SERVICES, "mailbox"])
def test_an_image_holds_shared_and_its_one_service_and_can_write_nowhere(helpdesk: Helpdesk, name: str) -> None:
    own = [f"services/{name}", "services/__init__.py"] if name in SERVICES else ["deploy/mailbox", "deploy/__init__.py"]
    strangers = [f"services.{other}" for other in SERVICES if other != name] + ["deploy.local", "tests", "pip"]
    image = f"{project(helpdesk)}-{name}"
    looked = docker("run", "--rm", "--network", "none", "--entrypoint", "python", image, "-c", LOOK, *strangers)
    seen = json.loads(looked)
    assert seen["files"] == ours("shared", *own)
    assert seen["others"] == []
    assert seen["uid"] == 10001
    assert not seen["written"]


def test_no_image_knows_a_secret(helpdesk: Helpdesk) -> None:
    keys = load(helpdesk.home / "keys.json")
    secrets = [keys.postgres_password, keys.service_token, keys.sealing_keys, *keys.passwords.values()]
    for name in IMAGES:
        image = f"{project(helpdesk)}-{name}"
        known = docker("inspect", image) + docker("history", "--no-trunc", image)
        assert [secret for secret in secrets if secret in known] == [], name


@pytest.mark.parametrize("name", RUNNING)
def test_a_container_has_no_powers_and_is_reached_from_this_machine_alone(helpdesk: Helpdesk, name: str) -> None:
    found = inspected(helpdesk, name)
    host = found["HostConfig"]
    assert found["Config"]["User"] not in ("", "0", "root")
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    assert host["Memory"] > 0
    assert {one["HostIp"] for ports in host["PortBindings"].values() for one in ports} == {"127.0.0.1"}


def test_a_container_is_told_what_was_written_for_it(helpdesk: Helpdesk) -> None:
    """Whatever signs are in it: compose hands on what stands between the quotes."""
    keys = load(helpdesk.home / "keys.json")
    network = Network(helpdesk.url("portal"))
    for name, expected in told.environments(network, keys, helpdesk.logins(), {}).items():
        given = dict(line.split("=", 1) for line in inspected(helpdesk, name)["Config"]["Env"])
        assert {key: given[key] for key in expected} == expected


def test_files_lie_in_the_volume_that_query_can_only_read(helpdesk: Helpdesk) -> None:
    mounts = {name: inspected(helpdesk, name)["Mounts"] for name in RUNNING}
    blobs = {name: mount["RW"] for name, found in mounts.items() for mount in found if mount["Name"].endswith("_blobs")}
    assert blobs == {"intake": True, "workflow": True, "query": False}


@pytest.fixture(scope="module")
def desk(helpdesk: Helpdesk) -> Iterator[Desk]:
    desk = Desk(helpdesk)
    yield desk
    desk.http.close()


def test_what_dies_under_way_is_started_again_and_everybody_is_told_once(helpdesk: Helpdesk, desk: Desk) -> None:
    addresses = {person.ic: person.email for person in demo_people()}
    admin, pic = (addresses[desk.staff[who]["ic"]] for who in ("admin", "pic"))

    def whole() -> None:
        assert composed.laggards(helpdesk.row) == []

    def stands(state: str, told: list[str]) -> None:
        soon(whole)
        soon(lambda: _is(desk.tracking()["state"], state))
        soon(lambda: _is(sorted(to for to, _ in desk.mailed()), sorted(told)))

    for name in ("query", "notify", "workflow", "mailbox"):
        crash(helpdesk, name)
    desk.file()
    stands("BARU", [COMPLAINANT, admin])

    crash(helpdesk, "nats")
    desk.act("admin", "assign", pic=desk.ids["pic"])
    stands("DIAGIHKAN", [COMPLAINANT, admin, pic, COMPLAINANT])

    for name in ("postgres", "intake", "portal"):
        crash(helpdesk, name)
    soon(whole)
    desk.act("pic", "start")
    desk.act("pic", "ask_feedback", text="Akaun yang mana satu?")
    desk.say("answer", "Akaun A01.")
    stands("INPROGRESS", [COMPLAINANT, admin, pic, COMPLAINANT, COMPLAINANT, pic])
    assert {name: inspected(helpdesk, name)["RestartCount"] for name in RUNNING} == dict.fromkeys(RUNNING, 1)


def test_a_file_and_everything_else_is_there_when_the_containers_come_back(helpdesk: Helpdesk, desk: Desk) -> None:
    desk.file(desk.bring("intake", "gambar.png", a_png()))
    soon(lambda: _is(desk.tracking()["state"], "BARU"))
    before, logins, mails = desk.tracking(), helpdesk.logins(), desk.mailed()
    ((file,),) = [entry["attachments"] for entry in before["entries"]]
    home = Home(helpdesk.home.parent)

    composed.down(home)
    assert docker("ps", "--all", "--quiet", "--filter", f"{composed.OURS}{project(helpdesk)}") == ""
    composed.up(home, helpdesk.row.first)

    assert helpdesk.logins() == logins
    assert set(mails) <= set(desk.mailed())
    after = desk.tracking()
    assert (after["state"], after["entries"]) == (before["state"], before["entries"])
    url = f"{helpdesk.url('query')}/v1/attachments/{file['id']}"
    answer = desk.http.get(url, headers={"X-Tracking-Token": desk.token})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    desk.act("admin", "assign", pic=desk.ids["pic"])


def test_whoever_agreed_is_told_on_whatsapp_and_what_they_answer_there_is_kept(helpdesk: Helpdesk, desk: Desk) -> None:
    """Both ways between containers: notify calls the mailbox's Graph API, and that calls notify's webhook."""
    filed = desk.http.post(f"{helpdesk.url('intake')}/v1/complaints", json=FILING | {"whatsapp_consent": True}).json()
    mailbox = helpdesk.url("mailbox")
    sent: list[dict[str, Any]] = []

    def told() -> None:
        found = desk.http.get(f"{mailbox}/v1/messages", params={"channel": "whatsapp", "complaint": filed["number"]})
        sent[:] = found.json()["items"]
        assert sent

    def kept() -> None:
        answer = desk.http.get(f"{helpdesk.url('notify')}/v1/whatsapp/messages", headers=desk.as_("admin"))
        _is([(one["complaint"], one["text"]) for one in answer.json()["items"]], [(filed["number"], "Masih gagal.")])

    soon(told)
    answered = desk.http.post(f"{mailbox}/messages/{sent[0]['id']}/whatsapp-answer", data={"text": "Masih gagal."})
    assert answered.status_code == 303
    soon(kept)


def crash(helpdesk: Helpdesk, name: str) -> None:
    """Kills the program from outside, as the kernel would: what `docker kill` ends, Docker leaves ended."""
    pid = inspected(helpdesk, name)["State"]["Pid"]
    killing = ("python", f"{project(helpdesk)}-intake", "-c", f"import os; os.kill({pid}, 9)")
    docker("run", "--rm", "--network", "none", "--pid", "host", "--user", "0", "--entrypoint", *killing)


def _is(seen: object, expected: object) -> None:
    assert seen == expected
