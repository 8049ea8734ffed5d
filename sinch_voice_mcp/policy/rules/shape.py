"""Rules about what the guard cannot examine: unreadable parts and undocumented members."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Broken, Unknown
from sinch_voice_mcp.policy.nearest import nearest_member
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Failed, Passed, Rule, RuleResult
from sinch_voice_mcp.svaml import Document, examine
from sinch_voice_mcp.text.quoting import printable, quoted, sentence

_CORRECT = "Correct the value at the named path."
_MAX_MESSAGE_CHARS = 300
"""Characters of a finding of the linter that a refusal quotes."""


def readable(case: Case) -> Iterator[RuleResult]:
    """Refuse a request with a part that cannot be read, or that would play nothing."""
    broken = list(case.all(Broken))
    yield from (Failed(effect.path, "", sentence(effect.message), _CORRECT) for effect in broken)
    document = case.request
    # A document is validated as a whole only if its parts can be read; otherwise each fault would appear twice.
    if isinstance(document, Document) and case.intent.event is not None and not broken:
        _, findings = examine(document.to_wire(), case.intent.event)
        errors = [finding for finding in findings if finding.level == "error"]
        yield from (
            Failed(found.path, "", sentence(printable(found.message, _MAX_MESSAGE_CHARS)), _CORRECT) for found in errors
        )
        if not errors:
            yield Passed("$", case.intent.event)


def unknown_member(case: Case) -> Iterator[RuleResult]:
    """Refuse undocumented members in live mode."""
    for path, what in dict.fromkeys((effect.path, effect.what) for effect in case.all(Unknown)):
        if case.live:
            yield _unknown(path, what, nearest_member(case.intent.request, path, what))
        else:
            yield Passed(path, printable(what))


def _unknown(path: str, what: str, nearest: str | None) -> Failed:
    meant = f" (did you mean {quoted(nearest)}?)" if nearest else ""
    message = f"{quoted(what)} is not a documented member{meant}, so its effect is unknown."
    correction = f"Write {quoted(nearest)} instead, or leave it out" if nearest else "Leave it out"
    return Failed(path, printable(what), message, f"{correction}.")


RULES = (
    Rule(REFUSALS["readable"], readable),
    Rule(REFUSALS["unknown_member"], unknown_member),
)
