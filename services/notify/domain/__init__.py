"""Pure decisions: `rules` (who is told of what, as data), `people` (who is in an audience), `planning` (an event ->
deliveries with reasons), `facts` (what the ledger keeps of an event), `placeholders` (what a message may name, and what
stands there), `retries` (what an attempt's outcome means), `notice` (what is about to be sent)."""
