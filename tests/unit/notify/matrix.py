"""The first matrix as rules, without a database."""

import msgspec

from services.notify.domain.rules import Condition, Rule
from services.notify.migrations import v0002_rules

RULES = [Rule(**line | {"condition": msgspec.convert(line["condition"], Condition)}) for line in v0002_rules.lines()]
