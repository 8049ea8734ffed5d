"""Every column of the tables is listed with what of a person it can hold."""

from sinch_voice_mcp.storage import Storage
from sinch_voice_mcp.storage.columns import IMPERSONAL, PERSONAL
from sinch_voice_mcp.storage.database import one

_COLUMNS = {
    "sqlite": "SELECT m.name AS t, p.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) p "
    "WHERE m.type = 'table'",
    "postgres": "SELECT table_name AS t, column_name AS c FROM information_schema.columns "
    "WHERE table_schema = current_schema()",
}


async def test_every_column_is_listed_once_with_what_of_a_person_it_holds(storage: Storage) -> None:
    rows = await storage.database.read(lambda: one(_COLUMNS[storage.database.dialect]))
    listed = [column.name for column in PERSONAL]
    listed += [f"{table}.{column}" for table, columns in IMPERSONAL.items() for column in columns.split()]
    # A column that is missing here is missing in docs/safety.md, and perhaps in what `forget` erases.
    assert sorted(f"{row['t']}.{row['c']}" for row in rows) == sorted(listed)
