"""SVAML as requests bring it, kept for those who want to know what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sinch_voice_mcp.svaml import Event
from sinch_voice_mcp.wire.callouts import CalloutRequest, CustomCalloutRequest


@dataclass(frozen=True, slots=True)
class GivenSvaml:
    """SVAML that came with a request: what it replies to, and the text or JSON value as it was given."""

    event: Event
    source: object


def in_callout(request: CalloutRequest) -> Iterator[GivenSvaml]:
    """Yield the documents in a callout; a URL in the place of one is none."""
    if not isinstance(request, CustomCalloutRequest):
        return
    callout = request.custom_callout
    members: Mapping[Event, str | None] = {"callout": callout.ice, "ace": callout.ace, "pie": callout.pie}
    for event, text in members.items():
        if text is not None and text.lstrip().startswith("{"):
            yield GivenSvaml(event, text)
