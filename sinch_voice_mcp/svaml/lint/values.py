"""SV011, SV012, SV014, SV024, SV027: numbers, texts, tones, cookies, recordings."""

import re
from collections.abc import Iterator

from sinch_voice_mcp.svaml import prompts
from sinch_voice_mcp.svaml.findings import Finding, Location, replacing
from sinch_voice_mcp.svaml.lint.rule import Rule
from sinch_voice_mcp.svaml.lint.subject import Subject
from sinch_voice_mcp.svaml.prompts import PromptError, Ssml, Text
from sinch_voice_mcp.types import JsonObject, is_list, is_object

LONGEST_TEXT = 600
LARGEST = 1024
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{7,15}", re.ASCII)
_SEPARATORS = re.compile(r"[\s().-]")
_TONES = re.compile(r"[0-9#w]*", re.ASCII)
_CLI_WORDS = frozenset({"private", "incoming"})
_TARGET = re.compile(r"(s3|azure|gs)://([^/]+)(/.*)?", re.DOTALL)


def not_e164(subject: Subject) -> Iterator[Finding]:
    """SV011: a number that is not written +E.164."""
    for place, item in subject.named("connectPstn", "connectSip"):
        members = ("number", "cli") if item.get("name") == "connectPstn" else ()
        for member in members:
            value = item.get(member)
            if isinstance(value, str) and not (member == "cli" and (value in _CLI_WORDS or "<" in value)):
                yield from number_finding(subject, (*place, member), value)


def number_finding(subject: Subject, place: Location, value: str) -> Iterator[Finding]:
    """The finding for one number, with a fix where only the writing is at fault."""
    if _E164.fullmatch(value):
        return
    bare = _SEPARATORS.sub("", value)
    bare = f"+{bare[2:]}" if bare.startswith("00") else bare
    mended = f"+{bare}" if _DIGITS.fullmatch(bare) and not bare.startswith("0") else bare
    fix = replacing(subject.source(place), mended) if _E164.fullmatch(mended) else ()
    yield subject.finding("SV011", "warning", place, "a number is written in E.164: + and 7 to 15 digits", fix)


def too_long(subject: Subject) -> Iterator[Finding]:
    """SV012: a text longer than the platform speaks."""
    for place, item in subject.named("say"):
        text = item.get("text")
        if isinstance(text, str) and len(text) > LONGEST_TEXT:
            yield _long(subject, (*place, "text"), len(text))
    for prompt in subject.prompts:
        if len(prompt.text) <= LONGEST_TEXT:
            continue
        try:
            parts = prompts.parse(prompt.text)
        except PromptError:
            continue
        for part in parts:
            said = part.text if isinstance(part, Text) else part.ssml if isinstance(part, Ssml) else ""
            if len(said) > LONGEST_TEXT:
                yield _long(subject, prompt.place, len(said))


def _long(subject: Subject, place: Location, length: int) -> Finding:
    return subject.finding("SV012", "error", place, f"a text has at most {LONGEST_TEXT} characters, not {length:,}")


def not_tones(subject: Subject) -> Iterator[Finding]:
    """SV014: characters that are no tones."""
    for place, item in subject.named("sendDtmf", "connectPstn"):
        member = "value" if item.get("name") == "sendDtmf" else "dtmf"
        value = item.get(member)
        if isinstance(value, str) and not _TONES.fullmatch(value):
            yield subject.finding("SV014", "error", (*place, member), "tones are 0-9, # and w")


def too_much(subject: Subject) -> Iterator[Finding]:
    """SV024: cookies or call headers larger than the platform carries."""
    cookies = [(place, _size(item)) for place, item in subject.named("setCookie")]
    if sum(size for _, size in cookies) > LARGEST:
        message = f"all cookies together have at most {LARGEST:,} bytes"
        yield subject.finding("SV024", "error", cookies[-1][0], message)
    headers = subject.action.get("callHeaders")
    if is_list(headers) and sum(_size(header) for header in headers if is_object(header)) > LARGEST:
        message = f"all call headers together have at most {LARGEST:,} bytes"
        yield subject.finding("SV024", "error", ("action", "callHeaders"), message)


def _size(pair: JsonObject) -> int:
    texts = (pair.get("key"), pair.get("value"))
    return sum(len(text.encode("utf-8", "replace")) for text in texts if isinstance(text, str))


def recording_target(subject: Subject) -> Iterator[Finding]:
    """SV027: a place for a recording that nothing can be written to."""
    for place, item in subject.named("startRecording", "connectPstn", "connectConf"):
        member = "options" if item.get("name") == "startRecording" else "recordingOptions"
        options = item.get(member)
        if is_object(options):
            for problem, where in _target_problems(options):
                yield subject.finding("SV027", "error", (*place, member, where), problem)


def _target_problems(options: JsonObject) -> Iterator[tuple[str, str]]:
    url, credentials = options.get("destinationUrl"), options.get("credentials")
    if not isinstance(url, str):
        return
    target = _TARGET.fullmatch(url)
    if target is None:
        yield "a recording goes to s3://, azure:// or gs://", "destinationUrl"
        return
    kind = target.group(1)
    if kind == "azure" and not (target.group(3) or "").strip("/"):
        yield "azure:// needs account and container", "destinationUrl"
    if credentials is None and kind in {"s3", "azure"}:
        yield f"{kind}:// needs `credentials`", "credentials"
    if isinstance(credentials, str) and kind == "s3" and credentials.count(":") != 2:  # noqa: PLR2004 - three parts
        yield "S3 credentials are ACCESSKEY:SECRETKEY:REGION", "credentials"


RULES = (
    Rule("SV011", "warning", "Number not in E.164", "Numbers have a plus and 7 to 15 digits.", not_e164, fixable=True),
    Rule("SV012", "error", "Text too long", "A spoken text has at most 600 characters.", too_long),
    Rule("SV014", "error", "Not tones", "Tones are 0-9, # and w.", not_tones),
    Rule("SV024", "error", "Cookies or headers too large", "Together at most 1,024 bytes each.", too_much),
    Rule("SV027", "error", "Recording target", "s3, azure or gs, with credentials of their shape.", recording_target),
)
