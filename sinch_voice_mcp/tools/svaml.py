"""The toolset ``svaml``: write and check call-flow documents."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, WithJsonSchema

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.svaml import EVENTS, Document, Event, Finding, timing
from sinch_voice_mcp.svaml.drawing import graph, mermaid
from sinch_voice_mcp.svaml.explaining import explain as explained
from sinch_voice_mcp.svaml.lint import Context, Fixed, lint
from sinch_voice_mcp.svaml.lint import fix as fix_document
from sinch_voice_mcp.tools.parameters import Service
from sinch_voice_mcp.tools.results import Json, Result, Text, Whole
from sinch_voice_mcp.tools.spec import Effect, ToolSpec
from sinch_voice_mcp.types import JsonObject, is_object

_INSTRUCTIONS = (
    "Each {name, …}: say{text,locale} playFiles{ids,locale} sendDtmf{value} setCookie{key,value} answer "
    "startRecording{options} stopRecording"
)
_ACTION = (
    "One {name, …}: hangup continue connectPstn{number,cli,maxDuration} connectConf{conferenceId,moh} "
    "connectSip{destination} connectMxp connectStream park{holdPrompt} "
    "runMenu{locale,menus:[{id:'main',mainPrompt:'#tts[…]',options:[{dtmf:'1',action:'return(x)'|'menu(id)'}]}]}"
)


Explain = Annotated[bool, Field(description="Also in plain sentences")]
Diagram = Annotated[bool, Field(description="Also as Mermaid")]


class Remark(BaseModel):
    """One finding; ``fix`` is a JSON Patch."""

    code: str
    level: str
    path: str
    message: str
    fix: Annotated[list[dict[str, Any]], Field(default_factory=list[dict[str, Any]], exclude_if=lambda fix: not fix)]


class Built(Result):
    """A document ready for a callout, an update or a callback's answer."""

    document: Json
    findings: list[Remark]
    explanation: Text
    diagram: Text


class Checked(Built):
    """What a check found; ``document`` is the mended one."""

    valid: bool
    omitted: Whole


async def build_svaml(
    event: Annotated[Event, Field(description="ice incoming, ace answered, pie menu input, callout = ice of one")],
    action: Annotated[JsonObject, WithJsonSchema({"type": "object", "description": _ACTION})],
    service: Service,
    *,
    instructions: Annotated[
        list[JsonObject] | None,
        WithJsonSchema({"type": "array", "items": {"type": "object"}, "description": _INSTRUCTIONS}),
    ] = None,
    explain: Explain = False,
    diagram: Diagram = False,
) -> Built:
    """Build an SVAML call-flow document to pass on as `svaml`, `ice`, `ace`, `pie`. Installs nothing."""
    given = {"instructions": instructions, "action": action} if instructions else {"action": action}
    mended = fix_document(given, event)
    report = mended.report
    if report.document is None:
        worst = next(finding for finding in report.findings if finding.level == "error")
        raise SvamlError(worst.message, path=worst.path, rule=worst.code)
    remarks = [_remark(finding) for finding in (*mended.applied, *report.findings)]
    parts = (
        f"A valid document for `{event}`",
        counted(len(remarks), "remark") if remarks else "",
        _spoken(report.document),
    )
    return Built(
        summary=", ".join(filter(None, parts)) + ".",
        simulated=service.simulated,
        document=report.document.to_wire(),
        findings=remarks,
        explanation=explained(report.document, event) if explain else None,
        diagram=_diagram(report.document, event) if diagram else None,
    )


async def check_svaml(
    document: Annotated[JsonObject | str, WithJsonSchema({"description": "SVAML or callout, object or JSON text"})],
    service: Service,
    *,
    event: Annotated[Context | None, Field(description="Default: guessed")] = None,
    fix: Annotated[bool, Field(description="Return it mended")] = False,
    explain: Explain = False,
    diagram: Diagram = False,
) -> Checked:
    """Lint SVAML: code, JSON path, message, fix. Whether the guard lets it be sent: dry_run of a callout."""
    mended = fix_document(document, event) if fix else None
    report = lint(document, event) if mended is None else mended.report
    read, context = report.document, report.context if report.context in EVENTS else None
    verdict = "Valid" if report.ok else f"Not valid: {counted(report.errors, 'error')}"
    rest = len(report.findings) + report.omitted - report.errors
    return Checked(
        summary=", ".join(
            filter(None, (verdict, counted(rest, "remark") if rest else "", _mended(mended), _spoken(read)))
        )
        + ".",
        simulated=service.simulated,
        valid=report.ok,
        findings=[_remark(finding) for finding in report.findings],
        omitted=report.omitted or None,
        document=mended.value if mended is not None and is_object(mended.value) else None,
        explanation=explained(read, context) if explain and read is not None else None,
        diagram=_diagram(read, context) if diagram and read is not None else None,
    )


TOOLS = (
    ToolSpec(build_svaml, toolset="svaml", effect=Effect.READS, title="Build SVAML"),
    ToolSpec(check_svaml, toolset="svaml", effect=Effect.READS, title="Check SVAML"),
)


def _remark(finding: Finding) -> Remark:
    return Remark(
        code=finding.code,
        level=finding.level,
        path=finding.path,
        message=finding.message,
        fix=[dict(operation) for operation in finding.fix],
    )


def _mended(fixed: Fixed | None) -> str:
    return f"{len(fixed.applied)} mended" if fixed is not None and fixed.applied else ""


def _spoken(document: Document | None) -> str:
    seconds = 0.0 if document is None else timing.of_document(document)
    return f"speaks for about {seconds:.0f} s" if seconds >= 1 else ""


def counted(number: int, what: str) -> str:
    """A number with its noun: ``1 error``, ``2 errors``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _diagram(document: Document, context: Event | None) -> str:
    return mermaid(graph(document, context))
