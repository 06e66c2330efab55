"""Notify over HTTP, by what is asked: `deliveries` (the ledger), `channels` (how the ways out are doing), `rules` (the
matrix), `versions` (the matrix as it was), `rehearsals` (who would get what), `previews` (a message as its reader would
have it)."""

from services.notify.api import channels, deliveries, previews, rehearsals, rules, versions

routers = (deliveries.router, channels.router, versions.router, rehearsals.router, rules.router, previews.router)
