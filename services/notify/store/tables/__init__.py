"""The shape of notify's tables. The migrations make them; a test compares the two."""

from services.notify.store.tables import copies, ledger, whatsapp
from services.notify.store.tables.schema import metadata

__all__ = ["copies", "ledger", "metadata", "whatsapp"]
