"""Notify over HTTP, by what is asked: `deliveries` (the ledger), `rules` (the matrix)."""

from services.notify.api import deliveries, rules

routers = (deliveries.router, rules.router)
