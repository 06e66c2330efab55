"""Solved problems, as the asker may see them."""

from services.query.domain import views
from services.query.store import reference
from services.query.store import solutions as store
from shared.db import Tx
from shared.principals import Caller

STAFF = frozenset({"ADMIN", "PIC", "IMPLEMENTOR", "MANAGEMENT"})


async def show_solutions(tx: Tx, caller: Caller | None, q: str, limit: int) -> views.Solutions:
    """The office's own staff see all of them and where they came from; everybody else what is published."""
    staff = caller is not None and not STAFF.isdisjoint(caller.roles)
    rows = (
        await store.alike(tx, q, published_only=not staff, limit=limit)
        if q
        else await store.latest(tx, published_only=not staff, limit=limit)
    )
    return {
        "items": [
            {
                "id": row["id"] if staff else None,
                "number": row["number"] if staff else None,
                "module": row["module"],
                "module_name": {"ms": row["module_ms"], "en": row["module_en"]},
                "symptom": row["symptom"],
                "cause": row["cause"],
                "steps": row["steps"],
                "published": row["published"],
            }
            for row in rows
        ],
        "next": None,
        "as_of": (await reference.moment(tx)).now,
    }
