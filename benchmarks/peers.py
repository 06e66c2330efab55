"""Other people's software to measure beside: installed by pip into a venv of the bench's own, never the project's."""

import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parent / ".venv"
PYTHON = HOME / "bin" / "python"
WANTED = ("dbos==3.4.0", "django-helpdesk==2.6.1", "gunicorn==23.0.0", "psycopg[binary]>=3.2")
STAMP = HOME / "installed"


def why_not() -> str | None:
    """None once the peers are installed; otherwise why they could not be."""
    if STAMP.exists() and STAMP.read_text() == "\n".join(WANTED):
        return None
    try:
        subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(HOME)], check=True, capture_output=True, timeout=60
        )
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *WANTED]
        done = subprocess.run(pip, check=False, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        return f"could not be installed: {type(error).__name__}"
    if done.returncode != 0:
        return f"could not be installed: {(done.stderr.strip().splitlines() or ['pip failed'])[-1][:120]}"
    STAMP.write_text("\n".join(WANTED))
    return None
