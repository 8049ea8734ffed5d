"""Callers and scripts: let a call come in, and say what callees and callers do by themselves."""

from typing import cast

from pydantic import JsonValue

from sinch_voice_mcp.sandbox.control import showing
from sinch_voice_mcp.sandbox.control.errors import ControlError, rejection
from sinch_voice_mcp.sandbox.control.requests import (
    EmptyBody,
    InboundCall,
    NoParameters,
    ScriptAttachment,
    ScriptOwner,
)
from sinch_voice_mcp.sandbox.control.responses import CallSummary, ScriptItem, ScriptList
from sinch_voice_mcp.sandbox.control.routing import ControlRequest
from sinch_voice_mcp.sandbox.engine import (
    Dialed,
    Engine,
    IncomingCall,
    RejectedError,
    Script,
    ScriptError,
    TooManyScriptsError,
)
from sinch_voice_mcp.sandbox.engine.endpoints import DialedType
from sinch_voice_mcp.svaml import CallHeader

_HOW_SCRIPTS_ARE = "The page about the sandbox describes scripts; GET /_sandbox/openapi.json, every request."


async def call_in(request: ControlRequest[NoParameters, InboundCall]) -> CallSummary:
    """Let a call come in; the application is asked at once what to do with it."""
    body, controls = request.body, request.controls
    script = None if body.script is None else _script(body.script)
    try:
        incoming = IncomingCall(
            body.origin,
            body.caller,
            _dialed(body, controls.engine),
            body.region,
            body.rdnis,
            tuple(CallHeader(key=key, value=value) for key, value in body.headers.items()),
            body.custom,
        )
        call_id = controls.engine.receive(incoming, body.application, script=script, tag=body.tag)
    except RejectedError as error:
        raise rejection(error.message, "invalid_body") from None
    controls.driver.wake()
    call = controls.engine.view(call_id)
    if call is None:
        raise TypeError("a call that has just come in is kept")
    return showing.summary(call)


async def list_scripts(request: ControlRequest[NoParameters, EmptyBody]) -> ScriptList:
    """List the scripts that are attached to numbers and to next calls."""
    return _listed(request.controls.engine)


async def attach_script(request: ControlRequest[NoParameters, ScriptAttachment]) -> ScriptList:
    """Attach a script to a number, or to the next call; the script of a number replaces an earlier one."""
    body, engine = request.body, request.controls.engine
    script = _script(body.script)
    try:
        if body.next or body.number is None:
            engine.scripts.attach_to_next(script, body.number)
        else:
            engine.scripts.attach(script, body.number)
    except RejectedError as error:
        raise rejection(error.message, "invalid_body") from None
    except TooManyScriptsError as error:
        raise ControlError("conflict", str(error), "DELETE /_sandbox/scripts detaches scripts.") from None
    return _listed(engine)


async def detach_scripts(request: ControlRequest[ScriptOwner, EmptyBody]) -> ScriptList:
    """Detach the scripts of a number, or all scripts; calls in progress keep theirs."""
    engine, number = request.controls.engine, request.parameters.number
    if number is None:
        engine.scripts.clear()
        return _listed(engine)
    try:
        was_there = engine.scripts.detach(number)
    except RejectedError as error:
        raise rejection(error.message, "invalid_parameter") from None
    if not was_there:
        raise ControlError("not_found", "this number has no script", "GET /_sandbox/scripts lists the scripts.")
    return _listed(engine)


def _script(entries: list[JsonValue]) -> Script:
    try:
        return Script.read(entries)
    except ScriptError as error:
        raise ControlError("invalid_body", str(error), _HOW_SCRIPTS_ARE) from None


def _dialed(body: InboundCall, engine: Engine) -> Dialed:
    """Return what the caller dialed: an own number, or from an app anything.

    Raises:
        ControlError: Nothing was dialed, and there is no own number to dial; or only an app can dial this.
    """
    kind: DialedType = body.to_type or ("username" if body.origin == "MXP" else "did")
    if kind != "did" and body.origin != "MXP":
        raise ControlError(
            "invalid_body", f"`to_type`: only an app dials a {kind}", 'Give "origin": "MXP", or leave `to_type` out.'
        )
    if body.dialed is not None:
        return Dialed(kind, body.dialed)
    own = next((one.number for one in engine.account.numbers() if one.application_key is not None), None)
    if own is None:
        raise ControlError("invalid_body", "`to` is missing, and no own number is assigned", "Give what was dialed.")
    return Dialed("did", own)


def _listed(engine: Engine) -> ScriptList:
    return ScriptList(
        tuple(
            ScriptItem(tuple(cast("list[JsonValue]", one.script.to_json())), one.number, one.once)
            for one in engine.scripts.listed()
        )
    )
