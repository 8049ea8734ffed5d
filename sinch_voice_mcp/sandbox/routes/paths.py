"""The routing table. It splits the raw path and then decodes each segment.

So ``..%2F..%2Fx%3Fy%3D1`` is one call id, whatever it contains.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from sinch_voice_mcp.sandbox.engine import DEFAULT_REGION, REGIONS, Region, RejectedError
from sinch_voice_mcp.sandbox.routes import endpoints
from sinch_voice_mcp.sandbox.routes.endpoints import Endpoint


@dataclass(frozen=True, slots=True)
class Route:
    """A method, and a path whose segments in braces are parameters."""

    method: str
    path: str
    endpoint: Endpoint

    def match(self, method: str, segments: tuple[str, ...]) -> Mapping[str, str] | None:
        """Return the decoded parameters; None if the route does not match."""
        expected = _segments(self.path)
        if method != self.method or len(expected) != len(segments):
            return None
        parameters: dict[str, str] = {}
        for pattern, segment in zip(expected, segments, strict=True):
            if pattern.startswith("{") and segment:
                parameters[pattern[1:-1]] = unquote(segment)
            elif pattern != segment:
                return None
        return parameters


_CALL = "/calling/v1/calls/id/{call_id}"
_CONFERENCE = "/calling/v1/conferences/id/{conference_id}"
_CALLBACKS = "/v1/configuration/callbacks/applications/{application_key}"

_VOICE_V2 = (
    "This sandbox simulates Voice API v1, and this path is one of v2. Clients for v1 are `sinch` 1.1.4 for Python and "
    "`@sinch/sdk-core` 1.5 for Node; `sinch` 2 for Python speaks v2 only."
)

ROUTES: tuple[Route, ...] = (
    Route("POST", "/calling/v1/callouts", endpoints.place_callout),
    Route("GET", _CALL, endpoints.get_call),
    Route("PATCH", _CALL, endpoints.update_call),
    Route("PATCH", f"{_CALL}/leg/{{leg}}", endpoints.manage_leg),
    Route("GET", _CONFERENCE, endpoints.get_conference),
    Route("DELETE", _CONFERENCE, endpoints.close_conference),
    Route("PATCH", f"{_CONFERENCE}/{{call_id}}", endpoints.manage_participant),
    Route("DELETE", f"{_CONFERENCE}/{{call_id}}", endpoints.kick_participant),
    Route("GET", "/v1/configuration/numbers", endpoints.list_numbers),
    Route("POST", "/v1/configuration/numbers", endpoints.assign_numbers),
    Route("DELETE", "/v1/configuration/numbers", endpoints.unassign_number),
    Route("GET", _CALLBACKS, endpoints.get_callbacks),
    Route("POST", _CALLBACKS, endpoints.set_callbacks),
    Route("GET", "/v1/calling/query/number/{number}", endpoints.query_number),
)


def region_of(raw_path: str) -> tuple[Region, str]:
    """Return the region that a path begins with, by default the usual one, and the rest of the path."""
    for region in REGIONS:
        if raw_path.startswith(f"/{region}/"):
            return region, raw_path.removeprefix(f"/{region}")
    return DEFAULT_REGION, raw_path


def find(method: str, raw_path: str) -> tuple[Endpoint, Mapping[str, str]]:
    """Return the endpoint for a request and its parameters; one slash at the end of the path does not matter.

    Raises:
        RejectedError: 40400 if there is none; the message names what was probably meant.
    """
    segments = _segments(raw_path.removesuffix("/"))
    for route in ROUTES:
        if (parameters := route.match(method, segments)) is not None:
            return route.endpoint, parameters
    raise RejectedError(40400, f"There is no {method} {raw_path[:200]}{_hint(method, segments)}")


def reject_voice_v2(raw_path: str) -> None:
    """Say what this sandbox is to a client of Voice API v2, before its credentials are found to be of another form.

    Raises:
        RejectedError: 40400 if the path is one of v2.
    """
    if _segments(raw_path)[1:2] == ("v2",):
        raise RejectedError(40400, _VOICE_V2)


def _hint(method: str, segments: tuple[str, ...]) -> str:
    methods = [route.method for route in ROUTES if route.match(route.method, segments) is not None]
    if methods:
        return f"; this path takes {' and '.join(methods)}"
    near = max(ROUTES, key=lambda route: (_shared(route, segments), route.method == method))
    return f"; did you mean {near.method} {near.path}?" if _shared(near, segments) else ""


def _shared(route: Route, segments: tuple[str, ...]) -> int:
    """Return how many words of a route's path a request has too; the version and the braces do not count."""
    words = {word for word in _segments(route.path) if word not in {"", "v1"} and not word.startswith("{")}
    return len(words.intersection(segments))


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.split("/"))
