"""Solved problems, by words."""

from typing import Any

from shared.db import Tx

_COLUMNS = """
    s.id, s.number, s.module, coalesce(m.name_ms, s.module) as module_ms, coalesce(m.name_en, s.module) as module_en,
    s.symptom, s.cause, s.steps, s.published
"""


async def latest(tx: Tx, *, published_only: bool, limit: int) -> list[Any]:
    """Those of the latest complaints."""
    return list(
        await tx.fetch(
            f"""
            select {_COLUMNS} from solution s left join module m on m.slug = s.module
            where s.published or not $1 order by s.number desc limit $2
            """,
            published_only,
            limit,
        )
    )


async def alike(tx: Tx, q: str, *, published_only: bool, limit: int) -> list[Any]:
    """Those that hold at least half of the words, begun words too: a title is typed, not a query. Best first."""
    return list(
        await tx.fetch(
            f"""
            with asked as materialized (
                select (quote_literal(lexeme) || ':*')::tsquery as word from unnest(to_tsvector('indonesian', $1))
            ), whole as materialized (
                select string_agg(word::text, ' | ')::tsquery as words, count(*) as many from asked
            )
            select {_COLUMNS} from whole, solution s left join module m on m.slug = s.module,
                lateral (select count(*) as found from asked where s.search @@ asked.word) held
            where s.search @@ whole.words and held.found * 2 >= whole.many and (s.published or not $2)
            order by held.found desc, ts_rank(s.search, whole.words) desc, s.number desc
            limit $3
            """,
            q,
            published_only,
            limit,
        )
    )
