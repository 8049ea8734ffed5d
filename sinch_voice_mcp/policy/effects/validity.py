"""What makes a document invalid that can be read: the linter's errors."""

from collections.abc import Iterator

from sinch_voice_mcp.svaml import Document, Event, Finding
from sinch_voice_mcp.svaml.lint import lint

_RULES_OF_THEIR_OWN = frozenset({"SV012"})
"""How long a text may be is the owner's setting, which another rule applies."""


def errors_in(document: Document, event: Event) -> Iterator[Finding]:
    """Yield the errors of a document that answers an event."""
    return lint(document.to_wire(), event).errors_except(_RULES_OF_THEIR_OWN)
