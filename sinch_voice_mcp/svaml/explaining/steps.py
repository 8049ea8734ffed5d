"""Instructions and the simple actions as sentences."""

from sinch_voice_mcp.svaml.explaining.phrases import (
    CALLER_ID_WORDS,
    MAX_TEXT_CHARS,
    in_backticks,
    in_quotes,
    listed,
    milliseconds,
    played,
    seconds,
    with_full_stop,
)
from sinch_voice_mcp.svaml.limits import MAX_CALL_S, MAX_CONFERENCE_ID_CHARS, MAX_PARK_S
from sinch_voice_mcp.svaml.model.actions import (
    AnsweringMachineDetection,
    ConferenceDtmfOptions,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Continue,
    MusicOnHold,
    Park,
)
from sinch_voice_mcp.svaml.model.events import Event
from sinch_voice_mcp.svaml.model.instructions import (
    Answer,
    Instruction,
    PlayFiles,
    RecordingOptions,
    Say,
    SendDtmf,
    SetCookie,
    StartRecording,
    StopRecording,
)

_MUSIC: dict[MusicOnHold, str] = {
    "ring": "a ringing tone",
    "music1": "music 1",
    "music2": "music 2",
    "music3": "music 3",
}
_CONTINUE: dict[Event, str] = {
    "ace": "Continues the call: the two sides are connected, or a callout plays its text or joins its conference.",
    "update": "Continues the call as before.",
}
_DEFAULT_KEYS = 1
_DEFAULT_PAUSE_MS = 3_000


def instruction(step: Instruction, event: Event | None = None) -> str:
    """Return a sentence for one instruction."""
    if event == "callout" and isinstance(step, Say | PlayFiles | SendDtmf):
        sentence = _instruction(step)
        early = f"Before the callee is called, {sentence[:1].lower()}{sentence[1:]}"
        return f"{early} Sinch does not document whether it is heard."
    return _instruction(step)


def _instruction(step: Instruction) -> str:
    match step:
        case Say():
            return with_full_stop(f"Says {in_quotes(step.text)}{_voice(step.locale)}")
        case PlayFiles():
            return with_full_stop(
                f"Plays {listed([played(prompt) for prompt in step.ids], 'then')}{_voice(step.locale)}"
            )
        case SendDtmf():
            return f"Sends the tones {in_backticks(step.value)}{_pauses(step.value)}."
        case SetCookie():
            return f"Sets the cookie {in_backticks(step.key)} = {in_quotes(step.value)} for the rest of the call."
        case Answer():
            return "Answers the call; billing starts."
        case StartRecording():
            return f"Starts recording this leg of the call{recording(step.options)}."
        case StopRecording():
            return "Stops recording."


def voice(locale: str | None) -> str:
    """Return ``in en-US (the default)``, or the given locale."""
    return "in en-US (the default)" if locale is None else f"in {in_backticks(locale)}"


def _voice(locale: str | None) -> str:
    return f", {voice(locale)}" if locale is not None else ""


def _pauses(tones: str) -> str:
    count = tones.count("w")
    return f" (`w` is a pause of 0.5 s, {milliseconds(500 * count)} in total)" if count else ""


def recording(options: RecordingOptions | None) -> str:
    """Return where a recording is stored, its format, and whether it is transcribed; never its credentials."""
    if options is None:
        return ", as mp3 (the default)"
    file = "mp3 (the default)" if options.format is None else in_backticks(options.format)
    phrase = f", as {file}"
    if options.destination_url is not None:
        phrase += f", to {in_backticks(options.destination_url, MAX_TEXT_CHARS)}"
    if (text := options.transcription_options) is not None and text.enabled:
        language = "in a language that is not stated" if text.locale is None else voice(text.locale)
        phrase += f", and transcribes it {language}"
    return phrase + ("; no notifications are sent" if options.notification_events is False else "")


def continuing(action: Continue, event: Event | None) -> list[str]:
    """Return what ``continue`` does in answer to an event, and whether the call is recorded."""
    recorded = [f"The call is recorded{recording(action.recording_options)}."] if action.record else []
    return ["Continues the call." if event is None else _CONTINUE.get(event, "Continues the call."), *recorded]


def telephone(action: ConnectPstn, event: Event | None) -> list[str]:
    """Return which number ``connectPstn`` calls, for how long, and what follows; the main sentence comes first."""
    number = "the number that the caller dialed" if action.number is None else in_backticks(action.number)
    ringing = "until the network gives up" if action.dial_timeout is None else f"for {seconds(action.dial_timeout)}"
    lines = [f"Calls {number} and rings {ringing}{_caller(action.cli, event)}."]
    if action.indications is not None:
        lines.append(f"The caller hears the ringing tones of `{action.indications}`.")
    lines += _detection(action.amd)
    if action.dtmf:
        lines.append(f"Sends the tones {in_backticks(action.dtmf)} to the callee who answers{_pauses(action.dtmf)}.")
    lines.append(f"Answered: {_answered(action.suppress_callbacks, event)}. {_limit(action.max_duration)}")
    if action.record:
        lines.append(f"The call is recorded{recording(action.recording_options)}.")
    timed = " (NOANSWER)" if action.dial_timeout is None else f" within {seconds(action.dial_timeout)} (NOANSWER)"
    lines.append(f"Not answered{timed}, busy (BUSY) or not reachable (FAILED): the call ends{_reported(action)}.")
    return lines


def _reported(action: ConnectPstn) -> str:
    return ", and no event reports it" if action.suppress_callbacks else "; your DiCE handler is called"


def _answered(suppressed: bool | None, event: Event | None) -> str:  # noqa: FBT001 - the member of the action, as it is
    # A callout has one side only: the callee.
    connected = "the call continues with the callee" if event == "callout" else "the two sides are connected"
    if suppressed:
        return f"{connected}, without ACE or DiCE (`suppressCallbacks`)"
    return f"your ACE handler is called; if it does not reply in time, {connected}"


def _caller(cli: str | None, event: Event | None) -> str:
    if cli is not None:
        return _shown(cli)
    if event == "callout":
        return ", without a caller ID (a callout without `cli` never reaches the phone)"
    if event == "ice":
        return f", {CALLER_ID_WORDS['incoming']} (the default)"
    return ", without a caller ID of its own (`cli`)"


def _shown(cli: str) -> str:
    return f", {CALLER_ID_WORDS.get(cli.lower()) or f'with {in_backticks(cli)} as caller ID'}"


def _detection(amd: AnsweringMachineDetection | None) -> list[str]:
    if amd is None or amd.enabled is False:
        return []
    when = "and reports it in a Notify event" if amd.async_ else "before your ACE handler is called"
    return [f"Detects whether a person or a machine answers, {when} (custom callouts only)."]


def _limit(duration: int | None) -> str:
    if duration is None:
        return f"The document sets no limit (the platform's is {seconds(MAX_CALL_S)})."
    return f"The call ends after {seconds(duration)}."


def user(action: ConnectMxp) -> list[str]:
    """Return which in-app user ``connectMxp`` calls."""
    to = action.destination
    callee = "the in-app user that the caller called" if to is None else f"the in-app user {in_backticks(to.endpoint)}"
    headers = action.call_headers or ()
    return [f"Calls {callee}{_headers(len(headers))}.", "Answered: the two sides are connected.", _UNREACHED]


def sip(action: ConnectSip, event: Event | None) -> list[str]:
    """Return which SIP address ``connectSip`` calls, and how."""
    transport = "UDP (the default)" if action.transport is None else action.transport
    shown = "" if action.cli is None else _shown(action.cli)
    music = "" if action.moh is None else f", playing {_MUSIC[action.moh]} meanwhile"
    headers = _headers(len(action.call_headers or ()))
    address = in_backticks(action.destination.endpoint, MAX_TEXT_CHARS)
    return [
        f"Calls the SIP address {address} over {transport}{shown}{music}{headers}.",
        f"Answered: {_answered(action.suppress_callbacks, event)}. {_limit(action.max_duration)}",
        _UNREACHED,
    ]


_UNREACHED = "Not answered, busy or not reachable: the call ends."


def stream(action: ConnectStream) -> list[str]:
    """Return where ``connectStream`` sends the audio."""
    options = action.streaming_options
    rate = options.sample_rate if options is not None else None
    hertz = "" if rate is None else f" at {rate:,} Hz"
    where = in_backticks(action.destination.endpoint, MAX_TEXT_CHARS)
    return [
        f"Streams the audio to {where}{hertz}{_headers(len(action.call_headers or ()))}. {_limit(action.max_duration)}"
    ]


def _headers(count: int) -> str:
    return f", with {count:,} call header{'s' if count > 1 else ''}" if count else ""


def conference(action: ConnectConf) -> list[str]:
    """Return which conference ``connectConf`` joins, and what is played there."""
    music = "" if action.moh is None else f"; a participant who is alone hears {_MUSIC[action.moh]}"
    name = in_backticks(action.conference_id, MAX_CONFERENCE_ID_CHARS)
    lines = [f"Joins the conference {name}, which is created if it does not exist{music}."]
    if action.conference_dtmf_options is not None:
        lines.append(_conference_keys(action.conference_dtmf_options))
    if action.record:
        lines.append(f"The conference is recorded{recording(action.recording_options)}.")
    if action.suppress_callbacks:
        lines.append("No ACE or DiCE follows (`suppressCallbacks`).")
    return lines


def _conference_keys(options: ConferenceDtmfOptions) -> str:
    match options.mode:
        case "forward":
            return "Keys that a participant presses are sent to the other participants."
        case "detect":
            count = _DEFAULT_KEYS if options.max_digits is None else options.max_digits
            pause = _DEFAULT_PAUSE_MS if options.timeout_mills is None else options.timeout_mills
            many = f"{count:,} key{'' if count == 1 else 's'}"
            return (
                f"Your PIE handler receives the keys that a participant presses: after {many}, or a pause of "
                f"{milliseconds(pause)}."
            )
        case _:
            return "Keys that a participant presses are ignored" + (" (the default)." if options.mode is None else ".")


def park(action: Park) -> list[str]:
    """Return what a parked caller hears, and for how long."""
    lines = ["Holds the call until the application updates it."]
    if action.intro_prompt is not None:
        lines.append(with_full_stop(f"First plays {played(action.intro_prompt)}{_voice(action.locale)}"))
    if action.hold_prompt is not None:
        opening = "Repeats" if action.intro_prompt is None else "Then repeats"
        lines.append(with_full_stop(f"{opening} {played(action.hold_prompt)}{_voice(action.locale)}"))
    limit = f"{MAX_PARK_S} s (the platform's limit)" if action.max_duration is None else seconds(action.max_duration)
    return [*lines, f"Without an update within {limit}, the call ends."]
