"""Notify over HTTP, by what is asked: `choices` (what the caller may choose), `deliveries` (the ledger), `channels`
(how the ways out are doing), `rules` (the matrix), `versions` (the matrix as it was), `rehearsals` (who would get
what), `previews` (a message as its reader would have it), `webhooks` (the provider's door), `whatsapp` (its templates,
and what people wrote)."""

from services.notify.api import (
    channels,
    choices,
    deliveries,
    previews,
    rehearsals,
    rules,
    versions,
    webhooks,
    whatsapp,
)

routers = (
    choices.router,
    deliveries.router,
    channels.router,
    versions.router,
    rehearsals.router,
    rules.router,
    previews.router,
    webhooks.router,
    whatsapp.router,
)
