"""The locks name no address, and the runtime lock alone is enough to import everything that runs."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted([*ROOT.glob("*.lock"), *ROOT.glob("requirements*"), *ROOT.glob("pylock*")])
IGNORED = {"uv.lock"}  # git-ignored, because it does name registries


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock.name not in IGNORED], ids=lambda lock: lock.name)
def test_a_lock_names_no_address(lock: Path) -> None:
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", lock.read_text())


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_requirement_is_pinned_to_a_version_and_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text().replace("\\\n", " ")
    for requirement in (line for line in text.splitlines() if line.strip()):
        assert re.match(r"^[\w.\-\[\],]+==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


def named_by(lock: Path) -> set[str]:
    return {canonical(name) for name in re.findall(r"^([\w.\-]+)(?:\[[^\]]*\])?==", lock.read_text(), re.MULTILINE)}


def top_level(distribution: importlib.metadata.Distribution) -> set[Path]:
    """What of it lies directly in site-packages; scripts and the like, which lie beside, left out."""
    parts = {path.parts[0] for path in distribution.files or [] if path.parts[0] not in ("..", "__pycache__")}
    return {Path(str(distribution.locate_file(part))) for part in parts}


def mains() -> list[str]:
    services = sorted(path.parent.name for path in (ROOT / "services").glob("*/main.py"))
    return [*(f"services.{name}.main" for name in services), "deploy.cli", "deploy.mailbox.main"]


def test_the_runtime_lock_alone_imports_everything_that_runs(tmp_path: Path) -> None:
    """A site-packages of links to what the runtime lock names, and of nothing else, under an isolated interpreter.

    Not a second virtual environment, which would need the network or a cache that is there by chance; not a finder that
    refuses the other modules either, because their metadata (entry points, versions) would still be seen.
    """
    allowed = named_by(ROOT / "requirements.lock")
    for distribution in importlib.metadata.distributions():
        if canonical(distribution.metadata["Name"]) in allowed:
            for entry in top_level(distribution):
                if entry.exists() and not (tmp_path / entry.name).exists():
                    (tmp_path / entry.name).symlink_to(entry)
    program = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(tmp_path)!r}]\n"
        "import importlib\n"
        f"for name in {mains()!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
