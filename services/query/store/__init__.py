"""Query's tables and all its SQL: `projection` and `copies` write; `lists`, `detail`, `reference`, `solutions` read."""
