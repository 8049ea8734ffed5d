"""Changes of calls in progress: each is claimed, and reserves what it lets the call last longer."""

from collections.abc import Awaitable, Callable, Mapping

from sinch_voice_mcp.operations.admission.guard import Admitted
from sinch_voice_mcp.operations.admission.limits import known_rate, most_per_minute
from sinch_voice_mcp.operations.dispatch.claims import Request
from sinch_voice_mcp.operations.dispatch.dispatcher import Dispatcher
from sinch_voice_mcp.operations.dispatch.hang_ups import AfterStop
from sinch_voice_mcp.operations.dispatch.rooms import joined
from sinch_voice_mcp.operations.requester import Requester
from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.ports import HOME, PROLONGS, UPDATES, StillAllowed
from sinch_voice_mcp.svaml import Document
from sinch_voice_mcp.types import CallId, Micros, Token

_STOPPED_MEANWHILE: Mapping[AfterStop | None, tuple[str, ...]] = {
    None: (),
    "ended": ("Calling was stopped meanwhile, so the call was hung up.",),
    "in progress": ("Calling was stopped meanwhile; the call could not be hung up yet, and this is tried again.",),
}
_SAME_CHANGE = "The same change was sent a moment ago; it was not sent again."


class CallChanges:
    """Sends changes of calls in progress, of our own and of others."""

    def __init__(self, dispatcher: Dispatcher, policy: Policy) -> None:
        self._dispatcher = dispatcher
        self._policy = policy

    async def dispatch(
        self,
        call_id: CallId,
        admitted: Admitted[Document],
        requester: Requester,
        change: Callable[[StillAllowed], Awaitable[object]],
    ) -> tuple[str, ...]:
        """Claim and send a change; returns warnings.

        A change that connects something is sent once within two minutes; any other one as often as it is requested.

        Args:
            call_id: The call that is changed.
            admitted: The document that it runs.
            requester: The client and principal.
            change: Sends it; takes what to await before each retry.

        Raises:
            RefusedError: A limit refuses, or calling is stopped; nothing was sent.
            StorageError: The journal cannot be used; nothing was sent.
            VoiceError: The platform rejected it, or its outcome is unknown.
        """

        async def send(token: Token, still_allowed: StillAllowed) -> None:
            # A change of a call has no member for the token; it is repeated only if it was certainly not sent.
            del token
            await change(still_allowed)

        request = Request(
            kind=UPDATES if admitted.connects else PROLONGS,
            wire=admitted.wire,
            exposure=admitted.exposure.on_call(await self._rate(call_id)),
            subject=call_id,
            called=admitted.called,
            text=admitted.spoken,
            joins=joined(admitted.request),
            place=await self._dispatcher.journal.place_of_call(call_id) or HOME,
        )
        dispatched = await self._dispatcher.dispatch(request, requester, send)
        same = () if dispatched.earlier is None else (_SAME_CHANGE,)
        return (*admitted.warnings, *same, *_STOPPED_MEANWHILE[dispatched.after_stop])

    async def _rate(self, call_id: CallId) -> Micros:
        """Return what a minute of a call costs at most; the highest allowed price if this journal did not place it."""
        rate = known_rate(await self._dispatcher.journal.by_call_id(call_id))
        return most_per_minute(self._policy) if rate is None else rate
