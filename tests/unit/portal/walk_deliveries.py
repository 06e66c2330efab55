"""The pages about deliveries and channels, as the walk through the whole portal opens them."""

from typing import Any

from services.portal.pages.deliveries import REASONS, STATUSES
from tests.unit.portal.outside import AISYAH, NUMBER, answer, problem
from tests.unit.portal.pages.sending import CHANNEL, TEMPLATE, WRITTEN, alert, channels, delivery, ledger, told, written
from tests.unit.portal.pages.staffing import ADMIN, NOW, enter, staffed
from tests.unit.portal.walker import Walker

ALL, WAYS = "/staf/pemberitahuan/penghantaran", "/staf/pemberitahuan/saluran"
FATES = (
    *("sent", "temporary", "permanent", "channel_down", "no_address", "no_consent", "unwritten", "unknown"),
    None,
)


def _all_kinds() -> list[dict[str, Any]]:
    tries = [{"at": NOW, "result": fate, "detail": "250 2.0.0"} for fate in FATES]
    items = [delivery(id=f"s-{one}", status=one, retryable=one == "failed") for one in STATUSES]
    items += [delivery(id=f"r-{one}", status="skipped", reason=one) for one in REASONS]
    items += [
        delivery(id="tried", status="planned", next_at=NOW, attempts=tries),
        delivery(id="tried-once", attempts=tries[:1], carried_by="tried", channel="whatsapp"),
    ]
    return items


async def deliveries(w: Walker) -> None:
    """All of them."""
    staffed(w.outside, ADMIN)
    await enter(w.client)
    ledger(w.outside, *_all_kinds(), next="40")
    for asked in ("", "?status=failed&aduan=HD-1", "?siap=1&daripada=2", "?siap=0&daripada=0"):
        await w.get(f"{ALL}{asked}")
    ledger(w.outside)
    for asked in ("", "?status=failed"):
        await w.get(f"{ALL}{asked}")
    wrong = [
        (one, "(ms)", "(en)") for one in ("complaint", "status", "reason", "channel", "event", "staff", "from", "to")
    ]
    w.outside.on("GET", "/v1/deliveries", problem(422, "invalid", errors=wrong))
    await w.get(ALL)
    of = f"/staf/aduan/{NUMBER}/pemberitahuan"
    told(
        w.outside,
        alert("complaint.noted", nobody="(why)"),
        alert("complaint.rated"),
        alert("complaint.received", *_all_kinds()),
    )
    written(w.outside, WRITTEN, {**WRITTEN, "kind": "image", "text": None})
    await w.get(of)
    told(w.outside)
    await w.get(of)
    counted = {"waiting": 3, "failed": 2, "unknown": 1}
    channels(
        w.outside,
        {**CHANNEL, **counted, "oldest_seconds": 60.0},
        {**CHANNEL, **counted, "name": "whatsapp", "state": "down", "detail": "503", "oldest_seconds": 190.0},
        on=False,
        unreachable=2,
        items=[TEMPLATE, {**TEMPLATE, "language": "en", "refused": 132001, "refused_at": NOW}],
    )
    await w.get(f"{WAYS}?simpan=1")
    channels(w.outside, {**CHANNEL, "state": "off", "last_sent_at": None})
    await w.get(WAYS)
    form = {"version": "3", "name-balasan_pic-ms": "X"}
    w.outside.on("PUT", "/v1/whatsapp/templates", problem(422, "invalid", errors=[("items.0.name", "(ms)", "(en)")]))
    await w.post(WAYS, form)
    w.outside.on("PUT", "/v1/whatsapp/templates", problem(412, "stale", "(ms)", "(en)"))
    await w.post(WAYS, form)
    channels(w.outside, unreachable=1)
    await w.get(WAYS)
    w.outside.on("GET", "/v1/deliveries", answer({"items": [], "next": None, "as_of": NOW}))
    staffed(w.outside, AISYAH)
