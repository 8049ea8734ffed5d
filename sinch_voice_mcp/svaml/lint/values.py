"""Rules about single values: numbers, texts, tones, cookies, headers, recording destinations."""

import re
from collections.abc import Iterator

from sinch_voice_mcp.svaml import prompts, ssml
from sinch_voice_mcp.svaml.findings import Finding, Location, replacing
from sinch_voice_mcp.svaml.limits import MAX_PAIR_BYTES, MAX_SPOKEN_CHARS
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Target
from sinch_voice_mcp.svaml.prompts import PromptError, SsmlPart, TextPart
from sinch_voice_mcp.types import E164_PATTERN, JsonObject, is_list, is_object

_DIGITS = re.compile(r"[0-9]{7,15}", re.ASCII)
_SEPARATORS = re.compile(r"[\s().-]")
_TONES = re.compile(r"[0-9#w]*", re.ASCII)
_CLI_WORDS = frozenset({"private", "incoming"})
_STORAGE = re.compile(r"(s3|azure|gs)://([^/]+)(/.*)?", re.DOTALL)


def not_e164(target: Target) -> Iterator[Finding]:
    """SV011: a number that is not written in E.164."""
    for location, item in target.named("connectPstn", "connectSip"):
        members = ("number", "cli") if item.get("name") == "connectPstn" else ()
        for member in members:
            value = item.get(member)
            if isinstance(value, str) and not (member == "cli" and (value in _CLI_WORDS or "<" in value)):
                yield from number_finding(target, (*location, member), value)


def number_finding(target: Target, location: Location, value: str) -> Iterator[Finding]:
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
    for location, item in target.named("say"):
        text = item.get("text")
        if isinstance(text, str) and len(text) > MAX_SPOKEN_CHARS:
            yield _too_long(target, (*location, "text"), len(text))
    for prompt in target.prompts:
        if len(prompt.text) <= MAX_SPOKEN_CHARS:
            continue
        try:
            parts = prompts.parse(prompt.text)
        except PromptError:
            continue
        for part in parts:
            if (length := _spoken_length(part)) > MAX_SPOKEN_CHARS:
                yield _too_long(target, prompt.location, length)


def _spoken_length(part: prompts.Part) -> int:
    match part:
        case TextPart(text):
            return len(text)
        case SsmlPart(marked_up):
            return len(ssml.parse_leniently(marked_up).text)
        case _:
            return 0


def _too_long(target: Target, location: Location, length: int) -> Finding:
    most = f"at most {MAX_SPOKEN_CHARS} characters, unless the account allows more"
    message = f"a text has {most}, and this one has {length:,}; split it"
    return target.finding("SV012", "error", location, message)


def not_tones(target: Target) -> Iterator[Finding]:
    """SV014: characters that are not tones."""
    for location, item in target.named("sendDtmf", "connectPstn"):
        member = "value" if item.get("name") == "sendDtmf" else "dtmf"
        value = item.get(member)
        if isinstance(value, str) and not _TONES.fullmatch(value):
            message = "tones are 0-9, # and w (a pause of 0.5 s); remove the other characters"
            yield target.finding("SV014", "error", (*location, member), message)


def too_much(target: Target) -> Iterator[Finding]:
    """SV024: cookies or call headers larger than the platform carries."""
    cookies = [(location, _size(item)) for location, item in target.named("setCookie")]
    if (size := sum(size for _, size in cookies)) > MAX_PAIR_BYTES:
        message = f"all cookies together have at most {MAX_PAIR_BYTES:,} bytes, and these have {size:,}"
        yield target.finding("SV024", "error", cookies[-1][0], message)
    headers = target.action.get("callHeaders")
    size = sum(_size(header) for header in headers if is_object(header)) if is_list(headers) else 0
    if size > MAX_PAIR_BYTES:
        message = f"all call headers together have at most {MAX_PAIR_BYTES:,} bytes, and these have {size:,}"
        yield target.finding("SV024", "error", ("action", "callHeaders"), message)


def _size(pair: JsonObject) -> int:
    texts = (pair.get("key"), pair.get("value"))
    return sum(len(text.encode("utf-8", "replace")) for text in texts if isinstance(text, str))


def recording_destination(target: Target) -> Iterator[Finding]:
    """SV027: a destination that a recording cannot be written to."""
    for location, item in target.named("startRecording", "connectPstn", "connectConf"):
        member = "options" if item.get("name") == "startRecording" else "recordingOptions"
        options = item.get(member)
        if is_object(options):
            for problem, where in _destination_problems(options):
                yield target.finding("SV027", "error", (*location, member, where), problem)


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
    if credentials is None and kind in {"s3", "azure"}:
        yield f"{kind}:// needs `credentials`", "credentials"
    if isinstance(credentials, str) and kind == "s3" and credentials.count(":") != 2:  # noqa: PLR2004 - three parts
        yield "credentials for S3 have the form ACCESSKEY:SECRETKEY:REGION", "credentials"


RULES = (
    LintRule("SV011", "warning", "Number not in E.164", "Numbers have a plus and 7 to 15 digits.", not_e164,
             fixable=True),
    LintRule("SV012", "error", "Text too long", f"A spoken text has at most {MAX_SPOKEN_CHARS} characters, markup not "
             "counted.", too_long),
    LintRule("SV014", "error", "Not tones", "Tones are 0-9, # and w.", not_tones),
    LintRule("SV024", "error", "Cookies or headers too large", f"All cookies, and all call headers, have at most "
             f"{MAX_PAIR_BYTES:,} bytes together.", too_much),
    LintRule("SV027", "error", "Recording destination", "A recording goes to s3, azure or gs, with credentials in the "
             "form that the storage needs.", recording_destination),
)  # fmt: skip
