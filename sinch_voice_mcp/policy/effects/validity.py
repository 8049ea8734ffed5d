"""What makes a document invalid that can be read: the linter's errors."""

from collections.abc import Iterator

from sinch_voice_mcp.svaml import Document, Event, Finding
from sinch_voice_mcp.svaml.lint import lint

_WARNED_OF = frozenset({"SV031"})
"""A callout whose ICE connects no phone is sent, and the requester is warned."""


def errors_in(document: Document, event: Event) -> Iterator[Finding]:
    """Yield the errors of a document that answers an event."""
    for finding in lint(document.to_wire(), event).findings:
        if finding.level == "error" and finding.code not in _WARNED_OF:
            yield finding
