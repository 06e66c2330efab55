"""Pure decisions: `rules` (who is told of what, as data), `planning` (an event -> deliveries with reasons), `facts`
(what an event gives to a message), `retries` (what an attempt's outcome means), `notice` (what is about to be sent)."""
