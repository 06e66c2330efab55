"""What is done once, in a process of its own, between the start of Postgres and that of the services."""

import asyncio
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta

from deploy import record, staff
from deploy.local import clock
from deploy.local.database import SERVICES, in_database, migrate, prepare
from deploy.local.environments import database_url
from deploy.local.home import Home, write
from deploy.local.keys import Keys
from deploy.local.processes import Trouble
from deploy.local.row import Row

DATABASE = "helpdesk"
CLOCK_MOVED = 17
"""Exit code: business time was moved, and this start does not allow that."""


def admin_url(row: Row, keys: Keys, database: str = "postgres") -> str:
    return f"postgresql://postgres:{keys.postgres_password}@127.0.0.1:{row.port('postgres')}/{database}"


def set_up(row: Row, keys: Keys, home: Home, *, adjustable: bool, shift: timedelta | None) -> Callable[[], None]:
    """Roles, schemas, every service's tables, and the first staff. `shift` is where a demo's time sets out."""

    async def work() -> None:
        url = admin_url(row, keys)
        await prepare(url, DATABASE, keys.passwords)
        await migrate({service: database_url(service, row, keys) for service in SERVICES})
        await record.say_what_was_missed(in_database(url, DATABASE))
        if shift is not None:
            await clock.move(in_database(url, DATABASE), shift)
        elif not adjustable and await clock.shift(in_database(url, DATABASE)):
            raise SystemExit(CLOCK_MOVED)
        await staff.seed(database_url("workflow", row, keys), keys, lambda: new_logins(home))

    def told() -> None:
        try:
            asyncio.run(work())
        except Trouble as trouble:
            print(trouble, file=sys.stderr)
            raise SystemExit(1) from trouble
        except Exception as error:
            traceback.print_exc()
            print(f"{type(error).__name__}: {str(error).splitlines()[0]}", file=sys.stderr)  # for the launcher
            raise SystemExit(1) from error

    return told


def new_logins(home: Home) -> list[dict[str, str]]:
    """Passwords for the demo's people, kept in `home` before they can be used."""
    logins = staff.demo_logins()
    write(home.logins, logins)
    return logins
