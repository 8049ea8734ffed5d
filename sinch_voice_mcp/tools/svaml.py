"""Tools of the toolset ``svaml``: build and check call-flow documents."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.svaml import EVENTS, Document, Event, Finding, timing
from sinch_voice_mcp.svaml.drawing import graph, mermaid
from sinch_voice_mcp.svaml.explaining import explain as explain_document
from sinch_voice_mcp.svaml.limits import MAX_SPOKEN_CHARS
from sinch_voice_mcp.svaml.lint import Context, Fixed, RuleLevel, lint
from sinch_voice_mcp.svaml.lint import fix as fix_document
from sinch_voice_mcp.tools.documents import Action, Instructions, SvamlText
from sinch_voice_mcp.tools.parameters import Service
from sinch_voice_mcp.tools.results import Json, Origin, Own, OwnText, Result, Shown, Whole, counted
from sinch_voice_mcp.tools.spec import ToolEffect, ToolSpec
from sinch_voice_mcp.types import is_object

Explain = Annotated[bool, Field(description="Explain in plain sentences")]
Diagram = Annotated[bool, Field(description="Add a Mermaid diagram")]


_TOO_LONG = "SV012"
"""The rule about the length of a spoken text."""


class LintRemark(Shown):
    """One finding of the linter."""

    code: Own
    level: Own
    path: Own
    message: Own
    fix: Annotated[
        list[dict[str, Any]],
        Origin.OWN,
        Field(default_factory=list[dict[str, Any]], exclude_if=lambda fix: not fix, description="JSON Patch"),
    ]


class BuiltDocument(Result):
    """A valid document for a callout, an update, or the reply to a callback."""

    document: Json
    findings: list[LintRemark]
    explanation: OwnText
    diagram: OwnText


class CheckedDocument(Result):
    """What a check found; ``document`` is the fixed one."""

    valid: bool
    document: Json
    findings: list[LintRemark]
    omitted: Annotated[Whole, Field(description="Further findings, not listed")]
    explanation: OwnText
    diagram: OwnText


async def build_svaml(
    event: Annotated[
        Event, Field(description="ice: incoming call; ace: answered; pie: menu input; callout: its `ice`")
    ],
    action: Action,
    service: Service,
    *,
    instructions: Instructions = None,
    explain: Explain = False,
    diagram: Diagram = False,
) -> BuiltDocument:
    """Build a valid SVAML document to pass as `svaml`, `ice`, `ace` or `pie`; sends nothing.

    All members: sinch://svaml/{name}.
    """
    given = {"instructions": instructions, "action": action} if instructions else {"action": action}
    fixed = fix_document(given, event, levels=_levels(service))
    report = fixed.report
    if report.document is None:
        worst = next(finding for finding in report.findings if finding.level == "error")
        raise SvamlError(worst.message, path=worst.path, rule=worst.code)
    remarks = [_remark(finding) for finding in (*fixed.applied, *report.findings)]
    return BuiltDocument(
        summary=_document_sentence(f"The document is valid for `{event}`", len(remarks), report.document),
        simulated=service.simulated,
        document=report.document.to_wire(),
        findings=remarks,
        explanation=explain_document(report.document, event) if explain else None,
        diagram=_diagram(report.document, event) if diagram else None,
    )


async def check_svaml(
    document: SvamlText,
    service: Service,
    *,
    event: Annotated[Context | None, Field(description="Default: guessed")] = None,
    fix: Annotated[bool, Field(description="Return it with safe fixes")] = False,
    explain: Explain = False,
    diagram: Diagram = False,
) -> CheckedDocument:
    """Check an SVAML document or a whole callout; each finding has code, JSON path and message.

    Whether a call is allowed: `dry_run` of its tool.
    """
    levels = _levels(service)
    fixed = fix_document(document, event, levels=levels) if fix else None
    report = lint(document, event, levels=levels) if fixed is None else fixed.report
    read, context = report.document, report.context if report.context in EVENTS else None
    verdict = "The document is valid" if report.ok else f"The document has {counted(report.errors, 'error')}"
    rest = len(report.findings) + report.omitted - report.errors
    return CheckedDocument(
        summary=_document_sentence(verdict, rest, read, fixes=_applied(fixed)),
        simulated=service.simulated,
        valid=report.ok,
        findings=[_remark(finding) for finding in report.findings],
        omitted=report.omitted or None,
        document=fixed.value if fixed is not None and is_object(fixed.value) else None,
        explanation=explain_document(read, context) if explain and read is not None else None,
        diagram=_diagram(read, context) if diagram and read is not None else None,
    )


TOOLS = (
    ToolSpec(build_svaml, toolset="svaml", effect=ToolEffect.READS, title="Build SVAML"),
    ToolSpec(check_svaml, toolset="svaml", effect=ToolEffect.READS, title="Check SVAML"),
)


def _levels(service: VoiceService) -> Mapping[str, RuleLevel]:
    """Return the levels of rules that differ here: a longer text is no error if the owner allows it."""
    return {_TOO_LONG: "warning"} if service.policy.max_text_chars > MAX_SPOKEN_CHARS else {}


def _document_sentence(verdict: str, remarks: int, document: Document | None, fixes: int = 0) -> str:
    seconds = 0.0 if document is None else timing.of_document(document)
    parts = (
        counted(remarks, "remark") if remarks else "",
        f"{counted(fixes, 'problem')} fixed" if fixes else "",
        f"speaks for about {seconds:.0f} s" if seconds >= 1 else "",
    )
    return "; ".join(filter(None, (verdict, ", ".join(filter(None, parts))))) + "."


def _remark(finding: Finding) -> LintRemark:
    return LintRemark(
        code=finding.code,
        level=finding.level,
        path=finding.path,
        message=finding.message,
        fix=[dict(operation) for operation in finding.fix],
    )


def _applied(fixed: Fixed | None) -> int:
    return 0 if fixed is None else len(fixed.applied)


def _diagram(document: Document, context: Event | None) -> str:
    return mermaid(graph(document, context))
