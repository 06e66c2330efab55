"""The vendor's leg on a complaint's own page: what went out by itself, and a letter to copy."""

from collections.abc import Sequence
from typing import NamedTuple

from services.portal.desk import Visit
from services.portal.pages.staff_shapes import Detail, Entry
from services.portal.pages.staff_standing import Standing
from services.portal.words import short_date, stamp


class Letter(NamedTuple):
    """A mail to the vendor's helpdesk as a PIC may copy it: nothing of who complained."""

    subject: str
    body: str


def by_itself(standing: Standing, entries: Sequence[Entry]) -> list[Entry]:
    """Reminders, warnings and escalations of the vendor's last custody, oldest first."""
    if standing.vendor is None:
        return []
    return [
        entry
        for entry in entries
        if entry.kind in ("reminded", "escalated")
        and entry.at >= standing.vendor.since
        and str(entry.detail.get("rule", "")).startswith("vendor.")
    ]


def letter(visit: Visit, standing: Standing, found: Detail | None, module: str) -> Letter | None:
    """The report as a mail, while the vendor has the ball; both references stand in its subject."""
    leg = standing.vendor
    if leg is None or leg.until is not None or found is None:
        return None
    log = leg.logs[-1].number if leg.logs else ""
    said = [entry for entry in found.entries if entry.reader == "vendor" and entry.at >= leg.since and entry.text]
    facts = {
        visit.t("vendor.ours"): standing.number,
        visit.t("vendor.logs"): ", ".join(one.number for one in leg.logs),
        visit.t("module"): module,
        visit.t("dept"): " / ".join(name for name in (found.department_name, found.ptj_name) if name),
        visit.t("vendor.since"): short_date(leg.since),
        visit.t("vendor.due"): stamp(leg.due) if leg.due else "",
    }
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    texts = [f"{short_date(entry.at)}:\n{entry.text}" for entry in said]
    return Letter(
        " ".join(one for one in (f"[{standing.number}]", f"[{log}]" if log else "", visit.t("vendor.report")) if one),
        "\n\n".join(["\n".join(lines), *texts]),
    )
