"""One pool, one transaction type, and migrations.

SQLAlchemy writes the SQL (schema, migrations, composed queries); asyncpg carries it. `Tx` is an asyncpg connection
inside a transaction: handlers receive it, the three edges (HTTP, message, timer) commit it, nobody else does.
A transaction is never held open across a network call.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
import msgspec
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql import asyncpg as dialect

if TYPE_CHECKING:
    from asyncpg import Pool

Tx: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
"""A connection inside a transaction that somebody else commits."""

_DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]
_JSONB_VERSION = b"\x01"
ACQUIRE_SECONDS = 2.0
AT_HAND = 4
"""So many connections at most are handed straight on: the pool's own way costs a task and two timeouts each time."""


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """Work happens inside transactions only, so there is no session state to reset on release."""

    def get_reset_query(self) -> str:
        return ""


async def _prepare(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: _JSONB_VERSION + msgspec.json.encode(value),
        decoder=lambda value: msgspec.json.decode(value[1:]),
    )


class _Lent:
    """A connection for as long as a block lasts."""

    def __init__(self, db: "Database") -> None:
        self._db = db

    async def __aenter__(self) -> Tx:
        self._connection = await self._db.take()
        return self._connection

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self._db.leave(self._connection, in_order=kind is None)


def _stands(connection: Tx) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # it broke, and the pool has taken it back
        return False


class Database:
    """A service's pool on its own schema, opened and closed with the process."""

    def __init__(self, url: str, *, name: str, size: int = 10) -> None:
        self._url = url
        self._name = name
        self._size = size
        self._pool: Pool[asyncpg.Record] | None = None
        self._at_hand: list[Tx] = []
        self._waiting = 0

    async def open(self) -> None:
        """Make the pool. Does not connect: an absent Postgres shows in readiness, not in a crash."""
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=self._size,
            max_inactive_connection_lifetime=300,
            connection_class=_Connection,
            init=_prepare,
            timeout=5,
            server_settings={
                "application_name": self._name,
                "statement_timeout": "15000",
                "lock_timeout": "2000",
                "idle_in_transaction_session_timeout": "15000",
            },
        )

    async def close(self) -> None:
        """Close the pool, waiting a little for what is in flight."""
        if self._pool is not None:
            try:
                async with asyncio.timeout(5):
                    while self._at_hand:
                        await self._pool.release(self._at_hand.pop())
                    await self._pool.close()
            except TimeoutError:
                self._pool.terminate()

    def busy(self) -> int:
        """How many connections are at work now."""
        if self._pool is None:
            return 0
        return int(self._pool.get_size() - self._pool.get_idle_size()) - len(self._at_hand)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """A transaction at READ COMMITTED: commits when the block ends, rolls back when it raises.

        Raises `TimeoutError` when no connection is free within two seconds.
        """
        async with _Lent(self) as connection, connection.transaction():
            yield connection

    def statement(self) -> AbstractAsyncContextManager[Tx]:
        """For a single statement: it is a transaction by itself, without the two round trips that say so.

        Raises `TimeoutError` when no connection is free within two seconds.
        """
        return _Lent(self)

    async def take(self) -> Tx:
        """A connection that somebody has just left in good order, or one of the pool's."""
        if self._pool is None:
            raise RuntimeError("the database is not open")
        while self._at_hand:
            connection = self._at_hand.pop()
            if _stands(connection):
                return connection
            await self._pool.release(connection)
        self._waiting += 1
        try:
            return await self._pool.acquire(timeout=ACQUIRE_SECONDS)
        finally:
            self._waiting -= 1

    async def leave(self, connection: Tx, *, in_order: bool) -> None:
        """Whoever comes next takes it as it is; after a failure, or where somebody waits, it goes through the pool."""
        if in_order and not self._waiting and len(self._at_hand) < AT_HAND:
            self._at_hand.append(connection)
        elif self._pool is not None:
            await self._pool.release(connection)

    async def why_not_ready(self) -> str | None:
        """None when Postgres answers; otherwise why it does not."""
        try:
            async with self.statement() as only:
                await only.fetchval("select 1")
        except Exception as error:
            return f"postgres: {type(error).__name__}: {error}"
        return None


def sql(statement: Executable) -> tuple[Any, ...]:
    """A SQLAlchemy Core statement as asyncpg takes it: `await tx.fetch(*sql(select(...)))`."""
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
    return (compiled.string, *(compiled.params[name] for name in compiled.positiontup or ()))


def is_transient(error: BaseException) -> bool:
    """Whether trying again later may help: the database or the network, not the message.

    The driver says `InterfaceError` for a lost connection and for a wrong number of arguments alike, and
    `InternalClientError` when the server's farewell arrives between two statements.
    """
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError) and "the server expects" not in str(error)
    return isinstance(
        error,
        (
            OSError,
            TimeoutError,
            asyncpg.InternalClientError,
            asyncpg.PostgresConnectionError,
            asyncpg.TransactionRollbackError,
            asyncpg.LockNotAvailableError,
            asyncpg.QueryCanceledError,
            asyncpg.OperatorInterventionError,
            asyncpg.InsufficientResourcesError,
            asyncpg.IdleInTransactionSessionTimeoutError,
        ),
    )


async def migrate(url: str, package: str, schema: str | None = None) -> None:
    """Bring the schema of one service to its newest revision. `package` is its migrations, such as
    `services.intake.migrations`; `schema` another one than the role's own. Revisions run in one transaction each."""
    import importlib

    from alembic import command
    from alembic.config import Config
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    folder = Path(next(iter(importlib.import_module(package).__path__)))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("version_locations", str(folder))
    config.set_main_option("path_separator", "newline")
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        poolclass=NullPool,
        connect_args={"server_settings": {"search_path": f"{schema}, public"}} if schema else {},
    )

    def upgrade(connection: object) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()


def run_script(connection: Any, script: str) -> None:
    """Run several statements of SQL inside a migration: `run_script(op.get_bind(), SCHEMA_V1)`. The driver prepares
    what SQLAlchemy sends, and a prepared statement is a single one."""
    from sqlalchemy.util import await_only

    connection.exec_driver_sql("select 1")  # the adapter opens its transaction with the first statement
    await_only(connection.connection.driver_connection.execute(script))
