"""The HTTP edge, the same for every service: `app` (factory, loops, lifespan), `problems` (errors as RFC 9457),
`edge` (the transaction and the Idempotency-Key), `health` (livez, readyz, metrics)."""

from shared.web.app import create_app
from shared.web.edge import IfMatch, Once, Transaction
from shared.web.problems import PROBLEMS

__all__ = ["PROBLEMS", "IfMatch", "Once", "Transaction", "create_app"]
