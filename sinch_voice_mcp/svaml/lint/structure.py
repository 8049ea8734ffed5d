"""SV001 to SV010, SV013, SV025, SV033: what a document is made of. The reader finds these while it reads."""

from collections.abc import Iterator
from dataclasses import replace

from sinch_voice_mcp.svaml.findings import Finding, replacing
from sinch_voice_mcp.svaml.lint.rule import Rule, read_by
from sinch_voice_mcp.svaml.lint.subject import Subject

_MOH = {"ringing": "ring", "music": "music1", "default": "music1"}


def not_allowed_here(subject: Subject) -> Iterator[Finding]:
    """SV007: an action or instruction that the event does not allow."""
    yield from subject.read("SV007")
    if subject.context == "conference" and (subject.action or subject.instructions):
        message = "the platform ignores SVAML in answer to keys pressed in a conference"
        yield subject.finding("SV007", "warning", (), message)
    if subject.context == "dice":
        if subject.action.get("name") not in {None, "hangup"}:
            message = "a call that has ended takes at most `hangup`"
            yield subject.finding("SV007", "error", ("action", "name"), message)
        for place, _ in subject.instructions:
            yield subject.finding("SV007", "error", place, "a call that has ended takes no instructions")


def not_a_value(subject: Subject) -> Iterator[Finding]:
    """SV033: a value outside the documented ones; a known slip is mended."""
    for finding in subject.read("SV033"):
        value = subject.action.get("moh") if finding.place[-1:] == ("moh",) else None
        meant = _MOH.get(value.lower()) if isinstance(value, str) else None
        fix = replacing(finding.place, meant) if meant is not None else ()
        yield replace(finding, fix=fix)


RULES = (
    Rule("SV001", "error", "Not a JSON object", "The document is JSON and an object; inside a callout, its JSON text. "
         "A member written twice is a warning.", read_by("SV001"), fixable=False),
    Rule("SV002", "error", "Voice v2", "`commands` belongs to Voice v2, another language.", read_by("SV002")),
    Rule("SV003", "error", "No action", "Instructions alone do nothing; only an update may do without an action.",
         read_by("SV003")),
    Rule("SV004", "error", "Several actions", "There is exactly one action: no list, no `actions`.", read_by("SV004"),
         fixable=True),
    Rule("SV005", "error", "Unknown name", "There are nine actions and seven instructions.", read_by("SV005")),
    Rule("SV006", "warning", "Letter case", "Names are written as documented, such as `connectPstn`.",
         read_by("SV006"), fixable=True),
    Rule("SV007", "error", "Not allowed here", "Each event allows some actions and instructions only.",
         not_allowed_here),
    Rule("SV008", "warning", "Unknown member", "Members that nobody documents are ignored; known slips are mended.",
         read_by("SV008"), fixable=True),
    Rule("SV009", "error", "Missing or of another type", "Required members are there, and of the documented type.",
         read_by("SV009")),
    Rule("SV010", "warning", "Another form", "A number where text is documented, text where a truth value is.",
         read_by("SV010"), fixable=True),
    Rule("SV013", "error", "Duration", "`maxDuration` is 1 to 14,400 seconds, of `park` at most 600.",
         read_by("SV013")),
    Rule("SV025", "error", "Conference id", "A conference id has 1 to 64 characters and is no run of dots.",
         read_by("SV025")),
    Rule("SV033", "error", "Not a documented value", "`transport`, `moh`, `mode` and `indications` have closed lists.",
         not_a_value, fixable=True),
)  # fmt: skip
