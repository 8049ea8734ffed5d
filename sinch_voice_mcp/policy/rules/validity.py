"""The rule about documents that can be read, and that the platform rejects all the same."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Invalid
from sinch_voice_mcp.policy.effects.validity import errors_in
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Failed, Rule, RuleResult
from sinch_voice_mcp.svaml import Document
from sinch_voice_mcp.text.quoting import printable, sentence

_MAX_MESSAGE_CHARS = 300
"""Characters of a finding of the linter that a refusal quotes."""


def valid_svaml(case: Case) -> Iterator[RuleResult]:
    """Refuse a document in which the linter finds an error."""
    for invalid in case.all(Invalid):
        yield _failed(invalid.path, invalid.message)
    document = case.request
    if isinstance(document, Document) and case.intent.event is not None:
        yield from (_failed(error.path, error.message) for error in errors_in(document, case.intent.event))


def _failed(path: str, message: str) -> Failed:
    return Failed(
        path, "", sentence(printable(message, _MAX_MESSAGE_CHARS)), "Correct it; check_svaml lists all errors."
    )


RULES = (Rule(REFUSALS["valid_svaml"], valid_svaml),)
