"""Phones of calls: answer, reject, press keys, speak and hang up instead of the simulated party."""

from collections.abc import Callable
from http import HTTPStatus

from sinch_voice_mcp.sandbox.control import showing
from sinch_voice_mcp.sandbox.control.errors import ControlError, rejection
from sinch_voice_mcp.sandbox.control.requests import EmptyBody, Keys, NoParameters, PhoneAction, Speech
from sinch_voice_mcp.sandbox.control.responses import CallSummary
from sinch_voice_mcp.sandbox.control.routing import Body, ControlRequest
from sinch_voice_mcp.sandbox.engine import Engine, RejectedError

_Act = Callable[[Engine, str], None]


async def press_keys(request: ControlRequest[NoParameters, Keys]) -> CallSummary:
    """Press keys at a phone of the call, all at once; those after the end of the call have no effect."""

    def press(engine: Engine, call_id: str) -> None:
        for index, key in enumerate(request.body.keys):
            call = engine.view(call_id)
            if index == 0 or (call is not None and call.state != "ended"):
                engine.press(call_id, key, request.body.leg)

    return _act(request, press)


async def say_text(request: ControlRequest[NoParameters, Speech]) -> CallSummary:
    """Say something at a phone of the call; a menu that listens compares it with its options."""
    return _act(request, lambda engine, call_id: engine.speak(call_id, request.body.text, request.body.leg))


async def answer_call(request: ControlRequest[NoParameters, EmptyBody]) -> CallSummary:
    """Pick up the phone that rings, at once."""
    return _act(request, Engine.pick_up)


async def reject_call(request: ControlRequest[NoParameters, EmptyBody]) -> CallSummary:
    """Reject the call at the phone that rings: it is busy."""
    return _act(request, Engine.reject)


async def hang_up_call(request: ControlRequest[NoParameters, PhoneAction]) -> CallSummary:
    """Hang up a phone of the call; a caller can do that before the answer, too."""
    return _act(request, lambda engine, call_id: engine.hang_up(call_id, request.body.leg))


def _act(request: ControlRequest[NoParameters, Body], act: _Act) -> CallSummary:
    """Act at a phone, and return the call after that.

    Raises:
        ControlError: There is no such call or phone, or the state of the call does not allow it.
    """
    controls, call_id = request.controls, request.path["call_id"]
    call = controls.engine.view(call_id)
    if call is None:
        raise ControlError("not_found", "there is no call with this id", "GET /_sandbox/calls lists the calls.")
    try:
        act(controls.engine, call_id)
    except RejectedError as error:
        raise _not_possible(error) from None
    controls.engine.catch_up()
    controls.driver.wake()
    # A call that has ended may be dropped at once, if there are as many as are kept.
    return showing.summary(controls.engine.view(call_id) or call)


def _not_possible(error: RejectedError) -> ControlError:
    if error.code // 100 == HTTPStatus.BAD_REQUEST:
        return rejection(error.message, "invalid_body")
    message = f"{error.message[:1].lower()}{error.message[1:]}"
    return ControlError(
        "conflict", message, "GET /_sandbox/calls/ID shows the state; GET /_sandbox/wait waits for one."
    )
