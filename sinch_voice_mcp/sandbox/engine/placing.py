"""What the platform accepts: callouts, with what happens at the number that they call first, and updates of calls."""

from collections.abc import Mapping
from dataclasses import replace

from sinch_voice_mcp.sandbox.engine import given, menus, transport_faults
from sinch_voice_mcp.sandbox.engine.accounts import Application
from sinch_voice_mcp.sandbox.engine.admission import admit, first_endpoint
from sinch_voice_mcp.sandbox.engine.endpoints import Region
from sinch_voice_mcp.sandbox.engine.events import DialingStarts
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.faults import CallFacts, CallKind
from sinch_voice_mcp.sandbox.engine.numbers import check_callable, normalize
from sinch_voice_mcp.sandbox.engine.profiles import NumberProfile, profile_of
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import CallPlan, SimulatedCall
from sinch_voice_mcp.sandbox.engine.tags import tag_in
from sinch_voice_mcp.svaml import ConnectConf, ConnectPstn, Document, RunMenu
from sinch_voice_mcp.wire.callouts import CalloutRequest

_KINDS: Mapping[str, CallKind] = {"ttsCallout": "tts", "conferenceCallout": "conference", "customCallout": "custom"}


def place(
    exchange: Exchange,
    application: Application,
    request: CalloutRequest,
    region: Region,
    tag: str | None,
    *,
    strict: bool,
) -> SimulatedCall:
    """Accept a callout and return its call; dialing starts at once.

    Args:
        exchange: Where the call lives.
        application: The application that requests it.
        request: The callout.
        region: The region of the host that the request was sent to.
        tag: The name of the call for its requester; by default the one in the member ``custom``.
        strict: Whether to reject numbers without leading plus.

    Raises:
        RejectedError: The platform does not accept it.
        LostRequestError: The connection is to fail instead, and nothing was placed.
    """
    plan = admit(request, has_callback_url=application.has_callback_url, strict=strict)
    key, kind, tag = application.credentials.key, _KINDS[request.method], tag or tag_in(plan.custom)
    endpoint = first_endpoint(plan)
    # Drawn before the call exists, because a fault can be that the callout is rejected.
    profile = None if endpoint is None else exchange.directory.profile_for(CallFacts(endpoint, key, kind, tag))
    if profile is not None:
        check_callable(profile)
        plan = _with_conference(plan, profile, kind)
    # Only the application knows what will be dialed, but the connection fails before it is asked.
    meant = profile or (None if plan.endpoint is None else plan.endpoint.profile)
    fault = None if meant is None else transport_faults.fault_of(meant)
    session = Session(exchange, exchange.open(key, plan, region))
    session.call.transport_fault = fault
    session.call.kind, session.call.tag, session.call.profile = kind, tag, profile
    session.call.given.extend(given.in_callout(request))
    session.note("created", method=request.method, custom=plan.custom)
    session.after(0, ("dial", 0), DialingStarts(session.call.id))
    return session.call


def _with_conference(plan: CallPlan, profile: NumberProfile, kind: CallKind) -> CallPlan:
    """Return the plan of a call whose callee joins a conference after the text, if this one does."""
    if kind != "tts" or profile.conference_id is None:
        return plan
    join = ConnectConf(conference_id=profile.conference_id)
    return replace(plan, continuation=plan.continuation.model_copy(update={"action": join}))


def check_update(document: Document, *, strict: bool) -> None:
    """Raise unless the platform accepts the action of an update.

    Raises:
        RejectedError: 40003 for a menu or a number that is missing, or the code of the number that it would call.
    """
    match document.action:
        case ConnectPstn(number=str(number)):
            check_callable(profile_of(normalize(number, strict=strict)))
        case ConnectPstn(number=None):
            raise RejectedError(40003, "`connectPstn` in an update needs a `number`")
        case RunMenu() as action:
            try:
                menus.main_menu(action)
            except menus.MenuError as error:
                raise RejectedError(40003, str(error)) from None
        case _:
            pass


def action_name(document: Document) -> str:
    """Return the name of the action of an update, for the timeline."""
    return "continue" if document.action is None else document.action.name
