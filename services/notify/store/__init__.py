"""Notify's tables and all its SQL: `tables` (their shape), `copies` (complaints, staff, modules), `matrix` (the rules),
`ledger` (alert, delivery, attempt), `line` (whose turn it is), `register` (the ledger as staff read it)."""
