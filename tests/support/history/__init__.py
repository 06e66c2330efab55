"""What clients did, what came of it everywhere, and whether the two agree.

`recorder` notes every call of a client with how it ended; `collector` gathers every effect once the house is quiet;
`checker` and `told` are pure and name what is wrong: accepted exists once, nothing that nobody sent, versions 1..n,
only steps of the table, one effect per event and consumer, mail and WhatsApp at most once but for `unknown` and as the
ledger says, one digest a day, model = fold(record), outboxes drained, no personal datum in clear. An empty list of
violations means that all of it holds.
"""

from tests.support.history.checker import INVARIANTS, Violation, violations
from tests.support.history.collected import History
from tests.support.history.collector import collect, settled
from tests.support.history.kinds import Kind
from tests.support.history.model import an_empty_model
from tests.support.history.people import Complainant, a_complainant
from tests.support.history.recorder import Call, Outcome, Recorder

__all__ = [
    "INVARIANTS",
    "Call",
    "Complainant",
    "History",
    "Kind",
    "Outcome",
    "Recorder",
    "Violation",
    "a_complainant",
    "an_empty_model",
    "collect",
    "settled",
    "violations",
]
