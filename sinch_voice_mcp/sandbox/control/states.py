"""The state as a whole: reset it, export and import it, and change what a sandbox begins with while it runs."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from pydantic import JsonValue

from sinch_voice_mcp.sandbox.control.controls import Controls
from sinch_voice_mcp.sandbox.control.errors import ControlError
from sinch_voice_mcp.sandbox.control.requests import EmptyBody, FaultsOf, NoParameters
from sinch_voice_mcp.sandbox.control.responses import ApplicationItem, ApplicationList, FaultItem, FaultList, Readiness
from sinch_voice_mcp.sandbox.control.routing import ControlRequest
from sinch_voice_mcp.sandbox.control.timekeeping import read_readiness
from sinch_voice_mcp.sandbox.state import MAX_APPLICATIONS, MAX_FAULTS, Setup, SetupApplication, SetupFault, StateError
from sinch_voice_mcp.sandbox.state.saved import SavedState

ExportedState = dict[str, JsonValue]
"""A state, as an import takes it."""


async def reset(request: ControlRequest[NoParameters, EmptyBody]) -> Readiness:
    """Forget all calls, and return to the applications, numbers, prices, scripts and faults that it began with."""
    request.controls.keeper.reset()
    return await _changed(request)


async def export_state(request: ControlRequest[NoParameters, EmptyBody]) -> ExportedState:
    """Return everything that the sandbox holds, apart from secrets that its settings gave."""
    exported: Any = request.controls.keeper.export()
    return exported


async def import_state(request: ControlRequest[NoParameters, SavedState]) -> Readiness:
    """Replace everything that the sandbox holds by an exported state; calls that were in progress have ended in it."""
    with _checked():
        request.controls.keeper.restore(request.body)
    return await _changed(request)


async def begin_with(request: ControlRequest[NoParameters, Setup]) -> Readiness:
    """Begin again with what a seed file can say, apart from its settings; a reset returns to it from now on."""
    with _checked():
        request.controls.keeper.begin_with(request.body)
    return await _changed(request)


async def list_applications(request: ControlRequest[NoParameters, EmptyBody]) -> ApplicationList:
    """List the applications with their numbers, without their secrets."""
    return _applications(request.controls)


async def add_application(request: ControlRequest[NoParameters, SetupApplication]) -> ApplicationList:
    """Add an application until the next reset."""
    if len(request.controls.engine.account.applications()) >= MAX_APPLICATIONS:
        message = f"there are {MAX_APPLICATIONS} applications already"
        raise ControlError("conflict", message, "POST /_sandbox/reset removes those that were added.")
    with _checked():
        request.controls.keeper.add_application(request.body)
    return _applications(request.controls)


async def list_faults(request: ControlRequest[NoParameters, EmptyBody]) -> FaultList:
    """List the fault rules, in the order in which they are drawn for a call."""
    return _faults(request.controls)


async def add_fault(request: ControlRequest[NoParameters, SetupFault]) -> FaultList:
    """Let calls that match behave like a call to a fictional number, from now until the next reset."""
    controls, given = request.controls, request.body
    faults = controls.engine.directory.faults
    if len(faults.rules) >= MAX_FAULTS:
        message = f"there are {MAX_FAULTS} fault rules already"
        raise ControlError("conflict", message, "DELETE /_sandbox/faults removes all.")
    with _checked():
        faults.add(given.rule(controls.keeper.key_of(given.match.application)))
    return _faults(controls)


async def remove_faults(request: ControlRequest[FaultsOf, EmptyBody]) -> FaultList:
    """Remove all fault rules, or those for calls with a tag; calls in progress keep what they have."""
    faults, tag = request.controls.engine.directory.faults, request.parameters.tag
    if tag is None:
        faults.replace(())
    else:
        faults.remove(tag)
    return _faults(request.controls)


@contextmanager
def _checked() -> Generator[None]:
    try:
        yield
    except StateError as error:
        step = "Nothing has changed. GET /_sandbox/openapi.json describes every request."
        raise ControlError("invalid_body", str(error), step) from None


async def _changed(request: ControlRequest[Any, Any]) -> Readiness:
    request.controls.driver.wake()
    return await read_readiness(ControlRequest(request.controls, {}, NoParameters(), EmptyBody(), {}))


def _applications(controls: Controls) -> ApplicationList:
    account = controls.engine.account
    return ApplicationList(
        tuple(
            ApplicationItem(
                one.credentials.key,
                one.name,
                one.primary,
                one.fallback,
                tuple(own.number for own in account.numbers() if own.application_key == one.credentials.key),
            )
            for one in account.applications()
        )
    )


def _faults(controls: Controls) -> FaultList:
    faults = controls.engine.directory.faults
    return FaultList(
        tuple(
            FaultItem(
                rule.fault,
                rule.match.number,
                rule.match.application,
                rule.match.tag,
                rule.match.kind,
                rule.probability,
                rule.seed,
                draws,
            )
            for rule, draws in zip(faults.rules, faults.draws, strict=True)
        )
    )
