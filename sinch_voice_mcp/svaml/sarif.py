"""Findings in SARIF 2.1.0, the format that GitHub code scanning and editors read."""

from collections.abc import Mapping

from sinch_voice_mcp.svaml.findings import Finding, Level
from sinch_voice_mcp.svaml.lint import RULES, Report, Rule
from sinch_voice_mcp.svaml.reading.jsontext import Position
from sinch_voice_mcp.svaml.reading.source import Edit, edit, position_at, positions
from sinch_voice_mcp.types import JsonObject

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Mapping[Level, str] = {"error": "error", "warning": "warning", "info": "note"}
_INDEX = {rule.code: index for index, rule in enumerate(RULES)}


def sarif(results: Mapping[str, tuple[Report, str | None]]) -> JsonObject:
    """The reports of one run.

    Args:
        results: By file, as a relative URI: its report and its text; None where it is no text.
    """
    driver: JsonObject = {"name": "sinch-voice-mcp svaml lint", "rules": [_rule(rule) for rule in RULES]}
    found = [result for uri, (report, text) in results.items() for result in _results(uri, report, text)]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": found}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> JsonObject:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.exactly},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
    }


def _results(uri: str, report: Report, text: str | None) -> list[JsonObject]:
    found = report.findings
    places = positions(text, found) if text is not None else (None,) * len(found)
    return [_result(uri, finding, place, text) for finding, place in zip(found, places, strict=True)]


def _result(uri: str, finding: Finding, place: Position | None, text: str | None) -> JsonObject:
    physical: JsonObject = {"artifactLocation": {"uri": uri}}
    if place is not None:
        physical["region"] = {"startLine": place.line, "startColumn": place.column}
    location = {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": finding.path}]}
    result: JsonObject = {
        "ruleId": finding.code,
        "ruleIndex": _INDEX[finding.code],
        "level": _LEVELS[finding.level],
        "message": {"text": finding.message},
        "locations": [location],
    }
    if text is not None and (changes := _edits(finding, text)):
        change = {"artifactLocation": {"uri": uri}, "replacements": [_replacement(one, text) for one in changes]}
        result["fixes"] = [{"description": {"text": "The documented form."}, "artifactChanges": [change]}]
    return result


def _edits(finding: Finding, text: str) -> list[Edit]:
    """The fix as edits of the text as it is; none where one of its steps builds on another or is no edit."""
    try:
        edits = [edit(text, operation) for operation in finding.fix]
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
