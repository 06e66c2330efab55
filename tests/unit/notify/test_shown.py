"""A message that is only looked at: no number by which a person could be known or called."""

import pytest

from services.notify.domain.shown import COVER, covered


@pytest.mark.parametrize(
    "text",
    ["800101-99-0001", "800101990001", "800101 99 0001", "012-345 6789", "+60123456789", "60 12-3456789", "09-7481957"],
)
def test_an_ic_or_a_phone_number_in_a_text_is_covered(text: str) -> None:
    assert covered(f"Sila hubungi saya ({text}), terima kasih") == f"Sila hubungi saya ({COVER}), terima kasih"


@pytest.mark.parametrize(
    "text", ["HD-2026-000123-C", "24-01-2021 16:05", "RM 1,234,567.89", "GL-0042", "BKP-2021-0077"]
)
def test_what_only_looks_like_a_number_stays(text: str) -> None:
    assert covered(f"Rujuk {text}.") == f"Rujuk {text}."
