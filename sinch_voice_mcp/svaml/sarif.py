"""Findings in SARIF 2.1.0, the format that GitHub code scanning and editors read."""

from collections.abc import Mapping

from sinch_voice_mcp.svaml.findings import Finding, Level
from sinch_voice_mcp.svaml.lint import RULES, LintReport, LintRule
from sinch_voice_mcp.svaml.reading.jsontext import Position, position_at
from sinch_voice_mcp.svaml.reading.notation import Edit, Notation
from sinch_voice_mcp.svaml.reading.source import JSON, positions
from sinch_voice_mcp.types import JsonObject

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Mapping[Level, str] = {"error": "error", "warning": "warning", "info": "note"}
_INDEX = {rule.code: index for index, rule in enumerate(RULES)}


def sarif(
    results: Mapping[str, tuple[LintReport, str | None]], notations: Mapping[str, Notation] | None = None
) -> JsonObject:
    """Return the reports of one run as a SARIF log.

    Args:
        results: By file, as a relative URI: its report, and its text or None if it is not text.
        notations: What the files are written in; JSON for those that are not in it.
    """
    driver: JsonObject = {"name": "sinch-voice-mcp svaml lint", "rules": [_rule(rule) for rule in RULES]}
    written = notations or {}
    found = [
        result
        for uri, (report, text) in results.items()
        for result in _results(uri, report, text, written.get(uri, JSON))
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": found}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: LintRule) -> JsonObject:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.exactly},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
    }


def _results(uri: str, report: LintReport, text: str | None, notation: Notation) -> list[JsonObject]:
    found = report.findings
    found_at = positions(text, found, notation) if text is not None else (None,) * len(found)
    return [_result(uri, finding, position, text, notation) for finding, position in zip(found, found_at, strict=True)]


def _result(uri: str, finding: Finding, position: Position | None, text: str | None, notation: Notation) -> JsonObject:
    physical: JsonObject = {"artifactLocation": {"uri": uri}}
    if position is not None:
        physical["region"] = {"startLine": position.line, "startColumn": position.column}
    location = {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": finding.path}]}
    result: JsonObject = {
        "ruleId": finding.code,
        "ruleIndex": _INDEX[finding.code],
        "level": _LEVELS[finding.level],
        "message": {"text": finding.message},
        "locations": [location],
    }
    if text is not None and (changes := _edits(finding, text, notation)):
        change = {"artifactLocation": {"uri": uri}, "replacements": [_replacement(one, text) for one in changes]}
        result["fixes"] = [{"description": {"text": "The documented form."}, "artifactChanges": [change]}]
    return result


def _edits(finding: Finding, text: str, notation: Notation) -> list[Edit]:
    """Return the fix as edits of the text; none if one of its steps depends on another or is not an edit."""
    try:
        edits = [notation.edit(text, operation) for operation in finding.fix]
    except RecursionError:
        return []
    whole = [one for one in edits if one is not None]
    return whole if len(whole) == len(edits) else []


def _replacement(change: Edit, text: str) -> JsonObject:
    start, end = position_at(text, change.start), position_at(text, change.end)
    region = {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }
    return {"deletedRegion": region, "insertedContent": {"text": change.replacement}}
