"""What of the README is generated is fresh, and what it names exists."""

import re
from pathlib import Path

from services.workflow.machine import TABLE
from services.workflow.machine.proof import diagram

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_diagram_in_the_readme_is_the_tables() -> None:
    block = re.search(r"<!-- workflow\b.*?-->\n```mermaid\n(.*?)```\n<!-- /workflow -->", README, re.DOTALL)
    assert block is not None, "the README has lost its diagram"
    assert block[1] == diagram(TABLE), "stale: helpdesk workflow diagram --into README.md"


def test_every_room_and_page_the_readme_names_exists() -> None:
    rooms = re.findall(r"^\| `([^`]+)` \|", README, re.MULTILINE)
    pages = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith(("http", "#"))]
    assert rooms
    assert [name for name in (*rooms, *pages) if not (ROOT / name).exists()] == []


def test_every_make_target_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {name for name in re.findall(r"`?make ([a-z-]+)", README) if name not in targets} == set()
