"""The office of the list tests: one caller of each kind, and one complaint in every situation."""

from datetime import timedelta
from typing import Any

from shared.events import workflow
from tests.integration.query.conftest import Door, a_caller
from tests.support.complaints import IMAN, RASHID, SITI, SUNDAY, Course

ADMIN = a_caller("s-admin", "ADMIN")
MANAGER = a_caller("s-manager", "MANAGEMENT")
PIC = a_caller(RASHID.id, "PIC")
OTHER_PIC = a_caller(SITI.id, "PIC")
IMPLEMENTOR = a_caller(IMAN.id, "IMPLEMENTOR", queues=["IMPLEMENTOR"])
VENDOR = a_caller("s-vendor", "VENDOR")
STRANGER = a_caller("s-stranger", "PIC")
BOTH = ("role:ADMIN", "role:MANAGEMENT")
WITH_RASHID = (*BOTH, "staff:s-rashid")
IN_QUEUE = (*WITH_RASHID, "queue:IMPLEMENTOR")
AT_VENDOR = (*WITH_RASHID, "role:VENDOR")


def number(n: int) -> str:
    return f"HD-2026-{n:06}-X"


def office() -> dict[str, Course]:
    """One complaint in every situation, submitted an hour apart."""
    names = ["new", "given", "taken", "referred", "claimed", "vendor", "asked", "lapsed", "closed", "siti"]
    courses = {name: Course(number(n), at=SUNDAY + timedelta(hours=n)) for n, name in enumerate(names, 1)}
    for name, course in courses.items():
        if name == "siti":
            course.say(workflow.Assigned, "DIAGIHKAN", pic=SITI)
        elif name != "new":
            course.say(workflow.Assigned, "DIAGIHKAN", pic=RASHID, seen_by=WITH_RASHID)
        if name not in ("new", "given", "siti"):
            course.say(workflow.Started, "INPROGRESS")
    courses["referred"].say(workflow.Referred, "RUJUKAN_IMPLEMENTOR", seen_by=IN_QUEUE)
    courses["claimed"].say(workflow.Referred, "RUJUKAN_IMPLEMENTOR", seen_by=IN_QUEUE)
    courses["claimed"].say(workflow.Claimed, claimant=IMAN, first_act=False, seen_by=(*IN_QUEUE, "staff:s-iman"))
    courses["vendor"].say(workflow.VendorLogged, "TINDAKAN_VENDOR", seen_by=AT_VENDOR)
    courses["asked"].say(workflow.FeedbackAsked, "MOHON_MAKLUMBALAS")
    courses["lapsed"].say(workflow.Lapsed, "SELESAI")
    courses["closed"].say(workflow.Closed, "DITUTUP")
    return courses


async def names(door: Door, caller: Any, path: str = "/v1/inbox", **asked: Any) -> list[str]:
    known = {course.number: name for name, course in office().items()}
    answered = await door.get(path, caller, **asked)
    assert answered.status_code == 200, answered.text
    return [known[row["number"]] for row in answered.json()["items"]]


EVERYTHING = {"new", "given", "taken", "referred", "claimed", "vendor", "asked", "lapsed", "closed", "siti"}
RASHIDS = EVERYTHING - {"new", "siti"}
