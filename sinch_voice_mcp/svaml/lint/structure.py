"""Rules about what a document is made of. The reader makes most of these findings; ``svaml.codes`` lists which."""

from collections.abc import Iterator

from sinch_voice_mcp.svaml.findings import Finding
from sinch_voice_mcp.svaml.limits import MAX_CONFERENCE_ID_CHARS
from sinch_voice_mcp.svaml.lint.rule import LintRule, found_by_reader
from sinch_voice_mcp.svaml.lint.target import Target


def not_allowed_here(target: Target) -> Iterator[Finding]:
    """SV007: an action or instruction that the event does not allow."""
    yield from target.read("SV007")
    if target.context == "conference" and (target.action or target.instructions):
        message = "the platform ignores SVAML in answer to keys pressed in a conference; answer with an empty object"
        yield target.finding("SV007", "warning", (), message)
    if target.context == "dice":
        if target.action.get("name") not in {None, "hangup"}:
            message = "the call has ended; the only action allowed here is `hangup`"
            yield target.finding("SV007", "error", ("action", "name"), message)
        for location, _ in target.instructions:
            message = "the call has ended; no instructions are allowed here"
            yield target.finding("SV007", "error", location, message)


RULES = (
    LintRule("SV001", "error", "Not a JSON object", "The document is a JSON object; inside a callout, the JSON text of "
             "one. A member written twice is a warning.", found_by_reader("SV001"), fixable=False),
    LintRule("SV002", "error", "Voice v2", "`commands` and `callBehavior` belong to Voice v2, another language.",
             found_by_reader("SV002")),
    LintRule("SV003", "error", "No action", "A document has an action; only an update of a call can omit it.",
             found_by_reader("SV003")),
    LintRule("SV004", "error", "Several actions", "There is exactly one action: no list, no `actions`.",
             found_by_reader("SV004"), fixable=True),
    LintRule("SV005", "error", "Unknown name", "There are nine actions and seven instructions.",
             found_by_reader("SV005")),
    LintRule("SV006", "warning", "Letter case", "Names are written as documented, such as `connectPstn`.",
             found_by_reader("SV006"), fixable=True),
    LintRule("SV007", "error", "Not allowed here", "Each event allows certain actions and instructions.",
             not_allowed_here),
    LintRule("SV008", "warning", "Unknown member", "Every member is documented; Sinch ignores others. Common "
             "misspellings are fixed; one of `instructions` or `action` is an error.", found_by_reader("SV008"),
             fixable=True),
    LintRule("SV009", "error", "Missing or of another type", "Required members are present, and each member has its "
             "documented type.", found_by_reader("SV009")),
    LintRule("SV010", "warning", "Another form", "Text, numbers and true or false are written as documented, such as "
             "`\"1\"` for a key.", found_by_reader("SV010"), fixable=True),
    LintRule("SV025", "error", "Conference ID", f"A conference ID has 1 to {MAX_CONFERENCE_ID_CHARS} characters, not "
             "only dots and spaces, and no control characters.", found_by_reader("SV025")),
)  # fmt: skip
