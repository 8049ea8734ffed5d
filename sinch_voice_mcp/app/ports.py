"""Receive events on a port that another copy of this server may already use."""

from contextlib import ExitStack
from typing import Final

import anyio
from anyio.abc import TaskStatus

from sinch_voice_mcp.app.http import PortInUseError, listening_socket, serve
from sinch_voice_mcp.callbacks import Receiver
from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.operations.events.call_events import CallEvents
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.text.masked_logs import masked_logger

_LOGGER = masked_logger(__name__)

_RETRY_S: Final = 15.0
"""Seconds between two tries to open the port; the process that uses it may end at any time."""


async def serve_on_port(
    receiver: Receiver,
    settings: Settings,
    events: CallEvents,
    clock: Clock,
    *,
    task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    """Serve the receiver on its port until canceled. If the port is in use, warn, start all the same, and try again.

    Clients start a server twice, to look at it or for two windows. The first copy stores the events of both in the
    journal that they share; the second one still has to answer its client.

    Raises:
        ConfigurationError: The address cannot be used for another reason.
    """
    with ExitStack() as stack:
        while True:
            try:
                opened = listening_socket(settings.callback_host, settings.callback_port or 0)
                listener = stack.enter_context(opened)
                break
            except PortInUseError as error:
                if not events.warning:
                    _LOGGER.warning("%s", _warning(error))
                events.warning = _warning(error)
                task_status.started()
                task_status = anyio.TASK_STATUS_IGNORED
                await clock.sleep(_RETRY_S)
        if events.warning:
            _LOGGER.warning("events are received on port %s now", settings.callback_port)
        events.warning = ""
        task_status.started()
        await serve(receiver, listener)


def _warning(error: PortInUseError) -> str:
    return (
        f"This server receives no events itself: {error.message.partition(';')[0]}. If another copy of it has the port "
        "and the same journal, events arrive there; this one tries the port again."
    )
