"""SV026, SV028 to SV032, SV034: what a document does to the call."""

from collections.abc import Iterator

from sinch_voice_mcp.svaml.findings import Finding
from sinch_voice_mcp.svaml.lint.rule import Rule
from sinch_voice_mcp.svaml.lint.subject import Subject
from sinch_voice_mcp.types import is_object

_DIALS = frozenset({"connectPstn", "connectStream"})
_TAKEN_IN_A_CALLOUT = frozenset({"connectMxp", "connectSip"})


def unrecorded(subject: Subject) -> Iterator[Finding]:
    """SV026: a recording that will be empty."""
    if subject.action.get("name") == "connectMxp":
        for place, _ in subject.named("startRecording"):
            yield subject.finding("SV026", "warning", place, "a call to an in-app user is not recorded")


def spoken_too_early(subject: Subject) -> Iterator[Finding]:
    """SV028: speech before the call is answered."""
    if subject.context != "ice":
        return
    for place, item in subject.instructions:
        if item.get("name") == "answer":
            return
        if item.get("name") in {"say", "playFiles"}:
            message = "the call is not answered yet; put `answer` before it (billing starts there)"
            yield subject.finding("SV028", "warning", place, message)
            return


def amd_elsewhere(subject: Subject) -> Iterator[Finding]:
    """SV029: answering machine detection where there is none."""
    amd = subject.action.get("amd")
    if not is_object(amd) or amd.get("enabled") is False:
        return
    place = ("action", "amd")
    if subject.context in {"ice", "pie", "update"}:
        yield subject.finding("SV029", "warning", place, "answering machines are detected in custom callouts only")
    elif amd.get("async") is True:
        message = "with `async` the result comes as a Notify event: the application needs a callback URL"
        yield subject.finding("SV029", "warning", place, message)


def no_caller_id(subject: Subject) -> Iterator[Finding]:
    """SV030: a phone that will not ring."""
    if subject.context == "callout" and subject.action.get("name") == "connectPstn" and not subject.action.get("cli"):
        message = "without `cli` the callout is accepted and the phone never rings"
        yield subject.finding("SV030", "warning", ("action",), message)


def callout_rings_nobody(subject: Subject) -> Iterator[Finding]:
    """SV031: the ICE of a callout that does not dial."""
    name = subject.action.get("name")
    if subject.context != "callout" or name is None or name in _DIALS or name == "hangup":
        return
    level = "warning" if name in _TAKEN_IN_A_CALLOUT else "error"
    message = "the ICE of a callout is answered with `connectPstn` or `connectStream`"
    if not any(subject.read("SV007")):
        yield subject.finding("SV031", level, ("action", "name"), message)


def nobody_told(subject: Subject) -> Iterator[Finding]:
    """SV032: callbacks switched off."""
    if subject.action.get("suppressCallbacks") is True:
        message = "neither ACE nor DiCE is sent for this call: nobody hears who answered and what it cost"
        yield subject.finding("SV032", "info", ("action", "suppressCallbacks"), message)


def stream(subject: Subject) -> Iterator[Finding]:
    """SV034: streaming is not for everybody yet, and not in the open."""
    if subject.action.get("name") != "connectStream":
        return
    yield subject.finding("SV034", "warning", ("action", "name"), "connectStream is a closed beta at Sinch")
    destination = subject.action.get("destination")
    endpoint = destination.get("endpoint") if is_object(destination) else None
    if isinstance(endpoint, str) and endpoint.lower().startswith("ws://"):
        place = ("action", "destination", "endpoint")
        yield subject.finding("SV034", "warning", place, "the audio goes in the open; use wss://")


RULES = (
    Rule("SV026", "warning", "Not recorded", "Calls to in-app users are not recorded.", unrecorded),
    Rule("SV028", "warning", "Spoken too early", "In ICE, `answer` comes before what is spoken.", spoken_too_early),
    Rule("SV029", "warning", "No detection here", "Answering machines are detected in custom callouts; `async` needs "
         "a callback URL.", amd_elsewhere),
    Rule("SV030", "warning", "No caller id", "A callout's connectPstn names a `cli`.", no_caller_id),
    Rule("SV031", "error", "Callout rings nobody", "The ICE of a callout is connectPstn or connectStream; beside an "
         "inline ICE, `cli` and `destination` are left out.", callout_rings_nobody),
    Rule("SV032", "info", "Callbacks off", "suppressCallbacks drops ACE and DiCE.", nobody_told),
    Rule("SV034", "warning", "Streaming", "connectStream is a closed beta, and wants wss://.", stream),
)  # fmt: skip
