"""The tables, as numbered steps. Steps are appended, never edited; each leaves older programs working."""

from dataclasses import dataclass, field

from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.storage.database import Database, Dialect, Statement, Transaction
from sinch_voice_mcp.version import __version__

BY_KEY = "/* kept by key */"
"""Where SQLite would otherwise keep a table twice, once by row number: half the pages to write."""

_LOCK = 7_265_164_817


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: what both engines do, and then what only one of them does."""

    number: int
    title: str
    both: tuple[str, ...]
    only: dict[Dialect, tuple[str, ...]] = field(default_factory=dict[Dialect, tuple[str, ...]])

    def statements(self, dialect: Dialect) -> tuple[str, ...]:
        """What this engine has to do."""
        kept = "WITHOUT ROWID" if dialect == "sqlite" else ""
        return tuple(sql.replace(BY_KEY, kept) for sql in self.both) + self.only.get(dialect, ())


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        1,
        "journal",
        (
            "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
            """CREATE TABLE gate (
                id INTEGER PRIMARY KEY, seq BIGINT NOT NULL, head TEXT NOT NULL,
                stopped_at BIGINT, reason TEXT, stopped_by TEXT, resumed_at BIGINT)""",
            "INSERT INTO gate (id, seq, head) VALUES (1, 0, '')",
            """CREATE TABLE calls (
                call TEXT PRIMARY KEY, principal TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
                call_id TEXT, fingerprint TEXT NOT NULL, number TEXT, destinations TEXT NOT NULL,
                conference TEXT, subject TEXT, claimed_at BIGINT NOT NULL, deadline BIGINT NOT NULL,
                lease BIGINT NOT NULL, unknown_at BIGINT, reserved BIGINT NOT NULL, currency TEXT,
                units TEXT NOT NULL, error TEXT, cost BIGINT, duration BIGINT, result TEXT, reason TEXT)""",
            "CREATE INDEX calls_claimed_at ON calls (claimed_at)",
            "CREATE INDEX calls_call_id ON calls (call_id) WHERE call_id IS NOT NULL",
            "CREATE INDEX calls_open ON calls (deadline) WHERE state IN ('pending', 'accepted', 'unknown')",
            "CREATE INDEX calls_unknown_at ON calls (unknown_at) WHERE unknown_at IS NOT NULL",
            f"""CREATE TABLE keys (
                digest TEXT PRIMARY KEY, call TEXT NOT NULL, fingerprint TEXT NOT NULL,
                until BIGINT NOT NULL) {BY_KEY}""",
            "CREATE INDEX keys_call ON keys (call)",
            f"""CREATE TABLE counters (
                name TEXT NOT NULL, bucket BIGINT NOT NULL, used BIGINT NOT NULL, cap BIGINT NOT NULL,
                until BIGINT NOT NULL, PRIMARY KEY (name, bucket)) {BY_KEY}""",
            f"""CREATE TABLE approvals (
                principal TEXT NOT NULL, destination TEXT NOT NULL, until BIGINT NOT NULL,
                PRIMARY KEY (principal, destination)) {BY_KEY}""",
            "CREATE TABLE hosts (name TEXT PRIMARY KEY, seen_at BIGINT NOT NULL)",
            f"""CREATE TABLE audit (
                seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, event TEXT NOT NULL, call TEXT,
                details TEXT NOT NULL, digest TEXT NOT NULL) {BY_KEY}""",
        ),
        {
            "sqlite": tuple(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
                for verb in ("UPDATE", "DELETE")
            ),
            "postgres": (
                """CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$""",
                """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
                FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()""",
            ),
        },
    ),
    Migration(
        2,
        "events",
        (
            """CREATE TABLE events (
                seq BIGINT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, call_id TEXT NOT NULL, kind TEXT NOT NULL,
                at BIGINT, received_at BIGINT NOT NULL, details TEXT NOT NULL, reply TEXT NOT NULL)""",
            "CREATE INDEX events_call_id ON events (call_id, seq)",
            """CREATE TABLE replies (
                call TEXT NOT NULL, event TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (call, event))""",
        ),
    ),
)

NEWEST = MIGRATIONS[-1].number


@dataclass(frozen=True, slots=True)
class Applied:
    """A step that a database has had; ``version`` is the program that took it."""

    number: int
    version: str


async def applied(database: Database) -> list[Applied]:
    """The steps that a database has had, in order. Makes the table that lists them.

    Raises:
        StorageError: The database cannot be used.
    """

    def look() -> Transaction[list[Applied]]:
        rows = yield (*_opening(database.dialect), Statement("SELECT number, version FROM migrations ORDER BY number"))
        return [Applied(row["number"], row["version"]) for row in rows[-1]]

    return await database.run(look)


async def migrate(database: Database, *, newest: int = NEWEST) -> list[int]:
    """Take every step that is missing; returns their numbers. Several programs may try at once.

    Raises:
        ConfigurationError: The database is newer than this program.
        StorageError: The database cannot be used.
    """

    def climb() -> Transaction[list[int]]:
        rows = yield (*_opening(database.dialect), Statement("SELECT number, version FROM migrations ORDER BY number"))
        done = {int(row["number"]): str(row["version"]) for row in rows[-1]}
        if done and max(done) > newest:
            raise ConfigurationError(
                f"this journal was made by version {done[max(done)]}, which is newer than this program "
                f"({__version__}); use that version, or another database"
            )
        taken = [step for step in MIGRATIONS if step.number not in done]
        for step in taken:
            noted = "INSERT INTO migrations (number, version) VALUES (:number, :version)"
            yield (
                *(Statement(sql) for sql in step.statements(database.dialect)),
                Statement(noted, {"number": step.number, "version": __version__}),
            )
        return [step.number for step in taken]

    return await database.run(climb)


def _opening(dialect: Dialect) -> tuple[Statement, ...]:
    table = Statement("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, version TEXT NOT NULL)")
    if dialect == "sqlite":
        return (table,)
    return (Statement("SELECT pg_advisory_xact_lock(:lock)", {"lock": _LOCK}), table)
