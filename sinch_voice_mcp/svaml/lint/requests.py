"""SV031, SV035 and everything nested: a whole callout request."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sinch_voice_mcp.svaml.findings import Finding, Location
from sinch_voice_mcp.svaml.lint.looking import look
from sinch_voice_mcp.svaml.lint.rule import Rule
from sinch_voice_mcp.svaml.lint.subject import Context, Subject
from sinch_voice_mcp.svaml.lint.values import number_finding
from sinch_voice_mcp.svaml.reading.jsontext import NotJsonError, parse
from sinch_voice_mcp.svaml.reading.normalizing import Canonical
from sinch_voice_mcp.types import JsonObject, is_object

METHODS = ("ttsCallout", "conferenceCallout", "customCallout")
EMBEDDED: Mapping[str, Context] = {"ice": "callout", "ace": "ace", "pie": "pie"}


def is_request(value: object) -> bool:
    """Whether a JSON value is a callout request rather than a document."""
    return is_object(value) and ("method" in value or any(method in value for method in METHODS))


def body(request: JsonObject) -> tuple[str, JsonObject] | None:
    """The method and the object behind it; None where the wrapper is not right."""
    method = request.get("method")
    inner = request.get(method) if isinstance(method, str) else None
    return (method, inner) if isinstance(method, str) and method in METHODS and is_object(inner) else None


def look_at_request(request: JsonObject) -> Iterator[Finding]:
    """Everything that is wrong with a callout request, documents inside it included."""
    found = body(request)
    if found is None:
        message = f"a request has `method`, one of {', '.join(METHODS)}, and an object of that name"
        yield _finding("SV009", ("method",), message)
        return
    method, callout = found
    if method != "customCallout" and not is_object(callout.get("destination")):
        yield _finding("SV009", (method, "destination"), "`destination` is missing")
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
        message = "a ttsCallout needs `text` or `prompts`, or `enableAce` and a callback that answers"
        yield _finding("SV035", ("ttsCallout",), message)
    if text is not None and spoken is not None:
        finding = _finding("SV035", ("ttsCallout", "text"), "`prompts` wins, so this text is never heard")
        yield replace(finding, level="warning")


def _beside_ice(callout: JsonObject) -> Iterator[Finding]:
    """SV031: an inline ICE decides whom to ring; what stands beside it misleads."""
    ice = callout.get("ice")
    if isinstance(ice, str) and ice.lstrip().startswith("{"):
        for member in ("cli", "destination"):
            if callout.get(member) is not None:
                message = f"with an inline `ice`, which decides whom to ring, leave out `{member}`"
                yield replace(_finding("SV031", ("customCallout", member), message), level="warning")


def _embedded(member: str, text: object, context: Context) -> Iterator[Finding]:
    at: Location = ("customCallout", member)
    if is_object(text):
        yield _finding("SV001", at, f"`{member}` is SVAML as JSON *text*, not an object")
    if not isinstance(text, str) or not text.strip() or text.strip().lower().startswith(("http://", "https://")):
        return
    try:
        value = parse(text).value
    except NotJsonError as error:
        yield _finding("SV001", at, str(error))
        return
    for finding in look(value, context)[1]:
        # The document is text inside the request; a patch cannot reach into it.
        yield replace(finding, place=at, inside=finding.place, fix=())


def _values(method: str, callout: JsonObject) -> Iterator[Finding]:
    """Rules about texts and tones in the request itself, asked as if they stood in a document."""
    for member, instruction in _as_instructions(callout):
        at: Location = (method, member)
        _, findings = look({"instructions": [instruction], "action": {"name": "hangup"}}, None)
        yield from (replace(finding, place=at, fix=()) for finding in findings)


def _as_instructions(callout: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    locale = callout.get("locale")
    for member in ("text", "greeting"):
        if isinstance(text := callout.get(member), str):
            yield member, {"name": "say", "text": text, "locale": locale}
    if isinstance(spoken := callout.get("prompts"), str):
        yield "prompts", {"name": "playFiles", "ids": [spoken], "locale": locale}
    if isinstance(tones := callout.get("dtmf"), str):
        yield "dtmf", {"name": "sendDtmf", "value": tones}


def _numbers(method: str, callout: JsonObject) -> Iterator[Finding]:
    subject = Subject({}, Canonical(), "request")
    cli, destination = callout.get("cli"), callout.get("destination")
    if isinstance(cli, str) and cli not in {"private", "incoming"}:
        yield from number_finding(subject, (method, "cli"), cli)
    if is_object(destination) and str(destination.get("type", "number")).lower() == "number":
        endpoint = destination.get("endpoint")
        if isinstance(endpoint, str):
            yield from number_finding(subject, (method, "destination", "endpoint"), endpoint)


def _finding(code: str, place: Location, message: str) -> Finding:
    return Finding(code, "error", message, place)


def _only_in_requests(_: Subject) -> Iterator[Finding]:
    yield from ()


RULES = (
    Rule(
        "SV035",
        "error",
        "Nothing to say",
        "A ttsCallout has `text` or `prompts`, not both; neither only with `enableAce`.",
        _only_in_requests,
    ),
)
