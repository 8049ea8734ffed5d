"""Claims for tests; what a test does not name has an ordinary value."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import uuid4

from sinch_voice_mcp.ports import Claim, Claimed, ClaimKey, CountedLimit, Gap, Journal, Release
from sinch_voice_mcp.storage import Storage
from sinch_voice_mcp.storage.database import one
from sinch_voice_mcp.types import CallId, Micros, Millis, Token

SECOND, MINUTE, DAY = Millis(1_000), Millis(60_000), Millis(86_400_000)
DESTINATION = "5eed" * 8
_NUMBERS = count()


def unit(
    rule: str, cap: int, *, release: Release = "not_sent", amount: int = 1, scope: str = "", width: int = DAY
) -> CountedLimit:
    """A limit that a claim uses, in a window of a day."""
    return CountedLimit(rule, scope, Millis(width), amount, cap, release)


def slot(cap: int) -> CountedLimit:
    """One of the concurrent calls."""
    return unit("max_concurrent_calls", cap, release="ended", width=0)


def money(amount: int, cap: int) -> CountedLimit:
    """Reserved money, in millionths."""
    return unit("max_spend_per_day", cap, release="rejected", amount=amount)


@dataclass(frozen=True)
class Asking:
    """What the claims of one test have in common."""

    journal: Journal
    units: Sequence[CountedLimit] = ()
    gaps: Sequence[Gap] = ()
    kind: str = "ttsCallout"
    destinations: Sequence[str] = (DESTINATION,)
    conference: str | None = None
    subject: CallId | None = None
    details: dict[str, object] = field(default_factory=dict[str, object])

    def made(self, key: str | None = None, *, fingerprint: str = "same", lasts: int = 2 * MINUTE) -> Claim:
        """A claim with this key, or with a key of its own."""
        now = self.journal.now()
        reserved = sum(each.amount for each in self.units if each.rule == "max_spend_per_day")
        return Claim(
            token=Token(uuid4().hex),
            principal="tester",
            kind=self.kind,
            keys=(ClaimKey(key or f"key-{next(_NUMBERS)}", Millis(now + lasts)),),
            fingerprint=fingerprint,
            destinations=tuple(self.destinations),
            number="+1202…00",
            conference=self.conference,
            subject=self.subject,
            limits=tuple(self.units),
            gaps=tuple(self.gaps),
            reserved=Micros(reserved),
            currency="USD",
            now=now,
            deadline=Millis(now + 90 * SECOND),
            lease=Millis(now + 30 * MINUTE),
            details=dict(self.details),
        )

    async def call(self, key: str | None = None, *, fingerprint: str = "same") -> Token:
        """Claim a request that must be granted, and return its token."""
        claim = self.made(key, fingerprint=fingerprint)
        claimed = await self.journal.claim(claim)
        assert type(claimed).__name__ == "Granted", claimed
        return claim.token

    async def asked(self, key: str | None = None, *, fingerprint: str = "same") -> Claimed:
        """Claim, and return the answer."""
        return await self.journal.claim(self.made(key, fingerprint=fingerprint))


async def used(storage: Storage, rule: str) -> int:
    """How much of a limit is used, over all of its windows and scopes."""
    rows = await storage.database.read(
        lambda: one("SELECT coalesce(sum(used), 0) AS used FROM counters WHERE name LIKE :pattern", pattern=f"%:{rule}")
    )
    return int(rows[0]["used"])


async def counted(storage: Storage, table: str) -> int:
    """How many rows a table has."""
    rows = await storage.database.read(lambda: one(f"SELECT count(*) AS many FROM {table}"))  # noqa: S608 - a test's own word
    return int(rows[0]["many"])


async def events(journal: Journal) -> list[str]:
    """Events in the audit log, in order."""
    return [row.event for row in await journal.audit()]
