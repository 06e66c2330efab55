"""The check in a sandbox."""

import pytest

from shared import sandbox
from shared.blobs.check import Rejected
from shared.blobs.sandboxed import SandboxedCheck
from tests.unit.shared.blobs import files


async def test_a_file_comes_back_checked_with_its_picture() -> None:
    done = await SandboxedCheck().check("image/png", files.a_png())
    assert done.content.startswith(b"\x89PNG")
    assert done.preview.startswith(b"\x89PNG")


async def test_why_a_file_is_refused_comes_back_too() -> None:
    with pytest.raises(Rejected) as refused:
        await SandboxedCheck().check("application/pdf", files.a_pdf_with_a_script())
    assert refused.value.code == "active"


async def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.01)
    with pytest.raises(Rejected) as refused:
        await SandboxedCheck().check("image/png", files.a_png())
    assert refused.value.code == "too_complex"
