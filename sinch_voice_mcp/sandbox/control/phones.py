"""Phones of calls: answer, reject, press keys, speak and hang up instead of the simulated callee."""

from collections.abc import Callable
from http import HTTPStatus

from sinch_voice_mcp.sandbox.control import showing
from sinch_voice_mcp.sandbox.control.errors import ControlError
from sinch_voice_mcp.sandbox.control.requests import Keys, NoParameters, PhoneAction, Speech
from sinch_voice_mcp.sandbox.control.responses import CallSummary
from sinch_voice_mcp.sandbox.control.routing import Body, ControlRequest
from sinch_voice_mcp.sandbox.engine import RejectedError
from sinch_voice_mcp.sandbox.engine.phones import Phone


async def press_keys(request: ControlRequest[NoParameters, Keys]) -> CallSummary:
    """Press keys at a phone of the call, all at once; those after the end of the call have no effect."""
    return _act(request, request.body.leg, lambda phone: phone.press(request.body.keys))


async def say_text(request: ControlRequest[NoParameters, Speech]) -> CallSummary:
    """Say something at a phone of the call; a menu that listens compares it with its options."""
    return _act(request, request.body.leg, lambda phone: phone.say(request.body.text))


async def answer_call(request: ControlRequest[NoParameters, PhoneAction]) -> CallSummary:
    """Pick up a phone that rings, at once."""
    return _act(request, request.body.leg, Phone.answer)


async def reject_call(request: ControlRequest[NoParameters, PhoneAction]) -> CallSummary:
    """Reject the call at a phone that rings: the phone is busy."""
    return _act(request, request.body.leg, Phone.reject)


async def hang_up_call(request: ControlRequest[NoParameters, PhoneAction]) -> CallSummary:
    """Hang up a phone on which someone talks or listens."""
    return _act(request, request.body.leg, Phone.hang_up)


def _act(request: ControlRequest[NoParameters, Body], leg: int, action: Callable[[Phone], None]) -> CallSummary:
    """Act at a phone, and return the call after that.

    Raises:
        ControlError: There is no such phone, or the state of the call does not allow it.
    """
    controls, call_id = request.controls, request.path["call_id"]
    try:
        action(controls.engine.phone(call_id, leg))
    except RejectedError as error:
        raise _not_possible(error) from None
    controls.driver.wake()
    call = controls.engine.view(call_id)
    if call is None:
        raise TypeError("an action at a phone removes no call")
    return showing.summary(call)


def _not_possible(error: RejectedError) -> ControlError:
    message = f"{error.message[:1].lower()}{error.message[1:]}"
    if error.code // 100 == HTTPStatus.NOT_FOUND:
        return ControlError(
            "not_found", message, "GET /_sandbox/calls lists the calls, GET /_sandbox/calls/ID the legs."
        )
    return ControlError(
        "conflict", message, "GET /_sandbox/calls/ID shows the state; GET /_sandbox/wait waits for one."
    )
