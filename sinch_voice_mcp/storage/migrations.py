"""The tables, as numbered migrations. Migrations are appended, never edited; each leaves older programs working."""

from dataclasses import dataclass, field

from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.storage.database import Commit, Database, Dialect, Statement, Transaction
from sinch_voice_mcp.version import __version__

KEY_ORDERED = "/* in the order of its key */"
"""Stands for the driver's option for a table that is stored in the order of its primary key."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration: statements for both engines, and then those for one of them."""

    number: int
    title: str
    both: tuple[str, ...]
    only: dict[Dialect, tuple[str, ...]] = field(default_factory=dict[Dialect, tuple[str, ...]])

    def statements(self, database: Database) -> tuple[Statement, ...]:
        """Return the statements for a database."""
        texts = (*self.both, *self.only.get(database.dialect, ()))
        return tuple(Statement(text.replace(KEY_ORDERED, database.key_ordered)) for text in texts)


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
                until BIGINT NOT NULL) {KEY_ORDERED}""",
            "CREATE INDEX keys_call ON keys (call)",
            f"""CREATE TABLE counters (
                name TEXT NOT NULL, bucket BIGINT NOT NULL, used BIGINT NOT NULL, cap BIGINT NOT NULL,
                until BIGINT NOT NULL, PRIMARY KEY (name, bucket)) {KEY_ORDERED}""",
            f"""CREATE TABLE approvals (
                principal TEXT NOT NULL, destination TEXT NOT NULL, until BIGINT NOT NULL,
                PRIMARY KEY (principal, destination)) {KEY_ORDERED}""",
            "CREATE TABLE hosts (name TEXT PRIMARY KEY, seen_at BIGINT NOT NULL)",
            f"""CREATE TABLE audit (
                seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, event TEXT NOT NULL, call TEXT,
                details TEXT NOT NULL, digest TEXT NOT NULL) {KEY_ORDERED}""",
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
    Migration(
        3,
        "confirmations of exactly one request, instead of those of a number in `approvals`; tones of each call",
        (
            f"""CREATE TABLE confirmations (
                principal TEXT NOT NULL, digest TEXT NOT NULL, destinations TEXT NOT NULL, until BIGINT NOT NULL,
                PRIMARY KEY (principal, digest)) {KEY_ORDERED}""",
            f"""CREATE TABLE tones (
                call TEXT PRIMARY KEY, digits BIGINT NOT NULL, until BIGINT NOT NULL) {KEY_ORDERED}""",
        ),
    ),
    Migration(
        4,
        "people",
        (
            """CREATE TABLE people (
                id TEXT PRIMARY KEY, kind TEXT NOT NULL, call TEXT, call_id TEXT, hashes TEXT NOT NULL,
                at BIGINT NOT NULL, sealed TEXT NOT NULL)""",
            "CREATE INDEX people_call ON people (call) WHERE call IS NOT NULL",
            "CREATE INDEX people_call_id ON people (call_id) WHERE call_id IS NOT NULL",
            "CREATE INDEX people_at ON people (kind, at)",
            "CREATE INDEX events_received_at ON events (received_at)",
        ),
    ),
    Migration(
        5,
        "bounds",
        (
            "ALTER TABLE keys ADD COLUMN until_unanswered INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE calls ADD COLUMN content TEXT NOT NULL DEFAULT ''",
            # The length of a call of an older program is not known, so nothing is hung up because of it.
            "ALTER TABLE calls ADD COLUMN seconds BIGINT",
            "ALTER TABLE calls ADD COLUMN rate BIGINT NOT NULL DEFAULT 0",
            "CREATE INDEX calls_unknown_content ON calls (content) WHERE state = 'unknown'",
        ),
    ),
    Migration(
        6,
        "hang up after a stop",
        (
            # An instant, compared with that of the stop: an older program that resumes calling does not clear it.
            "ALTER TABLE gate ADD COLUMN hang_up_at BIGINT",
            # Whether the platform's own answer gave the call ID; absent in rows of older programs.
            "ALTER TABLE calls ADD COLUMN answered INTEGER",
            "CREATE INDEX calls_subject ON calls (subject) WHERE subject IS NOT NULL",
        ),
    ),
    Migration(
        7,
        "events that a request asks for, and the sandbox that it went to",
        ("ALTER TABLE calls ADD COLUMN events TEXT", "ALTER TABLE calls ADD COLUMN sandbox TEXT"),
    ),
    Migration(
        8,
        "calls with a number that was forgotten",
        (
            f"""CREATE TABLE forgotten (
                call TEXT PRIMARY KEY, mark TEXT NOT NULL, until BIGINT NOT NULL) {KEY_ORDERED}""",
        ),
    ),
    Migration(
        9,
        "regions of calls, and the conferences that they joined",
        ("ALTER TABLE calls ADD COLUMN region TEXT", "ALTER TABLE calls ADD COLUMN rooms TEXT"),
    ),
)

NEWEST = MIGRATIONS[-1].number


@dataclass(frozen=True, slots=True)
class Applied:
    """A migration that a database has had; ``version`` is the program that applied it."""

    number: int
    version: str


async def applied(database: Database) -> list[Applied]:
    """Return the migrations that a database has had, in order; creates the table that lists them.

    Raises:
        StorageError: The database cannot be used.
    """

    def reading() -> Transaction[list[Applied]]:
        rows = yield _listing(database)
        return Commit([Applied(row["number"], row["version"]) for row in rows[-1]])

    return await database.run(reading)


async def migrate(database: Database, *, newest: int = NEWEST) -> list[int]:
    """Apply the migrations that are missing; returns their numbers. Several programs may try at once.

    Raises:
        ConfigurationError: The database is newer than this program.
        StorageError: The database cannot be used.
    """

    def migrating() -> Transaction[list[int]]:
        rows = yield _listing(database)
        done = {int(row["number"]): str(row["version"]) for row in rows[-1]}
        if done and max(done) > newest:
            raise ConfigurationError(
                f"this journal was made by version {done[max(done)]}, which is newer than this program "
                f"({__version__}); use that version, or another database"
            )
        missing = [migration for migration in MIGRATIONS if migration.number not in done]
        for migration in missing:
            yield (*migration.statements(database), Statement(_NOTE, _values(migration)))
        return Commit([migration.number for migration in missing])

    return await database.run(migrating)


_NOTE = "INSERT INTO migrations (number, version) VALUES (:number, :version)"


def _values(migration: Migration) -> dict[str, object]:
    return {"number": migration.number, "version": __version__}


def _listing(database: Database) -> tuple[Statement, ...]:
    """Return statements of which the last one lists the migrations that a database has had."""
    return (
        *database.migration_lock,
        Statement("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, version TEXT NOT NULL)"),
        Statement("SELECT number, version FROM migrations ORDER BY number"),
    )
