"""The sandbox as an ASGI application."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from sinch_voice_mcp.sandbox.engine import Engine, RejectedError
from sinch_voice_mcp.sandbox.routes.answers import rejection
from sinch_voice_mcp.sandbox.routes.door import Door, response


class EveryPath(BaseRoute):
    """Hands every HTTP request to the door, which matches raw paths; pages are routes before this one."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Any HTTP request."""
        return (Match.FULL if scope["type"] == "http" else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the door answer."""
        await self._door(scope, receive, send)


def build(engine: Engine, door: Door) -> Starlette:
    """The application: the door, and JSON even for what nobody foresaw."""

    def unforeseen(_request: Request, _error: Exception) -> Response:
        return response(rejection(RejectedError(50000), engine.reference()))

    return Starlette(routes=[EveryPath(door)], exception_handlers={Exception: unforeseen})
