"""Check a whole callout request, including the documents that stand in it as JSON text."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sinch_voice_mcp.svaml.findings import Finding, Location, replacing
from sinch_voice_mcp.svaml.lint.documents import check_document
from sinch_voice_mcp.svaml.lint.equivalents import check_as_document
from sinch_voice_mcp.svaml.lint.patches import apply_fixes
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Context, Target
from sinch_voice_mcp.svaml.model.destinations import DESTINATION_TYPES, NumberDestination
from sinch_voice_mcp.svaml.reading.jsontext import NotJsonError, parse
from sinch_voice_mcp.svaml.reading.normalizing import Normalizer
from sinch_voice_mcp.svaml.reading.reader import is_voice_v2, validated
from sinch_voice_mcp.svaml.reading.shapes import CALLOUT_SHAPES
from sinch_voice_mcp.svaml.reading.source import apply_edits
from sinch_voice_mcp.types import JsonObject, is_object

METHODS = tuple(CALLOUT_SHAPES)
EMBEDDED: Mapping[str, Context] = {"ice": "callout", "ace": "ace", "pie": "pie"}
"""Which event a document answers that stands as text in a custom callout."""

_URLS = ("http://", "https://")


def is_request(value: object) -> bool:
    """Whether a JSON value is a callout request rather than a document."""
    return is_object(value) and ("method" in value or any(method in value for method in METHODS))


def check_request(request: JsonObject) -> list[Finding]:
    """Return everything that is wrong with a callout request and the documents inside it, each once."""
    normalizer = Normalizer()
    method = None if is_voice_v2(request, normalizer) else _method(request, normalizer)
    raw = None if method is None else request.get(method)
    if method is None or not is_object(raw):
        return normalizer.findings
    shape = CALLOUT_SHAPES[method]
    callout = normalizer.members(_without_objects(raw), shape, (method,))
    validated(shape.model, callout, normalizer, (method,))
    _check_address(callout.get("destination"), normalizer, (method, "destination"))
    found = [
        *normalizer.findings,
        *_of_method(method, callout, raw),
        *check_as_document(method, callout, normalizer),
    ]
    return list({(one.code, one.location, one.inside, one.message): one for one in found}.values())


def _method(request: JsonObject, normalizer: Normalizer) -> str | None:
    """Return the method to check; None, with a finding, if the request does not tell which it is."""
    given = request.get("method")
    present = [method for method in METHODS if is_object(request.get(method))]
    method = given if isinstance(given, str) else None
    known = next((one for one in METHODS if method is not None and one.lower() == method.lower()), None)
    if known is None:
        near = None if method is None else normalizer.nearest(method, METHODS)
        hint = f"; did you mean `{near}`?" if near else ""
        normalizer.note("SV009", "error", ("method",), f"`method` must be one of {', '.join(METHODS)}{hint}")
    elif known != method:
        message = f"the method is written `{known}`"
        normalizer.note("SV006", "warning", ("method",), message, replacing(("method",), known))
    if known is not None and known not in present:
        near = normalizer.nearest(known, [key for key in request if key not in {"method", known}])
        hint = f"; did you mean it by `{near}`?" if near else ""
        normalizer.note("SV009", "error", (known,), f"`{known}` must be an object: the members of the callout{hint}")
    return known if known in present else next(iter(present), None)


def _check_address(destination: object, normalizer: Normalizer, at: Location) -> None:
    """Check the address also if its type, which is missing or unknown, does not tell what it has to be."""
    if is_object(destination) and destination.get("type") not in DESTINATION_TYPES:
        validated(NumberDestination, {**destination, "type": "number"}, normalizer, at)


def _without_objects(raw: JsonObject) -> JsonObject:
    """Leave out the documents that are no text, which have a finding of their own."""
    return {key: value for key, value in raw.items() if not (key in EMBEDDED and is_object(value))}


def _of_method(method: str, callout: JsonObject, raw: JsonObject) -> Iterator[Finding]:
    match method:
        case "ttsCallout":
            yield from _speech(callout)
        case "customCallout":
            yield from _dialing(callout, raw)
            for member, context in EMBEDDED.items():
                yield from _embedded(member, raw.get(member), context)
        case _:
            pass


def _speech(callout: JsonObject) -> Iterator[Finding]:
    """SV035: a text callout without text, or with two."""
    text, spoken = callout.get("text"), callout.get("prompts")
    if text is None and spoken is None and callout.get("enableAce") is not True:
        message = "a ttsCallout needs `text` or `prompts`, or `enableAce` and an application that answers ACE"
        yield _finding("SV035", ("ttsCallout",), message)
    if text is not None and spoken is not None:
        finding = _finding("SV035", ("ttsCallout", "text"), "the platform plays `prompts` only; remove `text`")
        yield replace(finding, level="warning")
    elif isinstance(text, str) and not text.strip():
        yield _finding("SV035", ("ttsCallout", "text"), "the text is empty, so nothing is spoken; write the text")


def _dialing(callout: JsonObject, raw: JsonObject) -> Iterator[Finding]:
    """SV031 and SV009: members that only look as if they decided which number rings; none that does."""
    ice = raw.get("ice")
    if isinstance(ice, str) and ice.lstrip().startswith("{"):
        for member in ("cli", "destination"):
            if callout.get(member) is not None:
                message = f"the inline `ice` decides which number rings; remove `{member}` here"
                yield replace(_finding("SV031", ("customCallout", member), message), level="warning")
    elif _is_blank(ice) and callout.get("destination") is None:
        message = "`ice` is missing, or `cli` and `destination`: without them, the application has to answer ICE"
        yield replace(_finding("SV009", ("customCallout",), message), level="warning")


def _embedded(member: str, text: object, context: Context) -> Iterator[Finding]:
    at: Location = ("customCallout", member)
    if is_object(text):
        yield _finding("SV001", at, f"`{member}` is SVAML as JSON text, not an object; write it as a string")
    if not isinstance(text, str) or _is_blank(text) or text.strip().lower().startswith(_URLS):
        return
    if not text.lstrip().startswith("{"):
        yield _finding("SV001", at, f"`{member}` is neither SVAML as JSON text, which begins with {{, nor an http URL")
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


def _is_blank(text: object) -> bool:
    """Whether a member that holds a document or a URL counts as absent."""
    return text is None or (isinstance(text, str) and not text.strip())


def _finding(code: str, location: Location, message: str) -> Finding:
    return Finding(code, "error", message, location)


def _only_in_requests(_: Target) -> Iterator[Finding]:
    yield from ()


RULES = (
    LintRule(
        "SV035",
        "error",
        "Nothing to say",
        "A ttsCallout has `text` or `prompts`, not both, and not empty; with `enableAce` it can have neither.",
        _only_in_requests,
    ),
)
