"""The linter: what is wrong with an SVAML document, where, and how to mend it. It never raises.

Facts are Sinch's documentation and SDKs; where those differ, the forms that occur are accepted and remarked.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Literal

from sinch_voice_mcp.svaml.findings import Finding, Level, Step
from sinch_voice_mcp.svaml.lint import looking, requests
from sinch_voice_mcp.svaml.lint.patching import patched
from sinch_voice_mcp.svaml.lint.rule import Rule
from sinch_voice_mcp.svaml.lint.subject import Context
from sinch_voice_mcp.svaml.model.document import Document
from sinch_voice_mcp.svaml.model.events import ACTIONS_ALLOWED
from sinch_voice_mcp.svaml.reading.jsontext import NotJsonError, Parsed, parse
from sinch_voice_mcp.types import is_list, is_object

RULES: tuple[Rule, ...] = tuple(sorted((*looking.RULES, *requests.RULES), key=lambda rule: rule.code))
"""Every rule, ``SV001`` to ``SV035``."""

Setting = Level | Literal["off"]
_MOST = 100
_NOT_IN_ICE = frozenset(name.lower() for name in set(ACTIONS_ALLOWED["update"]) - set(ACTIONS_ALLOWED["ice"]))
_MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Report:
    """What was found.

    Attributes:
        findings: In the order of their places.
        omitted: How many more there are.
        errors: How many of all are errors.
        context: What the document answers, as given or guessed; None where nobody knows.
        document: The document; None where it has errors or is a request.
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


@dataclass(frozen=True, slots=True)
class Fixed:
    """A document after every safe fix.

    Attributes:
        value: The JSON value; as it was where it is no JSON.
        applied: The findings that were mended.
        report: What is left.
    """

    value: object
    applied: tuple[Finding, ...]
    report: Report


def lint(
    data: object,
    context: Context | None = None,
    *,
    levels: Mapping[str, Setting] | None = None,
    limit: int = _MOST,
) -> Report:
    """Look for everything that is wrong with a document, or with a whole callout request.

    Args:
        data: JSON text or bytes, or a JSON value.
        context: What the document answers; guessed when left out.
        levels: Other levels for rules, by code; ``off`` leaves a rule out.
        limit: How many findings to report at most.
    """
    try:
        parsed = parse(data) if isinstance(data, str | bytes) else Parsed(data, ())
    except NotJsonError as error:
        return _report([Finding("SV001", "error", str(error))], levels or {}, limit, context, None)
    found = [
        Finding("SV001", "warning", "this member is written twice; only the last counts", place)
        for place in parsed.duplicates
    ]
    context = context or guess(parsed.value)
    if context == "request" and is_object(parsed.value):
        return _report([*found, *requests.look_at_request(parsed.value)], levels or {}, limit, context, None)
    document, findings = looking.look(parsed.value, context)
    return _report([*found, *findings], levels or {}, limit, context, document)


def fix(data: object, context: Context | None = None) -> Fixed:
    """Apply every safe fix; what the document does is the same afterwards.

    Args:
        data: JSON text or bytes, or a JSON value, which is not changed itself.
        context: What the document answers; guessed when left out.
    """
    try:
        value = parse(data).value if isinstance(data, str | bytes) else data
    except NotJsonError:
        return Fixed(data, (), lint(data, context))
    context = context or guess(value)
    applied: list[Finding] = []
    for _ in range(_MOST_ROUNDS):
        everything = lint(value, context, limit=10**9)
        mendable = [finding for finding in everything.findings if finding.fix]
        if not mendable:
            break
        try:
            value = patched(value, mendable)
        except RecursionError:
            # Nested so deeply that it cannot be copied; whoever wrote that means mischief.
            break
        applied += mendable
    return Fixed(value, tuple(applied), lint(value, context))


def guess(value: object) -> Context | None:
    """What a JSON value is about: a request, or the only event that its names fit; None where several do."""
    if requests.is_request(value):
        return "request"
    if not is_object(value):
        return None
    action, listed = value.get("action"), value.get("instructions")
    items = [item for item in (listed if is_list(listed) else []) if is_object(item)]
    names = {name for item in items if isinstance(name := item.get("name"), str)}
    if looking.STATUS in names:
        return "dice"
    if "answer" in names:
        name = str(action.get("name")).lower() if is_object(action) else ""
        return "ice" if name not in _NOT_IN_ICE else "update"
    return None


def _report(
    found: Iterable[Finding],
    levels: Mapping[str, Setting],
    limit: int,
    context: Context | None,
    document: Document | None,
) -> Report:
    kept = list(_levelled(found, levels))
    shown = nsmallest(limit, kept, key=lambda finding: [_order(step) for step in finding.place])
    errors = sum(finding.level == "error" for finding in kept)
    return Report(tuple(shown), max(0, len(kept) - limit), errors, context, None if errors else document)


def _order(step: Step) -> tuple[int, str]:
    return (step, "") if isinstance(step, int) else (-1, step)


def _levelled(found: Iterable[Finding], levels: Mapping[str, Setting]) -> Iterator[Finding]:
    for finding in found:
        level = levels.get(finding.code, finding.level)
        if level != "off":
            yield finding if level == finding.level else replace(finding, level=level)
