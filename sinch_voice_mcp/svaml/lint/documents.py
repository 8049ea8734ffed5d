"""Check one document: read it as far as it can be read, then run every rule about documents."""

from sinch_voice_mcp.svaml.findings import Finding
from sinch_voice_mcp.svaml.lint import calls, heard, inert, menus, prompts, ranges, speech, structure, values
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Context, Target
from sinch_voice_mcp.svaml.model.document import Document
from sinch_voice_mcp.svaml.model.events import EVENTS, Event
from sinch_voice_mcp.svaml.reading.reader import survey

RULES: tuple[LintRule, ...] = (
    *structure.RULES, *ranges.RULES, *values.RULES, *menus.RULES, *prompts.RULES, *speech.RULES, *calls.RULES,
    *heard.RULES, *inert.RULES,
)  # fmt: skip
"""The rules about documents."""

STATUS = "reportCallStatus"
"""An instruction that only older documentation has, and only in answer to DiCE."""


def check_document(value: object, context: Context | None) -> tuple[Document | None, list[Finding]]:
    """Return the document, None if it has an error, and every finding."""
    if isinstance(value, str):
        # The reader accepts JSON text; here the text itself was a JSON value.
        message = "the document is a JSON string that contains JSON: it was serialized twice; serialize it once"
        return None, [Finding("SV001", "error", message)]
    event: Event | None = context if context in EVENTS else None
    ignored = {STATUS.lower()} if context == "dice" else ()
    reading, normalizer, wire = survey(value, event, ignored=ignored, forgiving=True)
    findings = normalizer.findings
    if context in {"dice", "conference"}:
        # An ended call and a key in a conference need no SVAML at all.
        findings[:] = [finding for finding in findings if finding.code != "SV003"]
    if wire is None:
        return None, findings
    target = Target(wire, normalizer, context)
    found = [finding for rule in RULES for finding in rule.check(target)]
    return (None if reading is None else reading.document), found
