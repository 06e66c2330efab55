"""What an office sets in `.run/settings.env`: told to whoever needs it, to nobody else, and refused where it cannot be
meant."""

import re
from pathlib import Path

import pytest

from deploy.containers import told
from deploy.containers.network import Network
from deploy.local import keys, office
from deploy.local.environments import Places, environment
from deploy.local.home import ROOT, Home
from deploy.local.processes import Trouble
from deploy.local.row import Row
from deploy.local.services import APPS

KEYS = keys.make()
PLACES: dict[str, Places] = {"one machine": Row(8000), "containers": Network("http://127.0.0.1:8000")}


def written(home: Path, text: str) -> dict[str, str]:
    (home / "settings.env").write_text(text, encoding="utf-8")
    return office.said(Home(home))


def test_without_a_file_nothing_is_set(tmp_path: Path) -> None:
    assert office.said(Home(tmp_path)) == {}


@pytest.mark.parametrize("place", PLACES)
def test_a_real_mail_server_is_told_to_notify_and_its_password_to_nobody_else(tmp_path: Path, place: str) -> None:
    own = written(
        tmp_path,
        "# the office's own\nSMTP_HOST=mail.kelantan.example\nSMTP_PORT=587\nSMTP_TLS=starttls\n"
        "SMTP_USER=helpdesk\nSMTP_PASSWORD='a $b # c'\nMAIL_FROM='Helpdesk <helpdesk@kelantan.example>'\n",
    )
    home = Home(tmp_path)
    heard = {name: office.heeded(name, environment(name, PLACES[place], KEYS, home), own) for name in APPS}
    assert heard["notify"]["SMTP_HOST"] == "mail.kelantan.example"
    assert [name for name in APPS if heard[name].get("SMTP_PASSWORD") == "a $b # c"] == ["notify"]
    assert [name for name in APPS if "kelantan.example" in heard[name].get("MAIL_FROM", "")] == ["intake", "notify"]
    assert heard["mailbox"] == environment("mailbox", PLACES[place], KEYS, home)


def test_containers_are_told_it_too(tmp_path: Path) -> None:
    own = written(tmp_path, "PUBLIC_URL=https://aduan.kelantan.example\nTRUSTED_PROXIES=172.16.0.0/12\n")
    said = told.environments(Network("http://127.0.0.1:8000"), KEYS, [], own)
    assert said["portal"]["TRUSTED_PROXIES"] == "172.16.0.0/12"
    addresses = {name: said[name]["PUBLIC_URL"] for name in office.SETTINGS}
    assert set(addresses.values()) == {"https://aduan.kelantan.example"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SMTP_HOSTS=mail.example\n", "nobody takes SMTP_HOSTS"),
        ("SEALING_KEYS=1:abc\n", "nobody takes SEALING_KEYS"),
        ("SMTP_HOST\n", "SMTP_HOST has no value"),
        ("SMTP_TLS=ssl\n", "SMTP_TLS: Input should be"),
        ("SMTP_PORT=mail\n", "SMTP_PORT: Input should be"),
        ("WHATSAPP_TOKEN=\n", "are given together, or none of them"),
        ("MAIL_FROM=helpdesk\n", "MAIL_FROM must be an e-mail address"),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_line_before_anything_starts(tmp_path: Path, text: str, why: str) -> None:
    def started() -> None:
        own = written(tmp_path, text)
        for name in APPS:
            office.heeded(name, environment(name, Row(8000), KEYS, Home(tmp_path)), own)

    with pytest.raises(Trouble) as refused:
        started()
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


def test_each_name_is_a_setting_of_whoever_is_told_it_and_stands_in_the_guide_for_operators() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    for name, takers in office.TOLD.items():
        assert f"`{name}`" in guide, name
        if not name.startswith("AWS_"):
            assert [taker for taker in takers if name.lower() not in office.SETTINGS[taker].model_fields] == [], name
    firsts = re.findall(r"^\| (`[A-Z].*?`) \|", guide, re.MULTILINE)
    assert {name for first in firsts for name in re.findall(r"[A-Z_]+", first)} == set(office.TOLD)
