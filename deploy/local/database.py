"""The database of the helpdesk inside a Postgres server: roles, schemas, business time, and every service's tables."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from alembic.util.exc import CommandError

from deploy.local.processes import Trouble

SERVICES = ("intake", "workflow", "notify", "query")
INIT = Path(__file__).parent.parent / "postgres" / "init.sql"


def in_database(url: str, database: str) -> str:
    """The same server and user, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


async def prepare(admin_url: str, database: str, passwords: Mapping[str, str]) -> None:
    """Makes the database if there is none, and applies `init.sql`. Any number of times."""
    server = await asyncpg.connect(admin_url)
    try:
        if not await server.fetchval("select true from pg_database where datname = $1", database):
            await server.execute(f'create database "{database}"')
    finally:
        await server.close()
    inside = await asyncpg.connect(in_database(admin_url, database))
    try:
        for service in SERVICES:
            await inside.execute("select set_config($1, $2, false)", f"helpdesk.{service}_password", passwords[service])
        await inside.execute(INIT.read_text())
    finally:
        await inside.close()


def migratable() -> list[str]:
    """The packages of migrations, in the services' order."""
    packages = [f"services.{service}.migrations" for service in SERVICES]
    return [
        package
        for package in packages
        if importlib.util.find_spec(package.rpartition(".")[0]) and importlib.util.find_spec(package)
    ]


async def migrate(urls: Mapping[str, str]) -> None:
    """Brings every service's schema to its newest version, each as its own role: `urls` by service. Raises Trouble
    where a newer program than this has been at it."""
    from shared.db import migrate as migrate_one

    for package in migratable():
        try:
            await migrate_one(urls[package.split(".")[1]], package)
        except CommandError as error:
            if "locate revision" not in str(error):
                raise
            service = package.split(".")[1]
            raise Trouble(f"{service}'s data is of a newer version than this program: git pull.") from error
