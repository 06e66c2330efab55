"""The workflow: states, actions, roles and the one table that says who may do what, when, and where it leads.

Permissions, buttons, the API's allowed actions, the diagram, the role matrix and the notification check are derived
from `TABLE`; nothing repeats it. `step` is the only producer of a state.
"""

from services.workflow.machine.states import (
    CUSTODIANS,
    LABELS,
    MACHINE_VERSION,
    PHASES,
    Action,
    Custodian,
    Outcome,
    Phase,
    Role,
    State,
    is_open,
)
from services.workflow.machine.step import Facts, allowed, row_for, step
from services.workflow.machine.table import EVENTS, TABLE, Row

__all__ = [
    "CUSTODIANS",
    "EVENTS",
    "LABELS",
    "MACHINE_VERSION",
    "PHASES",
    "TABLE",
    "Action",
    "Custodian",
    "Facts",
    "Outcome",
    "Phase",
    "Role",
    "Row",
    "State",
    "allowed",
    "is_open",
    "row_for",
    "step",
]
