"""Ask for confirmation before a request: the resolvers of the tools that call, speak or connect."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import principal_components
from mcp.server.elicitation import AcceptedElicitation, CancelledElicitation, DeclinedElicitation, ElicitationResult
from mcp.server.mcpserver import Context, Elicit, Resolve
from mcp.types import ElicitResult
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sinch_voice_mcp import svaml as language
from sinch_voice_mcp.deadline import pause_for_a_person, resume_after_a_person
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations import Requester, VoiceService
from sinch_voice_mcp.operations.admission.confirmation import MAX_QUESTION_CHARS
from sinch_voice_mcp.operations.requester import LOCAL, PersonAnswer
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.tools.callouts import CalloutPlan
from sinch_voice_mcp.tools.parameters import the_service
from sinch_voice_mcp.tools.sealing import digest_of_answer
from sinch_voice_mcp.types import CallId, Payload

_LOGGER = masked_logger(__name__)

ANSWER_S = 600.0
"""Seconds for which a question stays open; the SDK accepts a sealed answer for the same time."""

_INPUT_REQUIRED = "2026-07-28"
"""From this protocol revision on, questions are part of a tool's result, so no back channel is needed."""

Ready = Callable[[VoiceService], Awaitable[None]]


def _without_additional(schema: dict[str, Any]) -> None:
    schema.pop("additionalProperties", None)


class Consent(BaseModel):
    """What a person is asked for: yes or no to one request. Only the JSON value true is a yes; there is no default.

    An answer with anything else in it is none. The schema does not say so, because clients know only its basic members.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra=_without_additional)

    place: Annotated[bool, Field(strict=True, description="Place this call, or change it as described")]


@dataclass(frozen=True, slots=True)
class Consented:
    """Who makes a request, and what became of the question about it.

    Attributes:
        principal: The authenticated user, or the server's own principal.
        confirmer: The principal that confirmations belong to.
        answer: What a person answered.
        shown: The question that was asked; None if none was.
        answer_digest: Digest of the sealed answer that came with the request.
    """

    principal: str
    confirmer: str
    answer: PersonAnswer
    shown: str | None
    answer_digest: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question to ask; without one, why none is asked."""

    question: str | None
    otherwise: PersonAnswer = "not_asked"


@dataclass(frozen=True, slots=True)
class Asking:
    """What a person may have to confirm: the requests of one tool call.

    Attributes:
        requests: The requests as the client made them.
        unknown: JSON paths of undocumented members that the reader left out.
        subject: The call in progress that they change.
    """

    requests: Sequence[Payload]
    unknown: tuple[str, ...] = ()
    subject: CallId | None = None


def principal(default: str = LOCAL) -> str:
    """Return the authenticated client and subject; on a server without authentication, the default."""
    token = get_access_token()
    return default if token is None else "/".join(str(part) for part in principal_components(token))


def requester_of(service: VoiceService) -> Requester:
    """Return the requester of a tool call that no person has to confirm."""
    return Requester(principal(service.principal), confirmer=principal(service.confirmer))


def requester(consented: Consented, key: str | None = None) -> Requester:
    """Return the requester of this tool call, with the answer to the question for confirmation."""
    return Requester(
        consented.principal,
        key,
        consented.answer,
        consented.answer_digest,
        confirmer=consented.confirmer,
        shown=consented.shown,
    )


def consent_for(plan: Callable[..., CalloutPlan], *also: str, ready: Ready | None = None) -> Resolve:
    """Return the resolver of a tool that places callouts.

    Args:
        plan: Takes arguments of the tool by their names.
        also: Further arguments that the resolver needs: ``dry_run``, where the tool has it.
        ready: Raises if the tool would fail in any case; then no question is asked.
    """

    def asking(**arguments: Any) -> Asking:  # noqa: ANN401 - JSON
        made = plan(**arguments)
        return Asking(made.requests, made.unknown)

    return _resolver((*inspect.signature(plan).parameters, *also), asking, ready)


def consent_for_update() -> Resolve:
    """Return the resolver of the tool that changes a call."""

    def asking(**arguments: Any) -> Asking:  # noqa: ANN401 - JSON
        reading = language.read(arguments["svaml"], "update")
        return Asking([reading.document], tuple(one.path for one in reading.unknown), CallId(arguments["call_id"]))

    return _resolver(("call_id", "svaml"), asking)


def consent_for_playing(plan: Callable[..., Payload]) -> Resolve:
    """Return the resolver of the tool that speaks or plays in a call.

    Args:
        plan: Takes arguments of the tool by their names, except ``call_id``.
    """

    def asking(**arguments: Any) -> Asking:  # noqa: ANN401 - JSON
        call_id = CallId(arguments.pop("call_id"))
        return Asking([plan(**arguments)], subject=call_id)

    return _resolver(("call_id", *inspect.signature(plan).parameters), asking)


def _resolver(names: Sequence[str], asking: Callable[..., Asking], ready: Ready | None = None) -> Resolve:
    """Return the resolver that asks a person where the requests of a tool call need it.

    Args:
        names: The arguments of the tool that ``asking`` takes, and ``dry_run`` where the tool has it.
        asking: Returns what a person may have to confirm.
        ready: Raises if the tool would fail in any case; then no question is asked.
    """

    async def prepare(ctx: Context[VoiceService], service: VoiceService, **arguments: Any) -> _Asked:  # noqa: ANN401 - JSON
        if not service.may_ask or arguments.pop("dry_run", False):
            return _Asked(None)
        try:
            if ready is not None:
                await ready(service)
            return await _prepared(ctx, service, asking(**arguments))
        except VoiceError:
            # The tool raises the same error, with the names of its arguments.
            return _Asked(None)

    prepared = _with_parameters(prepare, names)

    async def ask(
        ctx: Context[VoiceService],
        service: Annotated[VoiceService, Resolve(the_service)],
        asked: Annotated[_Asked, Resolve(prepared)],
    ) -> Elicit[Consent] | PersonAnswer:
        return await _ask(ctx, service, asked)

    async def consented(
        ctx: Context[VoiceService],
        service: Annotated[VoiceService, Resolve(the_service)],
        asked: Annotated[_Asked, Resolve(prepared)],
        answered: Annotated[ElicitationResult[Consent], Resolve(ask)],
    ) -> Consented:
        return Consented(
            principal(service.principal),
            principal(service.confirmer),
            _answer(answered),
            asked.question,
            digest_of_answer(ctx),
        )

    return Resolve(consented)


async def _prepared(ctx: Context[VoiceService], service: VoiceService, asking: Asking) -> _Asked:
    who = requester_of(service)
    text = await service.confirmation.question(asking.requests, who, asking.unknown, asking.subject)
    if text is None:
        return _Asked(None)
    if not _can_ask(ctx):
        return _Asked(None, "cannot_ask")
    asks = len(text) <= MAX_QUESTION_CHARS and not await service.confirmation.is_stopped()
    return _Asked(text if asks else None)


async def _ask(ctx: Context[VoiceService], service: VoiceService, asked: _Asked) -> Elicit[Consent] | PersonAnswer:
    """Ask in the way of the protocol's revision; the answer, or what the SDK is to send with the tool's result."""
    if asked.question is None:
        return asked.otherwise
    if _in_results(ctx):
        readable = all(_is_readable(answer) for answer in (ctx.input_responses or {}).values())
        return Elicit(asked.question, Consent) if readable else "failed"
    pause_for_a_person()
    try:
        with service.clock.move_on_after(ANSWER_S):
            try:
                return _answer(await ctx.elicit(asked.question, Consent))
            except Exception:
                _LOGGER.warning("a question for confirmation could not be asked", exc_info=True)
                return "failed"
        return "expired"
    finally:
        resume_after_a_person()


def _is_readable(answer: object) -> bool:
    if not isinstance(answer, ElicitResult):
        return False
    if answer.action != "accept":
        return True
    try:
        Consent.model_validate(answer.content)
    except ValidationError:
        return False
    return True


def _answer(answered: AcceptedElicitation[Any] | DeclinedElicitation | CancelledElicitation) -> PersonAnswer:
    match answered:
        case AcceptedElicitation(data=Consent(place=place)):
            return "yes" if place else "no"
        case AcceptedElicitation(data=answer):
            return answer
        case CancelledElicitation():
            return "closed"
        case DeclinedElicitation():
            return "no"


def _with_parameters(function: Callable[..., Any], names: Sequence[str]) -> Callable[..., Any]:
    """Give a resolver the signature from which the SDK learns which arguments of the tool to pass."""
    own: dict[str, object] = {"ctx": Context[VoiceService], "service": Annotated[VoiceService, Resolve(the_service)]}
    annotations = own | dict.fromkeys(names, object)
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter(name, kind, annotation=annotations[name]) for name in annotations]
    function.__annotations__ = annotations
    vars(function)["__signature__"] = inspect.Signature(parameters)
    return function


def _can_ask(ctx: Context[VoiceService]) -> bool:
    """Whether the client can show a form to its user."""
    capabilities = ctx.client_capabilities
    elicitation = None if capabilities is None else capabilities.elicitation
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    return _in_results(ctx) or ctx.session.can_send_request


def _in_results(ctx: Context[VoiceService]) -> bool:
    return (ctx.protocol_version or "") >= _INPUT_REQUIRED
