"""The first matrix as rules, without a database."""

from typing import Any

import msgspec

from services.notify.domain.rules import Condition, Rule
from services.notify.migrations import (
    v0002_rules,
    v0005_vendor_desk,
    v0006_choices,
    v0009_digests,
    v0011_bounced,
    v0012_whatsapp,
    v0015_news,
)

LINES = v0002_rules.lines() + [
    {"position": len(v0002_rules.lines()) + place, **line}
    for place, line in enumerate(v0005_vendor_desk.lines(), start=1)
]


def _after(rules: list[Rule], lines: list[dict[str, Any]]) -> list[Rule]:
    return rules + [
        Rule(position=len(rules) + place, **line | {"condition": msgspec.convert(line["condition"], Condition)})
        for place, line in enumerate(lines, start=1)
    ]


RULES = _after(
    [
        Rule(**v0006_choices.with_choices(line) | {"condition": msgspec.convert(line["condition"], Condition)})
        for line in LINES
    ],
    [*v0009_digests.lines(), *v0011_bounced.lines(), *v0015_news.lines()],
)
"""Who is told by mail."""
WHOLE = _after(RULES, v0012_whatsapp.lines())
"""With who is told on WhatsApp besides."""
