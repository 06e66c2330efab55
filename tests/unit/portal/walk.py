"""Every page of the portal in every state it can be in, in one language, and what was said on the way."""

from fastapi import FastAPI

from services.workflow.api import record
from tests.unit.portal.outside import Outside, answer, browser, portal
from tests.unit.portal.pages.staffing import staffed
from tests.unit.portal.walk_admin import SOLVED, admin, oversight, people, routing
from tests.unit.portal.walk_complaints import complaints, others, vendors
from tests.unit.portal.walk_deliveries import deliveries
from tests.unit.portal.walk_mails import mails
from tests.unit.portal.walk_notices import notices
from tests.unit.portal.walk_public import faults, public, threads
from tests.unit.portal.walk_times import times
from tests.unit.portal.walk_told import told
from tests.unit.portal.walker import Shown, Walk, Walker

__all__ = ["Shown", "Walk", "walked"]


async def walked(language: str) -> Walk:
    """The whole walk, in that language."""
    walk = Walk(language)
    for part in (
        public,
        threads,
        faults,
        admin,
        people,
        routing,
        oversight,
        complaints,
        vendors,
        times,
        told,
        mails,
        deliveries,
        notices,
        others,
    ):
        outside = Outside()
        staffed(outside)
        # without workflow's own labels the portal's serve
        labels = answer({}) if part in (threads, others) else answer(await record.workflow())
        outside.on("GET", "/v1/workflow", labels)
        outside.on("GET", "/v1/solutions", answer({"items": [SOLVED]}))
        app = portal(outside)
        _listen(app, walk)
        async with browser(app) as client:
            client.cookies.set("lang", language)
            walker = Walker(walk, outside, client)
            walker.sentences = app.state.desk.words.keys(language)
            await part(walker)
        walk.templates |= {name for _, name in app.state.desk.templates.cache}
    return walk


def _listen(app: FastAPI, walk: Walk) -> None:
    """Keep every key that is asked for, and those that are not there."""
    words = app.state.desk.words
    said, there = words.text, words.has

    def text(language: str, key: str, /, **values: object) -> str:
        walk.keys.add(key)
        if not there(key):
            walk.missing.add(key)
        return str(said(language, key, **values))

    words.text = text

    def has(key: str) -> bool:
        if there(key):
            walk.keys.add(key)
        return bool(there(key))

    words.has = has
