"""The wire, and mechanism that is word-for-word the same in at least three services.

Admission: needed unchanged by three services today, and no parameter that names a service. `events` holds the only
business nouns; everything else here knows none. Never in this room: rules, states, a service's tables or HTTP models,
clients to a sibling, base classes to inherit behaviour from, decorators that register things.
"""
