"""Check a whole callout request, including the documents that stand in it as JSON text."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sinch_voice_mcp.svaml.findings import Finding, Location, replacing
from sinch_voice_mcp.svaml.lint.documents import check_document
from sinch_voice_mcp.svaml.lint.patches import apply_fixes
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Context, Target
from sinch_voice_mcp.svaml.lint.values import number_finding
from sinch_voice_mcp.svaml.reading.jsontext import NotJsonError, parse
from sinch_voice_mcp.svaml.reading.normalizing import Normalizer
from sinch_voice_mcp.svaml.reading.source import apply_edits
from sinch_voice_mcp.types import JsonObject, is_object

METHODS = ("ttsCallout", "conferenceCallout", "customCallout")
EMBEDDED: Mapping[str, Context] = {"ice": "callout", "ace": "ace", "pie": "pie"}
"""Which event a document answers that stands as text in a custom callout."""


def is_request(value: object) -> bool:
    """Whether a JSON value is a callout request rather than a document."""
    return is_object(value) and ("method" in value or any(method in value for method in METHODS))


def body(request: JsonObject) -> tuple[str, JsonObject] | None:
    """Return the method and the object of that name; None if either is missing."""
    method = request.get("method")
    inner = request.get(method) if isinstance(method, str) else None
    return (method, inner) if isinstance(method, str) and method in METHODS and is_object(inner) else None


def check_request(request: JsonObject) -> Iterator[Finding]:
    """Yield everything that is wrong with a callout request and the documents inside it."""
    found = body(request)
    if found is None:
        message = f"a request has `method`, one of {', '.join(METHODS)}, and an object of that name"
        yield _finding("SV009", ("method",), message)
        return
    method, callout = found
    if method != "customCallout" and not is_object(callout.get("destination")):
        message = "`destination` is missing; add an object with `type` and `endpoint`"
        yield _finding("SV009", (method, "destination"), message)
    yield from _values(method, callout)
    yield from _numbers(method, callout)
    if method == "ttsCallout":
        yield from _speech(callout)
    if method == "customCallout":
        yield from _beside_ice(callout)
        for member, context in EMBEDDED.items():
            yield from _embedded(member, callout.get(member), context)


def _speech(callout: JsonObject) -> Iterator[Finding]:
    """SV035: a text callout without text, or with two."""
    text, spoken = callout.get("text"), callout.get("prompts")
    if text is None and spoken is None and callout.get("enableAce") is not True:
        message = "a ttsCallout needs `text` or `prompts`, or `enableAce` and an application that answers ACE"
        yield _finding("SV035", ("ttsCallout",), message)
    if text is not None and spoken is not None:
        finding = _finding("SV035", ("ttsCallout", "text"), "the platform plays `prompts` only; remove `text`")
        yield replace(finding, level="warning")


def _beside_ice(callout: JsonObject) -> Iterator[Finding]:
    """SV031: members that look as if they decided which number rings, beside an inline ICE that does."""
    ice = callout.get("ice")
    if isinstance(ice, str) and ice.lstrip().startswith("{"):
        for member in ("cli", "destination"):
            if callout.get(member) is not None:
                message = f"the inline `ice` decides which number rings; remove `{member}` here"
                yield replace(_finding("SV031", ("customCallout", member), message), level="warning")


def _embedded(member: str, text: object, context: Context) -> Iterator[Finding]:
    at: Location = ("customCallout", member)
    if is_object(text):
        yield _finding("SV001", at, f"`{member}` is SVAML as JSON text, not an object; write it as a string")
    if not isinstance(text, str) or not text.strip() or text.strip().lower().startswith(("http://", "https://")):
        return
    try:
        value = parse(text).value
    except NotJsonError as error:
        yield _finding("SV001", at, str(error))
        return
    yield from _findings_inside(at, text, value, check_document(value, context)[1])


def _findings_inside(at: Location, text: str, value: object, findings: list[Finding]) -> Iterator[Finding]:
    """Yield the findings of a document that stands as text in the request, with fixes that reach into the text."""
    if "credentials" in text.lower():
        # A fix would be the whole text, and reports of fixes are shown and stored.
        message = " (not fixed here, because the text contains credentials)"
        findings = [replace(one, message=one.message + message, fix=()) if one.fix else one for one in findings]
    # Every fix is the same: the text after all of them.
    fixed, applied = apply_fixes(value, (finding for finding in findings if finding.fix))
    fix = replacing(at, apply_edits(text, applied, fixed)) if applied else ()
    for finding in findings:
        yield replace(finding, location=at, inside=finding.location, fix=fix if finding in applied else ())


def _values(method: str, callout: JsonObject) -> Iterator[Finding]:
    """Apply the rules about texts and tones to the members of the request, as if a document held them."""
    for member, instruction in _as_instructions(callout):
        at: Location = (method, member)
        _, findings = check_document({"instructions": [instruction], "action": {"name": "hangup"}}, None)
        yield from (replace(finding, location=at, fix=()) for finding in findings)


def _as_instructions(callout: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    locale = callout.get("locale")
    for member in ("text", "greeting"):
        if isinstance(text := callout.get(member), str):
            yield member, {"name": "say", "text": text, "locale": locale}
    if isinstance(spoken := callout.get("prompts"), str):
        yield "prompts", {"name": "playFiles", "ids": [spoken], "locale": locale}
    if isinstance(tones := callout.get("dtmf"), str) and tones:
        yield "dtmf", {"name": "sendDtmf", "value": tones}


def _numbers(method: str, callout: JsonObject) -> Iterator[Finding]:
    target = Target({}, Normalizer(), "request")
    cli, destination = callout.get("cli"), callout.get("destination")
    if isinstance(cli, str) and cli not in {"private", "incoming"}:
        yield from number_finding(target, (method, "cli"), cli)
    if is_object(destination) and str(destination.get("type", "number")).lower() == "number":
        endpoint = destination.get("endpoint")
        if isinstance(endpoint, str):
            yield from number_finding(target, (method, "destination", "endpoint"), endpoint)


def _finding(code: str, location: Location, message: str) -> Finding:
    return Finding(code, "error", message, location)


def _only_in_requests(_: Target) -> Iterator[Finding]:
    yield from ()


RULES = (
    LintRule(
        "SV035",
        "error",
        "Nothing to say",
        "A ttsCallout has `text` or `prompts`, not both; with `enableAce` it can have neither.",
        _only_in_requests,
    ),
)
