"""What may be kept and shown of an error: its kind and its place, never the values it failed on."""

import re
import traceback
from pathlib import Path

from shared.envelope import Unreadable

HERE = str(Path(__file__).resolve().parents[1]) + "/"
NAMED = ("sqlstate", "table_name", "column_name", "constraint_name", "code")
"""What an error may say of itself: names that we gave."""


def blame(error: BaseException) -> str:
    """One line, such as `NotNullViolationError (sqlstate 23502, column_name title) at store/tables.py:7 in save`.

    An error's own words quote what it failed on, and that may be anybody's name or number.
    """
    if isinstance(error, Unreadable):
        return "Unreadable: " + re.sub("'[^']*'", "'...'", str(error))[:300]
    named = [f"{name} {value}" for name in NAMED if isinstance(value := getattr(error, name, None), str) and value]
    ours = [
        one
        for one in traceback.extract_tb(error.__traceback__)
        if one.filename.startswith(HERE) and "-packages/" not in one.filename
    ]
    place = [f" at {one.filename.removeprefix(HERE)}:{one.lineno} in {one.name}" for one in ours[-1:]]
    return "".join([type(error).__name__, *([f" ({', '.join(named)})"] if named else []), *place])
