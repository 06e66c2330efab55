"""The part of the walk that opens the page of how one is told, in every state it can be in."""

from tests.unit.portal.outside import answer, problem
from tests.unit.portal.pages.staffing import enter
from tests.unit.portal.pages.test_told import AT, ENDED, OFFERED, PLACE, choosing
from tests.unit.portal.walker import Walker

GROUPS = ("new", "work", "answers", "vendor", "deadlines", "closings", "summary")


async def told(w: Walker) -> None:
    """All of it, as a PIC."""
    choices = {"choices": ["at_once", "digest", "off"], "default": "at_once", "events": [ENDED]}
    limits = [ENDED | {"choices": ["at_once", "digest"]}]
    groups = [{"group": group, **choices, "limits": limits} for group in GROUPS[:-1]]
    choosing(w.outside, groups=[*groups, OFFERED["groups"][-1]])
    await enter(w.client)
    for path in ("", "?siap=1"):
        await w.get(f"{PLACE}{path}")
    await w.post(PLACE, {"quiet_from": "22:00"})
    await w.post(PLACE, {"lang": w.walk.language})
    w.client.cookies.set("lang", w.walk.language)
    w.outside.on("PUT", AT, problem(422, "invalid", errors=[("quiet", "(ms)", "(en)")]))
    await w.post(PLACE, {"quiet_from": "22:00", "quiet_until": "22:00"})
    w.outside.on("GET", "/v1/choices", answer(OFFERED | {"groups": [], "digest": False, "whatsapp": False}))
    await w.get(PLACE)
