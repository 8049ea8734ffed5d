"""Ask for confirmation before a call: one resolver per tool that rings, and answers that hold for one call."""

import hashlib
import inspect
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from enum import Enum
from typing import Annotated, Any

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import principal_components
from mcp.server.elicitation import AcceptedElicitation, CancelledElicitation, DeclinedElicitation
from mcp.server.mcpserver import Context, Elicit, Resolve
from mcp.server.request_state import AESGCMRequestStateCodec
from pydantic import BaseModel, Field

from sinch_voice_mcp import svaml as language
from sinch_voice_mcp.deadline import pause_for_a_person, resume_after_a_person
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations import Requester, VoiceService
from sinch_voice_mcp.operations.requester import LOCAL, PersonAnswer
from sinch_voice_mcp.tools.callouts import CalloutPlan
from sinch_voice_mcp.tools.parameters import the_service

_presented: ContextVar[str | None] = ContextVar("sinch_voice_presented", default=None)

Ready = Callable[[VoiceService], Awaitable[None]]
Question = Callable[[VoiceService, Requester, dict[str, Any]], Awaitable[str | None]]


class Consent(BaseModel):
    """What a person is asked for: yes or no to one call. Only the JSON value true is a yes; there is no default."""

    place: Annotated[bool, Field(strict=True, description="Place this call")]


class Standing(Enum):
    """Why no confirmation was asked for: none is needed, or the client cannot ask."""

    NOT_ASKED = "not_asked"
    CANNOT_ASK = "cannot_ask"


Consented = AcceptedElicitation[Any] | DeclinedElicitation | CancelledElicitation


class SingleUse(AESGCMRequestStateCodec):
    """Seals answers, and identifies the one that came with a request, so that it is acted on once."""

    def unseal(self, token: str) -> bytes:
        """Open a sealed answer, and remember its digest for the rest of this request."""
        payload = super().unseal(token)
        _presented.set(hashlib.sha256(token.encode()).hexdigest())
        return payload


def principal() -> str:
    """Return the authenticated client and subject, or the single user of a server without authentication."""
    token = get_access_token()
    return LOCAL if token is None else "/".join(str(part) for part in principal_components(token))


def requester(consented: Consented, key: str | None = None) -> Requester:
    """Return the requester of this tool call, with the answer to the question for confirmation."""
    resume_after_a_person()
    return Requester(principal(), key, _answer(consented), _presented.get())


def _answer(consented: Consented) -> PersonAnswer:
    match consented:
        case AcceptedElicitation(data=Consent(place=True)):
            return "yes"
        case CancelledElicitation():
            return "closed"
        case AcceptedElicitation(data=Standing.NOT_ASKED):
            return "not_asked"
        case AcceptedElicitation(data=Standing.CANNOT_ASK):
            return "cannot_ask"
        case _:
            return "no"


def consent_for(plan: Callable[..., CalloutPlan], *also: str, ready: Ready | None = None) -> Resolve:
    """Return the resolver of a tool that places callouts.

    Args:
        plan: Takes arguments of the tool by their names.
        also: Further arguments that the resolver needs: ``dry_run``, where the tool has it.
        ready: Raises if the tool would fail in any case; then no question is asked.
    """

    async def question(service: VoiceService, who: Requester, arguments: dict[str, Any]) -> str | None:
        if ready is not None:
            await ready(service)
        made = plan(**arguments)
        return await service.calls.question(made.requests, who, made.unknown)

    return _resolver((*inspect.signature(plan).parameters, *also), question)


def consent_for_update() -> Resolve:
    """Return the resolver of the tool that changes a call."""

    async def question(service: VoiceService, who: Requester, arguments: dict[str, Any]) -> str | None:
        return await service.calls.question_update(language.read(arguments["svaml"], "update"), who)

    return _resolver(("svaml",), question)


def _resolver(names: Iterable[str], question: Question) -> Resolve:
    """Return a resolver that takes arguments of these names and asks ``question``, if there is one to ask."""

    async def ask(ctx: Context[VoiceService], service: VoiceService, **arguments: Any) -> Elicit[Consent] | Standing:  # noqa: ANN401 - JSON
        if not service.may_ask or arguments.pop("dry_run", False):
            return Standing.NOT_ASKED
        try:
            text = await question(service, Requester(principal()), arguments)
        except VoiceError:
            # The tool raises the same error, with the names of its arguments.
            return Standing.NOT_ASKED
        if text is None:
            return Standing.NOT_ASKED
        if not _can_ask(ctx):
            return Standing.CANNOT_ASK
        pause_for_a_person()
        return Elicit(text, Consent)

    return Resolve(_with_parameters(ask, names))


def _with_parameters(ask: Callable[..., Any], names: Iterable[str]) -> Callable[..., Any]:
    """Give a resolver the signature from which the SDK learns which arguments of the tool to pass."""
    own: dict[str, object] = {"ctx": Context[VoiceService], "service": Annotated[VoiceService, Resolve(the_service)]}
    annotations = own | dict.fromkeys(names, object)
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter(name, kind, annotation=annotations[name]) for name in annotations]
    ask.__annotations__ = annotations
    vars(ask)["__signature__"] = inspect.Signature(parameters)
    return ask


def _can_ask(ctx: Context[VoiceService]) -> bool:
    """Whether the client can show a form to its user."""
    capabilities = ctx.client_capabilities
    elicitation = None if capabilities is None else capabilities.elicitation
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    modern = (ctx.protocol_version or "") >= _INPUT_REQUIRED
    return modern or ctx.session.can_send_request


_INPUT_REQUIRED = "2026-07-28"
"""From this protocol revision on, questions are part of a tool's result, so no back channel is needed."""
