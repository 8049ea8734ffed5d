"""Rules about what a document does to the call: recording, answering, detection, dialing, callbacks, streaming."""

from collections.abc import Iterator

from sinch_voice_mcp.svaml.findings import Finding
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Target
from sinch_voice_mcp.types import is_object

_DIALS = frozenset({"connectPstn", "connectStream"})


def unrecorded(target: Target) -> Iterator[Finding]:
    """SV026: a recording that stays empty."""
    if target.action.get("name") == "connectMxp":
        for location, _ in target.named("startRecording"):
            message = "Sinch does not record calls to in-app users; remove `startRecording`"
            yield target.finding("SV026", "warning", location, message)


def spoken_too_early(target: Target) -> Iterator[Finding]:
    """SV028: speech before the call is answered."""
    if target.context != "ice":
        return
    for location, item in target.instructions:
        if item.get("name") == "answer":
            return
        if item.get("name") in {"say", "playFiles"}:
            message = "the call is not answered yet; put `answer` before this instruction (billing starts there)"
            yield target.finding("SV028", "warning", location, message)
            return


def amd_elsewhere(target: Target) -> Iterator[Finding]:
    """SV029: answering machine detection where the platform does not offer it."""
    amd = target.action.get("amd")
    if not is_object(amd) or amd.get("enabled") is False:
        return
    location = ("action", "amd")
    if target.context in {"ice", "pie", "update"}:
        message = "the platform detects answering machines in custom callouts only; remove `amd`"
        yield target.finding("SV029", "warning", location, message)
    elif amd.get("async") is True:
        message = "with `async`, the result arrives as a Notify event, so the application needs a callback URL"
        yield target.finding("SV029", "warning", location, message)


def no_caller_id(target: Target) -> Iterator[Finding]:
    """SV030: a callout whose phone never rings."""
    if target.context == "callout" and target.action.get("name") == "connectPstn":
        cli = target.action.get("cli")
        if cli is None or (isinstance(cli, str) and not cli.strip()):
            message = "without `cli`, the platform accepts the callout and the phone never rings; add `cli`"
            yield target.finding("SV030", "warning", ("action",), message)


def callout_without_dialing(target: Target) -> Iterator[Finding]:
    """SV031: the ICE of a callout that may not dial."""
    name = target.action.get("name")
    if target.context != "callout" or name is None or name in _DIALS or name == "hangup":
        return
    message = f"Sinch documents only `connectPstn` and `connectStream` for the ICE of a callout; `{name}` may not dial"
    if not any(target.read("SV007")):
        yield target.finding("SV031", "warning", ("action", "name"), message)


def callbacks_suppressed(target: Target) -> Iterator[Finding]:
    """SV032: callbacks switched off."""
    if target.action.get("suppressCallbacks") is True:
        message = "the platform sends no ACE and no DiCE: the application does not learn who answered and what it cost"
        yield target.finding("SV032", "info", ("action", "suppressCallbacks"), message)


def stream(target: Target) -> Iterator[Finding]:
    """SV034: streaming, which is a closed beta, and streaming without encryption."""
    if target.action.get("name") != "connectStream":
        return
    message = "`connectStream` is a closed beta at Sinch; ask Sinch to enable it for the account"
    yield target.finding("SV034", "warning", ("action", "name"), message)
    destination = target.action.get("destination")
    endpoint = destination.get("endpoint") if is_object(destination) else None
    location = ("action", "destination", "endpoint")
    if isinstance(endpoint, str) and endpoint.lower().startswith("ws://"):
        yield target.finding("SV034", "warning", location, "ws:// sends the audio unencrypted; use wss://")
    elif isinstance(endpoint, str) and not endpoint.lower().startswith("wss://"):
        message = "the audio goes to a WebSocket server; begin the address with wss://"
        yield target.finding("SV034", "error", location, message)


RULES = (
    LintRule("SV026", "warning", "Not recorded", "Calls to in-app users are not recorded.", unrecorded),
    LintRule("SV028", "warning", "Speech before the answer", "In ICE, `answer` comes before `say` and `playFiles`.",
             spoken_too_early),
    LintRule("SV029", "warning", "No detection here", "Answering machines are detected in custom callouts only; "
             "`async` needs a callback URL.", amd_elsewhere),
    LintRule("SV030", "warning", "No caller ID", "A callout to a number has a `cli`, and so has the connectPstn in its "
             "ICE.", no_caller_id),
    LintRule("SV031", "warning", "Callout that may not dial", "The ICE of a callout is connectPstn or connectStream; "
             "with an inline ICE, the request has no `cli` and no `destination` of its own.", callout_without_dialing),
    LintRule("SV032", "info", "Callbacks off", "suppressCallbacks drops ACE and DiCE.", callbacks_suppressed),
    LintRule("SV034", "warning", "Streaming", "connectStream is a closed beta. The address begins with wss://; "
             "ws:// is a warning, any other an error.", stream),
)  # fmt: skip
