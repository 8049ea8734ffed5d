"""The journal: requests are claimed before they are sent, and their outcomes are recorded afterwards."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sinch_voice_mcp.ports.audit import AuditRow
from sinch_voice_mcp.ports.kill_switch import CallingStopped, KillSwitchState
from sinch_voice_mcp.ports.places import Place
from sinch_voice_mcp.ports.requests import (
    Approval,
    Claim,
    Claimed,
    EndReport,
    EntryState,
    Forgotten,
    JournalEntry,
    Outcome,
    Prolonged,
)
from sinch_voice_mcp.types import CallId, Micros, Millis, Token


class Journal(Protocol):
    """The record of every request that can ring or change a call.

    Every asynchronous method raises :class:`~sinch_voice_mcp.errors.StorageError` if the database cannot be used.
    """

    @property
    def durable(self) -> bool:
        """Whether the journal outlives this process."""
        ...

    @property
    def sandbox(self) -> str | None:
        """ID of the embedded sandbox that requests go to; None if the platform is outside this process."""
        ...

    def now(self) -> Millis:
        """Return the current instant; all servers on one database agree on it."""
        ...

    def hashed(self, number: str) -> str:
        """Return the keyed hash of a number or another target; the database stores this in place of it."""
        ...

    async def claim(self, claim: Claim) -> Claimed:
        """Write a claim with its keys, limits, gaps and audit row in one transaction, or return why it is refused."""
        ...

    async def claim_together(self, claims: Sequence[Claim]) -> list[Claimed]:
        """Write several claims in one transaction; if one is refused, none is written.

        Returns one answer for each claim, in order. Claims that are duplicates do not hinder the others.
        """
        ...

    async def peek_together(self, claims: Sequence[Claim]) -> list[Claimed]:
        """Return what :meth:`claim_together` would answer now, and write nothing."""
        ...

    async def prolonged(self, call_id: CallId) -> Prolonged:
        """Return by how much changes of a call that may still have an effect prolong it."""
        ...

    async def renew(self, token: Token, lease: Millis, more: Micros) -> None:
        """Hold the limits of a request that has not ended until a later instant, and reserve more money for it.

        The money is counted even above the limit, because it is being spent.
        """
        ...

    async def record(self, token: Token, outcome: Outcome, *, max_unknown: int | None = None) -> JournalEntry:
        """Record the outcome of a request and return the entry; an outcome replaces only a less certain one.

        The kill switch is turned on at ``max_unknown`` unknown outcomes within ten minutes.
        """
        ...

    async def settle(self, token: Token, report: EndReport) -> None:
        """Record how a call ended and release its limits; only the first report of an end counts."""
        ...

    async def entry(self, token: Token) -> JournalEntry | None:
        """Return the request with this token."""
        ...

    async def by_call_id(self, call_id: CallId) -> JournalEntry | None:
        """Return the request that led to a call."""
        ...

    async def entries(
        self,
        *,
        limit: int,
        states: Sequence[EntryState] = (),
        since: Millis | None = None,
        overdue: Millis | None = None,
        inbound: bool | None = None,
        number: str | None = None,
        prolonging: bool = True,
    ) -> list[JournalEntry]:
        """Return requests, newest first.

        Args:
            limit: Highest number of requests to return.
            states: Only requests in one of these states; all states if empty.
            since: Only requests claimed at this instant or later.
            overdue: Only requests whose deadline is before this instant.
            inbound: Only incoming calls (True), or only requests of ours (False).
            number: Only requests that call this number or other target, and incoming calls from it.
            prolonging: Also changes that ring no phone and only let a call last longer.
        """
        ...

    async def page(
        self,
        states: Sequence[EntryState],
        *,
        after: JournalEntry | None = None,
        since: Millis | None = None,
        limit: int = 500,
    ) -> list[JournalEntry]:
        """Return requests in one of these states, oldest first.

        Args:
            states: Only requests in one of these states.
            after: Only requests that follow this one, so that pages continue one another.
            since: Only requests claimed at this instant or later.
            limit: Highest number of requests to return.
        """
        ...

    async def of_call(self, call_id: CallId) -> list[JournalEntry]:
        """Return every request that led to a call or changed it, oldest first."""
        ...

    async def place_of_call(self, call_id: CallId) -> Place | None:
        """Return where a call is; None if the journal does not know the call."""
        ...

    async def place_of_conference(self, conference_id: str) -> Place | None:
        """Return where the newest call is that joined a conference and has not ended; None if there is none."""
        ...

    async def approve(self, approval: Approval) -> bool:
        """Remember that a person confirmed some requests; while calling is stopped, do nothing and return False.

        An answer that was used before is not remembered again.
        """
        ...

    async def approved(self, principal: str, digests: Sequence[str]) -> bool:
        """Return whether unexpired approvals cover every one of these requests."""
        ...

    async def digits(self, call: str) -> int:
        """Return how many digits were sent as tones in a call, which our token or its ID names."""
        ...

    async def count_digits(self, call: str, digits: int, most: int | None = None) -> bool:
        """Count digits that are about to be sent in a call; if it would then have more than ``most``, return False."""
        ...

    async def switch(self) -> KillSwitchState:
        """Return the state of the kill switch."""
        ...

    async def stop(self, reason: str, by: str, *, hang_up: bool = False) -> CallingStopped:
        """Turn the kill switch on; returns the state of a switch that was on already.

        ``hang_up`` is stored with the switch until calling is resumed; a later stop can add it.
        """
        ...

    async def begin_change(self, token: Token, details: Mapping[str, object]) -> KillSwitchState:
        """Append the audit row of a change that is about to be made, unless calling is stopped.

        Returns:
            The kill switch if it is on, and then no row is written; None if the change may be made.
        """
        ...

    async def resume(self, by: str) -> bool:
        """Turn the kill switch off; returns whether it was on."""
        ...

    async def note(self, event: str, details: Mapping[str, object], token: Token | None = None) -> None:
        """Append a row to the audit log."""
        ...

    async def audit(self, *, after: int = 0, limit: int = 1_000) -> list[AuditRow]:
        """Return rows of the audit log with a greater number than ``after``, in order."""
        ...

    async def verify(self) -> tuple[int, str | None]:
        """Verify the digests of the audit log; returns the number of good rows and what is wrong with the next one."""
        ...

    async def prune(self) -> None:
        """Delete expired keys, counters, approvals and counts of tones, and what is older than the owner's terms."""
        ...

    async def forget(self, number: str) -> Forgotten:
        """Erase a number or other target, and all that is sealed of the calls with it, but nothing in the audit log.

        Keys and the counters of limits stay until they expire: they hold digests, and prevent a second call.
        """
        ...
