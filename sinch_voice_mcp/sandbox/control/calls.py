"""Calls: list, search, show and remove them."""

from itertools import islice

from sinch_voice_mcp.sandbox.control import showing
from sinch_voice_mcp.sandbox.control.errors import ControlError
from sinch_voice_mcp.sandbox.control.requests import EmptyBody, NoParameters, Page, Search
from sinch_voice_mcp.sandbox.control.responses import CallDetail, CallPage, RecordingFile, Removal
from sinch_voice_mcp.sandbox.control.routing import ControlRequest
from sinch_voice_mcp.sandbox.control.search import Query, QueryError, parse


async def list_calls(request: ControlRequest[Page, EmptyBody]) -> CallPage:
    """List or search calls, the newest first."""
    page, controls = request.parameters, request.controls
    query, deliveries = query_of(page), controls.deliveries()
    found = (
        call
        for call in controls.engine.views()
        if (page.before is None or call.order < page.before) and query.matches(call, deliveries)
    )
    shown = tuple(islice(found, page.limit))
    more = next(found, None) is not None
    return CallPage(tuple(showing.summary(call) for call in shown), shown[-1].order if more else None)


async def remove_calls(request: ControlRequest[Search, EmptyBody]) -> Removal:
    """Remove the calls that match and have ended, with their callbacks; calls in progress stay and are counted."""
    query, controls = query_of(request.parameters), request.controls
    deliveries = controls.deliveries()
    found = [call for call in controls.engine.views() if query.matches(call, deliveries)]
    ended = [call.id for call in found if call.state == "ended"]
    controls.engine.forget(ended)
    for call_id in ended:
        controls.attempts.forget(call_id)
    return Removal(len(ended), len(found) - len(ended))


async def get_call(request: ControlRequest[NoParameters, EmptyBody]) -> CallDetail:
    """Return everything about a call: legs, cost, timeline, transcript, callbacks, and findings in its SVAML."""
    controls = request.controls
    controls.engine.catch_up()
    call = controls.engine.view(request.path["call_id"])
    if call is None:
        raise ControlError("not_found", "there is no call with this id", "GET /_sandbox/calls lists the calls.")
    credentials = controls.engine.account.credentials()
    return CallDetail(
        call=showing.summary(call),
        legs=tuple(showing.legs(call)),
        cookies=dict(call.cookies),
        conference=call.conference,
        timeline=tuple(showing.timeline_item(entry) for entry in call.timeline),
        transcript=tuple(showing.transcript(call)),
        recordings=tuple(RecordingFile(one.name, one.url, one.destination, one.seconds) for one in call.recorded),
        callbacks=tuple(showing.attempt(one, credentials) for one in controls.attempts.of(call.id)),
        findings=tuple(showing.findings(call)),
    )


def query_of(search: Search) -> Query:
    """Return the query of a request.

    Raises:
        ControlError: It is not understood.
    """
    try:
        return parse(search.q)
    except QueryError as error:
        raise ControlError("invalid_query", str(error), error.next_step) from None
