"""What is done once, in a container of its own, before the services start: roles, schemas, every service's tables, and
the first staff. Any number of times: `python -m deploy.containers.setting_up`.
"""

import asyncio
import sys
import time

import asyncpg
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from deploy import record, staff
from deploy.local.database import SERVICES, in_database, migrate, prepare
from deploy.local.processes import Trouble
from deploy.local.setting_up import DATABASE

PATIENCE_SECONDS = 90.0
"""How long a fresh Postgres may take to be there."""
PAUSE_SECONDS = 0.2
AWAY = (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError)


class Settings(BaseSettings):
    """What `deploy.containers.told` says."""

    postgres: str
    """`host:port`."""
    postgres_password: SecretStr
    passwords: dict[str, str]
    """Of the services' roles."""
    sealing_keys: str
    staff_index_key: str
    logins: list[dict[str, str]]

    def url(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@{self.postgres}/{database}"


async def set_up(settings: Settings) -> None:
    """Raises what Postgres, when it is there at all, has against it."""
    admin = settings.url("postgres", settings.postgres_password.get_secret_value(), "postgres")
    urls = {name: settings.url(name, settings.passwords[name], DATABASE) for name in SERVICES}
    await _until_it_answers(admin)
    await prepare(admin, DATABASE, settings.passwords)
    await migrate(urls)
    await record.say_what_was_missed(in_database(admin, DATABASE))
    await staff.seed(in_database(urls["workflow"], DATABASE), settings, lambda: settings.logins)


async def _until_it_answers(url: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
        except AWAY:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            await connection.close()
            return


def main() -> None:
    """Says in its last line what went wrong."""
    try:
        asyncio.run(set_up(Settings()))
    except asyncpg.InvalidPasswordError:
        sys.exit("The data was made with other keys than those that are there now: make down DATA=delete begins anew.")
    except Trouble as trouble:
        sys.exit(str(trouble))
    except (OSError, asyncpg.PostgresError) as error:
        sys.exit(f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'Postgres does not answer'}")


if __name__ == "__main__":
    main()
