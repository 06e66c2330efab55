"""The HTTP edge, the same for every service: `app` (factory, loops, lifespan), `problems` (errors as RFC 9457),
`described` (what the document says of them), `edge` (the transaction and the Idempotency-Key), `heads` and `bodies`
(how much of a request is taken), `files` (attachments in and out), `health` (livez, readyz, metrics), `oversight` (how
it is, what is stuck), `serve` (the server under it)."""

from shared.web.app import create_app
from shared.web.described import ETAG, refusals, shown
from shared.web.edge import IfMatch, Once, Transaction

__all__ = ["ETAG", "IfMatch", "Once", "Transaction", "create_app", "refusals", "shown"]
