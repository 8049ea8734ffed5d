"""The toolset ``svaml``: write and check call-flow documents."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, WithJsonSchema

from sinch_voice_mcp import svaml as language
from sinch_voice_mcp.svaml import Event, Finding
from sinch_voice_mcp.tools.parameters import TheDesk
from sinch_voice_mcp.tools.results import Result
from sinch_voice_mcp.tools.spec import Effect, ToolSpec
from sinch_voice_mcp.types import JsonObject

_INSTRUCTIONS = (
    "Each {name, …}: say{text,locale} playFiles{ids,locale} sendDtmf{value} setCookie{key,value} answer "
    "startRecording{options} stopRecording"
)
_ACTION = (
    "One {name, …}: hangup continue connectPstn{number,cli,maxDuration} connectConf{conferenceId,moh} "
    "connectSip{destination} connectMxp connectStream park{holdPrompt} "
    "runMenu{locale,menus:[{id:'main',mainPrompt:'#tts[…]',options:[{dtmf:'1',action:'return(x)'|'menu(id)'}]}]}"
)


class Remark(BaseModel):
    """One finding."""

    code: str
    level: str
    path: str
    message: str


class Built(Result):
    """A document ready for a callout, an update or a callback's answer."""

    document: dict[str, Any]
    findings: list[Remark]


class Checked(Result):
    """What a check found; ``valid`` is whether there is no error."""

    valid: bool
    findings: list[Remark]


async def build_svaml(
    event: Annotated[Event, Field(description="ice incoming, ace answered, pie menu input, callout = ice of one")],
    action: Annotated[JsonObject, WithJsonSchema({"type": "object", "description": _ACTION})],
    desk: TheDesk,
    instructions: Annotated[
        list[JsonObject] | None,
        WithJsonSchema({"type": "array", "items": {"type": "object"}, "description": _INSTRUCTIONS}),
    ] = None,
) -> Built:
    """Build an SVAML call-flow document to pass on as `svaml`, `ice`, `ace`, `pie`. Installs nothing."""
    reading = language.read({"instructions": instructions or [], "action": action}, event)
    wire = reading.document.to_wire()
    if not instructions:
        del wire["instructions"]
    remarks = [_remark(finding) for finding in reading.findings]
    summary = f"A valid document for `{event}`" + (f" with {len(remarks)} remarks." if remarks else ".")
    return Built(summary=summary, simulated=desk.simulated, document=wire, findings=remarks)


async def check_svaml(
    document: Annotated[JsonObject | str, WithJsonSchema({"description": "SVAML object, or its JSON text"})],
    desk: TheDesk,
    event: Annotated[Event | None, Field(description="Default: any")] = None,
) -> Checked:
    """Find faults in an SVAML document: code, JSON path, message."""
    reading, findings = language.examine(document, event)
    errors = sum(finding.level == "error" for finding in findings)
    summary = "Valid" if reading is not None else f"Not valid: {errors} errors"
    remarks = [_remark(finding) for finding in findings]
    return Checked(
        summary=f"{summary}, {len(findings) - errors} remarks.",
        simulated=desk.simulated,
        valid=reading is not None,
        findings=remarks,
    )


TOOLS = (
    ToolSpec(build_svaml, toolset="svaml", effect=Effect.READS, title="Build SVAML"),
    ToolSpec(check_svaml, toolset="svaml", effect=Effect.READS, title="Check SVAML"),
)


def _remark(finding: Finding) -> Remark:
    return Remark(code=finding.code, level=finding.level, path=finding.path, message=finding.message)
