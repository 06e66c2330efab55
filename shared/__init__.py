"""The wire, and mechanism that every service would otherwise write again.

Admission: needed unchanged by three services today, or by two of which two versions would be a hole (what one seals,
signs or stores and the other checks: `reply_tokens`, `blobs`, `outbox`); and no parameter that names a service.
`events` holds the only business nouns; everything else here knows none. Never in this room: rules, states, a service's
tables or HTTP models, clients to a sibling, base classes to inherit behaviour from, decorators that register things.
"""
