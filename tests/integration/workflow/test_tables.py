"""The tables as SQLAlchemy knows them are the tables that the migrations make."""

from services.workflow.store.tables import metadata
from tests.integration.workflow.office import Office


async def test_the_metadata_equals_the_migrations(office: Office) -> None:
    rows = await office.rows(
        """
        select table_name, column_name, is_nullable = 'YES' as nullable, udt_name
        from information_schema.columns where table_schema = 'workflow'
        """
    )
    made = {(row["table_name"], row["column_name"]): row["nullable"] for row in rows}
    known = {
        (table.name, column.name): bool(column.nullable) for table in metadata.sorted_tables for column in table.columns
    }
    assert {place: made.get(place) for place in known} == known
    for table in metadata.sorted_tables:
        assert {column for name, column in made if name == table.name} == set(table.columns.keys()), table.name
