"""Rules about single values: numbers, texts, tones, cookies, headers, recording destinations."""

import re
from collections.abc import Iterator

from sinch_voice_mcp.svaml import prompts, ssml
from sinch_voice_mcp.svaml.findings import Finding, Location, replacing
from sinch_voice_mcp.svaml.limits import MAX_PAIR_BYTES, MAX_SPOKEN_CHARS, MAX_TONES
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Target
from sinch_voice_mcp.svaml.prompts import SsmlPart
from sinch_voice_mcp.text.cleaning import is_printable_ascii
from sinch_voice_mcp.text.headers import is_header_name, routes_calls
from sinch_voice_mcp.types import E164_PATTERN, JsonObject, is_list, is_object

_DIGITS = re.compile(r"[0-9]{7,15}", re.ASCII)
_SEPARATORS = re.compile(r"[\s().-]")
_TONES = re.compile(r"[0-9#w]*", re.ASCII)
_CLI_WORDS = frozenset({"private", "incoming"})
_SIP = re.compile(r"\s*(?:sips?:)?[^@\s;]+@[^@\s;]+(?:;.*)?\s*", re.IGNORECASE | re.DOTALL)
_ANYTHING = re.compile(r".*", re.DOTALL)
_ADDRESSES = {
    "connectSip": (_SIP, "a SIP address has the form user@host, such as reception@sip.example.com"),
    "connectMxp": (re.compile(r".*\S.*", re.DOTALL), "the name of the in-app user is empty; write it"),
}
"""The form of the address that an action connects, and what to say about any other."""

_STORAGE = re.compile(r"(s3|azure|gs)://([^/]+)(/.*)?", re.DOTALL)


def not_e164(target: Target) -> Iterator[Finding]:
    """SV011: a number that is not written in E.164, or a SIP address without user or host."""
    for location, item in target.named("connectPstn", "connectSip"):
        members = ("number", "cli") if item.get("name") == "connectPstn" else ()
        for member in members:
            value = item.get(member)
            if isinstance(value, str) and not (member == "cli" and _is_no_number(value)):
                yield from _number(target, (*location, member), value)
    destination = target.action.get("destination")
    form, message = _ADDRESSES.get(str(target.action.get("name")), (_ANYTHING, ""))
    endpoint = destination.get("endpoint") if is_object(destination) else None
    if isinstance(endpoint, str) and not form.fullmatch(endpoint):
        yield target.finding("SV011", "warning", ("action", "destination", "endpoint"), message)


def _is_no_number(cli: str) -> bool:
    """Whether a caller ID is absent, a word, or a name with a number."""
    return not cli.strip() or cli in _CLI_WORDS or "<" in cli


def _number(target: Target, location: Location, value: str) -> Iterator[Finding]:
    """Yield the finding for one number, with a fix if only its notation is wrong."""
    if E164_PATTERN.fullmatch(value):
        return
    bare = _SEPARATORS.sub("", value)
    bare = f"+{bare[2:]}" if bare.startswith("00") else bare
    fixed = f"+{bare}" if _DIGITS.fullmatch(bare) and not bare.startswith("0") else bare
    fix = replacing(target.source(location), fixed) if E164_PATTERN.fullmatch(fixed) else ()
    message = "the number is not in E.164 form; write + and 7 to 15 digits, such as +12025550100"
    yield target.finding("SV011", "warning", location, message, fix)


def too_long(target: Target) -> Iterator[Finding]:
    """SV012: a text longer than the platform speaks."""
    texts = ((location, len(text)) for location, text, _ in target.spoken)
    for location, length in (*texts, *((location, _ssml_length(part)) for location, part in target.parts)):
        if length > MAX_SPOKEN_CHARS:
            yield _too_long(target, location, length)


def _ssml_length(part: prompts.Part) -> int:
    """Return how many characters of SSML are spoken; nothing for any other part, or if all of it is short enough."""
    if not isinstance(part, SsmlPart) or len(part.ssml) <= MAX_SPOKEN_CHARS:
        return 0
    return len(ssml.parse_leniently(part.ssml).text)


def _too_long(target: Target, location: Location, length: int) -> Finding:
    most = f"at most {MAX_SPOKEN_CHARS} characters, unless the account allows more"
    message = f"a text has {most}, and this one has {length:,}; split it"
    return target.finding("SV012", "error", location, message)


def not_tones(target: Target) -> Iterator[Finding]:
    """SV014: characters that are not tones, no tones, or more than are sent at once."""
    for location, item in target.named("sendDtmf", "connectPstn"):
        member = "value" if item.get("name") == "sendDtmf" else "dtmf"
        value = item.get(member)
        if isinstance(value, str) and not _TONES.fullmatch(value):
            message = "tones are 0-9, # and w (a pause of 0.5 s); remove the other characters"
            yield target.finding("SV014", "error", (*location, member), message)
        elif value == "" and member == "value":
            yield target.finding("SV014", "error", (*location, member), "there is no tone; write 0-9, # or w")
        elif isinstance(value, str) and len(value) > MAX_TONES:
            message = f"these are {len(value):,} tones; send 1 to {MAX_TONES}"
            yield target.finding("SV014", "warning", (*location, member), message)


def too_much(target: Target) -> Iterator[Finding]:
    """SV024: cookies or call headers larger than the platform carries, without a key, or not in ASCII."""
    cookies = [(location, _size(item)) for location, item in target.named("setCookie")]
    if (size := sum(size for _, size in cookies)) > MAX_PAIR_BYTES:
        message = f"all cookies together have at most {MAX_PAIR_BYTES:,} bytes, and these have {size:,}"
        yield target.finding("SV024", "error", cookies[-1][0], message)
    headers = list(_headers(target))
    if (size := sum(_size(header) for _, header in headers)) > MAX_PAIR_BYTES:
        message = f"all call headers together have at most {MAX_PAIR_BYTES:,} bytes, and these have {size:,}"
        yield target.finding("SV024", "error", ("action", "callHeaders"), message)
    for location, pair in (*target.named("setCookie"), *headers):
        if pair.get("key") == "":
            yield target.finding("SV024", "warning", (*location, "key"), "the key is empty; name the value")
    for location, header in headers:
        if not all(is_printable_ascii(text) for text in header.values() if isinstance(text, str)):
            message = "a call header consists of printable ASCII characters; remove the others"
            yield target.finding("SV024", "warning", location, message)
        elif (problem := _name_problem(header.get("key"))) is not None:
            yield target.finding("SV024", "warning", (*location, "key"), problem)


def _name_problem(key: object) -> str | None:
    if not isinstance(key, str) or not key:
        return None
    if not is_header_name(key):
        return "the name of a header has letters, digits and -.!%*_+`'~ only"
    return "this header routes or identifies a SIP call; use a name such as `X-Order`" if routes_calls(key) else None


def _headers(target: Target) -> Iterator[tuple[Location, JsonObject]]:
    listed = target.action.get("callHeaders")
    for at, header in enumerate(listed if is_list(listed) else []):
        if is_object(header):
            yield ("action", "callHeaders", at), header


def _size(pair: JsonObject) -> int:
    texts = (pair.get("key"), pair.get("value"))
    return sum(len(text.encode("utf-8", "replace")) for text in texts if isinstance(text, str))


def recording_destination(target: Target) -> Iterator[Finding]:
    """SV027: a destination that a recording cannot be written to."""
    for location, options in target.recordings:
        for problem, where in _destination_problems(options):
            yield target.finding("SV027", "error", (*location, where), problem)


def _destination_problems(options: JsonObject) -> Iterator[tuple[str, str]]:
    url, credentials = options.get("destinationUrl"), options.get("credentials")
    if not isinstance(url, str):
        return
    storage = _STORAGE.fullmatch(url)
    if storage is None:
        yield "a recording is stored at s3://, azure:// or gs://; change the URL", "destinationUrl"
        return
    kind = storage.group(1)
    if kind == "azure" and not (storage.group(3) or "").strip("/"):
        yield "azure:// needs an account and a container: azure://account/container", "destinationUrl"
    if not credentials and kind in {"s3", "azure"}:
        yield f"{kind}:// needs `credentials`", "credentials"
    elif isinstance(credentials, str) and kind == "s3" and credentials.count(":") != 2:  # noqa: PLR2004 - three parts
        yield "credentials for S3 have the form ACCESSKEY:SECRETKEY:REGION", "credentials"


RULES = (
    LintRule("SV011", "warning", "Number or address", "Numbers have a plus and 7 to 15 digits; a SIP address is "
             "user@host.", not_e164, fixable=True),
    LintRule("SV012", "error", "Text too long", f"A spoken text has at most {MAX_SPOKEN_CHARS} characters, markup not "
             "counted.", too_long),
    LintRule("SV014", "error", "Not tones", f"Tones are 0-9, # and w. A warning: there are 1 to {MAX_TONES}.",
             not_tones),
    LintRule("SV024", "error", "Cookies and headers", f"All cookies, and all call headers, have at most "
             f"{MAX_PAIR_BYTES:,} bytes together. A warning: each has a key; headers are printable ASCII, "
             "named as SIP names headers, and none routes or identifies a SIP call.", too_much),
    LintRule("SV027", "error", "Recording destination", "A recording goes to s3, azure or gs, with credentials in the "
             "form that the storage needs.", recording_destination),
)  # fmt: skip
