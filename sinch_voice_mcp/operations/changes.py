"""Changes that tools make: each is recorded in the audit log before and after, and refused while calling is stopped."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from uuid import uuid4

import anyio

from sinch_voice_mcp.errors import RefusedError, StorageError, VoiceError
from sinch_voice_mcp.operations.admission import limits
from sinch_voice_mcp.operations.requester import ANONYMOUS, Requester
from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.ports import Journal, StillAllowed
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.types import Token

_LOGGER = masked_logger(__name__)


class Changes:
    """The one way to change something that is not claimed as a request that can ring."""

    def __init__(self, journal: Journal, policy: Policy) -> None:
        self._journal = journal
        self._policy = policy

    async def require_running(self) -> None:
        """Raise if calling is stopped; awaited before a person is asked, and before each retry.

        Raises:
            RefusedError: Calling is stopped.
            StorageError: The journal cannot be used.
        """
        await limits.refuse_if_stopped(self._journal, self._policy)

    @asynccontextmanager
    async def made(
        self, tool: str, requester: Requester = ANONYMOUS, *, although_stopped: bool = False, **details: object
    ) -> AsyncGenerator[StillAllowed]:
        """Record a change before the block makes it, and its outcome afterwards.

        Args:
            tool: Name of the tool that makes it.
            requester: The client and principal behind it.
            although_stopped: Whether it is possible while calling is stopped, and without a journal: it only ends calls
                or changes a sandbox.
            details: What is changed, without anything personal.

        Yields:
            What to await before each retry of the request.

        Raises:
            RefusedError: Calling is stopped; nothing was sent.
            StorageError: The journal cannot be used; nothing was sent.
        """
        token = Token(uuid4().hex)
        recorded = {"tool": tool, "principal": requester.principal, **details}
        await self._begin(token, recorded, although_stopped=although_stopped)
        outcome: dict[str, object] = {"tool": tool, "outcome": "interrupted"}
        try:
            yield _always if although_stopped else self.require_running
            outcome["outcome"] = "done"
        except VoiceError as error:
            outcome["outcome"] = error.code
            if isinstance(error, RefusedError):
                outcome["rule"] = error.rule
            raise
        finally:
            with anyio.CancelScope(shield=True):
                await self.note("changed", outcome, token)

    async def note(self, event: str, details: Mapping[str, object], token: Token | None = None) -> None:
        """Append a row to the audit log about something that has happened; if that fails, only log it."""
        try:
            await self._journal.note(event, details, token)
        except StorageError:
            _LOGGER.warning("the audit log has no row `%s` of %s: it could not be written", event, details.get("tool"))

    async def _begin(self, token: Token, recorded: Mapping[str, object], *, although_stopped: bool) -> None:
        if although_stopped:
            await self.note("change", recorded, token)
            return
        try:
            if self._policy.stop:
                raise limits.refusal_by_setting()
            switch = await self._journal.begin_change(token, recorded)
            if switch is not None:
                raise limits.stopped(switch, durable=self._journal.durable)
        except RefusedError as error:
            await self.note("refused", {**recorded, "rule": error.rule}, token)
            raise


async def _always() -> None:
    """Allow every retry: what is possible while calling is stopped stays so."""
