"""The part of the walk that opens the pages of held mails, in every state they can be in."""

from typing import Any

from services.intake.domain.mail.judged import Reason
from tests.unit.portal.outside import answer, problem
from tests.unit.portal.pages.staffing import ADMIN, enter, staffed
from tests.unit.portal.pages.test_held_mails import LIST, LOOKED, MAIL, PLACE
from tests.unit.portal.walker import Walker


async def mails(w: Walker) -> None:
    """All of it, as Admin."""
    staffed(w.outside, ADMIN)
    await enter(w.client)
    on, one = w.outside.on, f"/v1/held-mails/{MAIL['id']}"
    for items in ([], [{**MAIL, "reason": reason} for reason in Reason]):
        on("GET", "/v1/held-mails", answer({**LIST, "items": items, "next": "x" if items else None}))
        for address in (PLACE, f"{PLACE}?senarai=diputuskan", f"{PLACE}?siap=teruskan", f"{PLACE}?siap=buang"):
            await w.get(address)
    over = {"decided_at": MAIL["at"], "decided_by": "Xyz", "why": "Xyz"}
    ended = [{**MAIL, **over, "status": status} for status in ("held", "let_through", "discarded", "lapsed")]
    nobodys = {"complaint": None, "person": None, "subject": "", "may_go_on": False}
    on("GET", "/v1/held-mails", answer({**LIST, "items": [*ended, {**MAIL, **nobodys}]}))
    await w.get(f"{PLACE}?senarai=diputuskan")
    shown: list[dict[str, Any]] = [
        *({"reason": reason} for reason in Reason),
        {"person": "staff", "reason": "not_allowed"},
        {"may_go_on": False, "text": "", "files": [], "looks": []},
        nobodys,
        *({**over, "status": status} for status in ("let_through", "discarded", "lapsed")),
    ]
    for changes in shown:
        on("GET", one, answer({**LOOKED, **changes}))
        await w.get(f"{PLACE}/{MAIL['id']}")
    on("POST", f"{one}/decision", problem(409, "mail_decided"))
    await w.post(f"{PLACE}/{MAIL['id']}", {"keputusan": "buang"})
