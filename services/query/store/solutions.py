"""Solved problems, by words."""

from typing import Any

from shared.db import Tx


async def search(tx: Tx, q: str, *, published_only: bool, limit: int) -> list[Any]:
    """The best matches; without words the latest complaints' solutions."""
    return list(
        await tx.fetch(
            """
            select s.id, s.number, s.module, coalesce(m.name_ms, s.module) as module_ms,
                coalesce(m.name_en, s.module) as module_en, s.symptom, s.cause, s.steps, s.published
            from solution s left join module m on m.slug = s.module
            where ($1 = '' or s.search @@ websearch_to_tsquery('indonesian', $1)) and (s.published or not $2)
            order by case when $1 = '' then 0
                else ts_rank(s.search, websearch_to_tsquery('indonesian', $1)) end desc, s.number desc
            limit $3
            """,
            q,
            published_only,
            limit,
        )
    )
