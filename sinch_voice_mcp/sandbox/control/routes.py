"""The routing table of the control API; its OpenAPI document is made from the same rows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sinch_voice_mcp.sandbox.control import (
    acting,
    callbacks,
    calls,
    openapi,
    phones,
    recordings,
    states,
    timekeeping,
    watching,
)
from sinch_voice_mcp.sandbox.control.errors import ControlError
from sinch_voice_mcp.sandbox.control.requests import (
    ClockChange,
    EmptyBody,
    FaultsOf,
    InboundCall,
    Keys,
    NoParameters,
    Page,
    PhoneAction,
    ReplayRequest,
    ScriptAttachment,
    ScriptOwner,
    Search,
    Speech,
    Waiting,
)
from sinch_voice_mcp.sandbox.control.responses import ApiDocument
from sinch_voice_mcp.sandbox.control.routing import PREFIX, ControlRequest, ControlRoute, delete, get, post
from sinch_voice_mcp.sandbox.state import MAX_IMPORT_BYTES, Setup, SetupApplication, SetupFault
from sinch_voice_mcp.sandbox.state.saved import SavedState
from sinch_voice_mcp.text.suggestions import nearest

_MIN_SIMILARITY = 0.6


async def describe(_request: ControlRequest[NoParameters, EmptyBody]) -> ApiDocument:
    """Return the OpenAPI document: every route, parameter, body and response of the control API."""
    return openapi.document(ROUTES)


ROUTES: tuple[ControlRoute[Any, Any], ...] = (
    get("ready", timekeeping.read_readiness),
    get("calls", calls.list_calls, Page),
    delete("calls", calls.remove_calls, Search),
    get("calls/{call_id}", calls.get_call),
    post("calls/{call_id}/answer", phones.answer_call),
    post("calls/{call_id}/reject", phones.reject_call),
    post("calls/{call_id}/press", phones.press_keys, Keys),
    post("calls/{call_id}/say", phones.say_text, Speech),
    post("calls/{call_id}/hangup", phones.hang_up_call, PhoneAction),
    get("recordings/{call_id}/{name}", recordings.get_recording),
    post("inbound", acting.call_in, InboundCall),
    get("scripts", acting.list_scripts),
    post("scripts", acting.attach_script, ScriptAttachment),
    delete("scripts", acting.detach_scripts, ScriptOwner),
    get("wait", watching.wait_for_calls, Waiting),
    get("events", watching.stream_events),
    get("callbacks", callbacks.list_callbacks, Page),
    post("callbacks/{sequence}/replay", callbacks.replay_callback, ReplayRequest),
    post("reset", states.reset),
    get("export", states.export_state),
    replace(post("import", states.import_state, SavedState), max_body_bytes=MAX_IMPORT_BYTES),
    post("seed", states.begin_with, Setup),
    get("applications", states.list_applications),
    post("applications", states.add_application, SetupApplication),
    get("faults", states.list_faults),
    post("faults", states.add_fault, SetupFault),
    delete("faults", states.remove_faults, FaultsOf),
    get("clock", timekeeping.read_clock),
    post("clock", timekeeping.change_clock, ClockChange),
    get("openapi.json", describe),
)
"""Every route."""


def find(method: str, path: str) -> tuple[ControlRoute[Any, Any], Mapping[str, str]]:
    """Return the route for a raw path that begins with the prefix, and its parameters.

    Raises:
        ControlError: There is none, or none with this method.
    """
    segments = tuple(path.removeprefix(PREFIX).removeprefix("/").removesuffix("/").split("/"))
    found = [(route, parameters) for route in ROUTES if (parameters := route.match(segments)) is not None]
    for route, parameters in found:
        if route.method == method:
            return route, parameters
    if found:
        methods = [route.method for route, _ in found]
        message = f"there is no {method[:20]} for this path"
        step = f"This path takes {' and '.join(methods)}."
        raise ControlError("method_not_allowed", message, step, {"allow": ", ".join(methods)})
    near = nearest("/".join(segments), {route.path for route in ROUTES}, similarity=_MIN_SIMILARITY)
    hint = "" if near is None else f"Did you mean {PREFIX}/{near}? "
    raise ControlError("not_found", "there is no such path", f"{hint}GET {PREFIX}/openapi.json lists every path.")
