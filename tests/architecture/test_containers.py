"""The images and the composition keep their rules, also where no Docker is at hand to show it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.containers import told
from deploy.containers.network import HTTP, PORTS, Network
from deploy.local import keys

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
COMPOSE = (ROOT / "deploy" / "compose.yaml").read_text("utf-8")
CONTAINERS: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
KEYS = keys.make()
TOLD = told.environments(Network("http://127.0.0.1:8000"), KEYS, [], {})


def test_images_are_built_on_official_ones_alone_and_name_no_host() -> None:
    defaults = dict(re.findall(r"^ARG (\w+)=(\S+)$", DOCKERFILE, re.MULTILINE))
    images = [re.sub(r"\$\{(\w+)\}", lambda found: defaults[found[1]], image) for image in froms()]
    stages = set(re.findall(r" AS ([\w-]+)$", DOCKERFILE, re.MULTILINE))
    assert {image.partition(":")[0] for image in images if image not in stages} == {"python", "nats"}
    assert CONTAINERS["postgres"]["image"] == "${POSTGRES_IMAGE:-postgres:18}"
    assert not re.search(r"https?://|# syntax|<<\w", DOCKERFILE.replace("'http", ""))
    assert not re.search(r"https?://", COMPOSE)


def froms() -> list[str]:
    return re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)


def test_every_image_ends_as_a_user_that_is_a_number() -> None:
    users = {}
    for stage in re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]:
        name = stage.splitlines()[0].split(" AS ")[1]
        users[name] = re.findall(r"^USER (.+)$", stage, re.MULTILINE)[-1:]
    ends = {name: user for name, user in users.items() if f"FROM {name} " not in DOCKERFILE and name != "parts"}
    assert set(ends) == {"mailbox", "setting-up", "nats", "service"}
    assert all(user == ["10001:10001"] for user in ends.values()), ends


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_is_bounded_and_has_no_powers(name: str) -> None:
    container = CONTAINERS[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["mem_limit"]
    assert container["pids_limit"]
    assert container["logging"]["options"]["max-size"]
    assert container["restart"] == ("no" if name == "setting-up" else "unless-stopped")
    assert "privileged" not in container
    assert container.get("network_mode") is None


def test_the_row_of_ports_is_published_on_loopback_alone_and_each_port_leads_to_its_program() -> None:
    published = [port for container in CONTAINERS.values() for port in container.get("ports", [])]
    expected = [f"127.0.0.1:${{{name.upper()}_PORT:?}}:{PORTS.get(name, HTTP)}" for name in told.PUBLISHED]
    assert sorted(published) == sorted(expected)


def test_each_container_is_told_by_a_file_of_its_own() -> None:
    files = {
        name: [re.sub(r"\$\{TOLD:\?[^}]*\}/", "", file) for file in one["env_file"]] for name, one in CONTAINERS.items()
    }
    assert files == {name: [f"{name}.env"] for name in TOLD}


def test_every_service_waits_until_its_tables_are_there() -> None:
    for name in ("intake", "workflow", "notify", "query", "portal"):
        assert CONTAINERS[name]["depends_on"]["setting-up"] == {"condition": "service_completed_successfully"}


def test_a_key_is_told_to_nobody_but_its_holders() -> None:
    """The setting up adds the first staff, whom workflow will read."""
    holders = {
        "SEALING_KEYS": {"intake", "workflow", "notify", "setting-up"},
        "STAFF_INDEX_KEY": {"workflow", "setting-up"},
        "STAFF_PRIVATE_KEY": {"workflow"},
        "TRACKING_KEYS": {"intake", "notify", "query"},
        "VENDOR_LINK_KEYS": {"workflow", "notify"},
        "WHATSAPP_TOKEN": {"notify", "mailbox"},
        "WHATSAPP_APP_SECRET": {"notify", "mailbox"},
        "INDEX_KEY": {"intake", "query"},
        "ALTCHA_KEY": {"intake"},
        "POSTGRES_PASSWORD": {"postgres", "setting-up"},
    }
    assert {key: {name for name, said in TOLD.items() if key in said} for key in holders} == holders
    for name, said in TOLD.items():
        for other, password in KEYS.passwords.items():
            known = password in json.dumps(said)
            assert known == (name in (other, "nats", "setting-up")), f"{name} and the password of {other}"
