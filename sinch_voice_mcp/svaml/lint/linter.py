"""The linter: what is wrong with an SVAML document, where, and how to fix it. It never raises.

It knows Sinch's documentation and SDKs. Where these differ, every form that occurs is accepted, with a finding.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Literal

from sinch_voice_mcp.svaml.findings import Finding, Level, Step
from sinch_voice_mcp.svaml.lint import documents, requests
from sinch_voice_mcp.svaml.lint.patches import apply_fixes
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Context
from sinch_voice_mcp.svaml.model.document import Document
from sinch_voice_mcp.svaml.model.events import ACTIONS_ALLOWED
from sinch_voice_mcp.svaml.reading.jsontext import NotJsonError, Parsed
from sinch_voice_mcp.svaml.reading.notation import Notation
from sinch_voice_mcp.svaml.reading.source import JSON
from sinch_voice_mcp.types import is_list, is_object

RULES: tuple[LintRule, ...] = tuple(sorted((*documents.RULES, *requests.RULES), key=lambda rule: rule.code))
"""Every rule, in the order of its code."""

RuleLevel = Level | Literal["off"]
MAX_FINDINGS = 100
"""Findings that a report lists unless the caller asks for another number."""

_NOT_IN_ICE = frozenset(name.lower() for name in set(ACTIONS_ALLOWED["update"]) - set(ACTIONS_ALLOWED["ice"]))
_MAX_ROUNDS = 20
"""Rounds of fixes. One fix can make another possible; a handful of rounds is usual."""


@dataclass(frozen=True, slots=True)
class LintReport:
    """The findings in one document or request.

    Attributes:
        findings: In the order of their locations.
        omitted: How many more there are.
        errors: How many of all findings are errors.
        context: What the document answers, as given or guessed; None if it is not known.
        document: The document; None if it has errors or is a request.
    """

    findings: tuple[Finding, ...]
    omitted: int
    errors: int
    context: Context | None
    document: Document | None

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return self.errors == 0

    def errors_except(self, codes: Container[str]) -> Iterator[Finding]:
        """Yield the errors among the findings, without those of some rules."""
        return (finding for finding in self.findings if finding.level == "error" and finding.code not in codes)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A document after every safe fix.

    Attributes:
        value: The JSON value; unchanged if the text is not JSON.
        applied: The findings that were fixed, each once.
        report: The findings that are left.
    """

    value: object
    applied: tuple[Finding, ...]
    report: LintReport


def lint(
    data: object,
    context: Context | None = None,
    *,
    levels: Mapping[str, RuleLevel] | None = None,
    limit: int = MAX_FINDINGS,
    notation: Notation = JSON,
) -> LintReport:
    """Find everything that is wrong with a document, or with a whole callout request.

    Args:
        data: Text or bytes, or a JSON value.
        context: What the document answers; guessed when left out.
        levels: Other levels for rules, by code; ``off`` disables a rule.
        limit: How many findings to report at most.
        notation: What a text is written in.
    """
    try:
        parsed = notation.parse(data) if isinstance(data, str | bytes) else Parsed(data, ())
    except NotJsonError as error:
        return _report([Finding("SV001", "error", str(error))], levels or {}, limit, context, None)
    found = [
        Finding("SV001", "warning", "this member is written twice, and only the last one counts; remove one", location)
        for location in parsed.duplicates
    ]
    context = context or guess(parsed.value)
    if context == "request" and is_object(parsed.value):
        return _report([*found, *requests.check_request(parsed.value)], levels or {}, limit, context, None)
    document, findings = documents.check_document(parsed.value, context)
    return _report([*found, *findings], levels or {}, limit, context, document)


def fix(
    data: object,
    context: Context | None = None,
    *,
    levels: Mapping[str, RuleLevel] | None = None,
    notation: Notation = JSON,
) -> Fixed:
    """Apply every safe fix; the document does the same afterwards.

    Args:
        data: Text or bytes, or a JSON value, which is not changed itself.
        context: What the document answers; guessed when left out.
        levels: Other levels for rules, by code.
        notation: What a text is written in.
    """
    try:
        value = notation.parse(data).value if isinstance(data, str | bytes) else data
    except NotJsonError:
        return Fixed(data, (), lint(data, context, levels=levels, notation=notation))
    context = context or guess(value)
    applied: list[Finding] = []
    for _ in range(_MAX_ROUNDS):
        fixable = [finding for finding in lint(value, context, limit=10**9).findings if finding.fix]
        try:
            value, done = apply_fixes(value, fixable)
        except RecursionError:
            # A value that is nested too deeply to be copied is no honest document.
            break
        if not done:
            break
        applied += done
    return Fixed(value, tuple(applied), lint(value, context, levels=levels))


def guess(value: object) -> Context | None:
    """Return what a JSON value is: a request, or the only event that its names fit; None if several events fit."""
    if requests.is_request(value):
        return "request"
    if not is_object(value):
        return None
    action, listed = value.get("action"), value.get("instructions")
    items = [item for item in (listed if is_list(listed) else []) if is_object(item)]
    names = {name.lower() for item in items if isinstance(name := item.get("name"), str)}
    if documents.STATUS.lower() in names:
        return "dice"
    if "answer" in names:
        name = str(action.get("name")).lower() if is_object(action) else ""
        return "ice" if name not in _NOT_IN_ICE else "update"
    return None


def _report(
    found: Iterable[Finding],
    levels: Mapping[str, RuleLevel],
    limit: int,
    context: Context | None,
    document: Document | None,
) -> LintReport:
    kept = list(_with_levels(found, levels))
    shown = nsmallest(limit, kept, key=lambda finding: [_order(step) for step in finding.location])
    errors = sum(finding.level == "error" for finding in kept)
    return LintReport(tuple(shown), max(0, len(kept) - limit), errors, context, None if errors else document)


def _order(step: Step) -> tuple[int, str]:
    return (step, "") if isinstance(step, int) else (-1, step)


def _with_levels(found: Iterable[Finding], levels: Mapping[str, RuleLevel]) -> Iterator[Finding]:
    for finding in found:
        level = levels.get(finding.code, finding.level)
        if level != "off":
            yield finding if level == finding.level else replace(finding, level=level)
