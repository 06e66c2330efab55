"""Staff from the command line: an office's first Admin, whom nobody can add over HTTP, and the demo's six people."""

import csv
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

from deploy.local.home import ROOT
from deploy.local.processes import Trouble
from services.workflow.domain.members import tidy_ic
from services.workflow.domain.passwords import faults
from services.workflow.handlers import people
from services.workflow.handlers.passwords import Passwords
from services.workflow.store.people import anybody
from shared.db import Database, Tx
from shared.errors import Invalid
from shared.privacy import Keyring, parse_key

MODULES = ROOT / "services" / "intake" / "data" / "modules.csv"
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class StaffKeys(Protocol):
    """What seals staff's contacts and finds staff by IC."""

    @property
    def sealing_keys(self) -> str: ...
    @property
    def staff_index_key(self) -> str: ...


@dataclass(frozen=True)
class Person:
    """Somebody to add. Contacts of the demo's people are made up: place codes 98 and 99, domains that cannot be."""

    roles: tuple[str, ...]
    ic: str
    name: str
    email: str
    phone: str
    queues: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    language: str = "ms"


def demo_people() -> list[Person]:
    """One for each role, and two PICs who share the modules between them."""
    with MODULES.open(encoding="utf-8") as file:
        slugs = [row["slug"] for row in csv.DictReader(file)]
    half = len(slugs) // 2
    return [
        Person(("ADMIN",), "850312990012", "Nur Aisyah binti Mohd Nasir", "nur.aisyah@pkn.example", "+60199110101"),
        Person(
            *(("PIC",), "800101990001", "Ahmad Faizal bin Ismail", "ahmad.faizal@pkn.example", "+60199110102"),
            modules=tuple(slugs[:half]),
        ),
        Person(
            *(("PIC",), "880724980024", "Siti Hajar binti Abdul Rahman", "siti.hajar@pkn.example", "+60199110103"),
            modules=tuple(slugs[half:]),
        ),
        Person(
            *(("IMPLEMENTOR",), "830519990035", "Mohd Hafiz bin Che Omar", "mohd.hafiz@pkn.example", "+60199110104"),
            queues=("IMPLEMENTOR",),
        ),
        Person(("MANAGEMENT",), "700215980047", "Wan Zulkifli bin Wan Daud", "wan@pkn.example", "+60199110105"),
        Person(("VENDOR",), "860930990059", "Khairul Anuar bin Zakaria", "khairul@vendor.example", "+60199110106"),
    ]


def new_password() -> str:
    """Three groups of four that can be read out over the phone."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(3))


def demo_logins() -> list[dict[str, str]]:
    """The demo's people, each with a new password, as they are printed and kept."""
    return [
        {"role": person.roles[0], "ic": person.ic, "password": new_password(), "name": person.name}
        for person in demo_people()
    ]


async def seed(url: str, keys: StaffKeys, logins: Callable[[], list[dict[str, str]]]) -> None:
    """The demo's people, where there is no staff at all. `logins` has kept what it answers before it can be used."""
    database = Database(url, name="seed", size=1)
    await database.open()
    try:
        async with database.transaction() as tx:
            if await anybody(tx):
                return
            passwords = {login["ic"]: login["password"] for login in logins()}
            for person in demo_people():
                await _add(tx, keys, person, passwords[person.ic])
    finally:
        await database.close()


async def add(url: str, keys: StaffKeys, person: Person, password: str) -> None:
    """One more member of staff. Raises Trouble with what is wrong."""
    database = Database(url, name="staff-add", size=1)
    await database.open()
    try:
        async with database.transaction() as tx:
            if errors := faults(password, ic=tidy_ic(person.ic), name=person.name):
                raise Invalid(errors)
            await _add(tx, keys, person, password, must_change=True)
    except Invalid as invalid:
        raise Trouble("; ".join(f"{error.field}: {error.text.en}" for error in invalid.errors)) from invalid
    finally:
        await database.close()


async def _add(tx: Tx, keys: StaffKeys, person: Person, password: str, *, must_change: bool = False) -> None:
    await people.add_staff(
        tx,
        keys=people.Keys(Keyring(keys.sealing_keys), parse_key(keys.staff_index_key)),
        ic=person.ic,
        name=person.name,
        email=person.email,
        phone=person.phone,
        roles=list(person.roles),
        queues=list(person.queues),
        modules=list(person.modules),
        password_hash=await Passwords().hashed(password),
        language=person.language,
        must_change=must_change,
        correlation=str(uuid4()),
    )
