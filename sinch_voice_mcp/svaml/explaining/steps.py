"""Instructions and the simple actions as sentences."""

from sinch_voice_mcp.svaml.explaining.wording import heard, listed, milliseconds, named, quoted, seconds, sentence
from sinch_voice_mcp.svaml.model.actions import (
    AnsweringMachineDetection,
    ConferenceDtmfOptions,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
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
    "ace": "Goes on with the call: the two sides are connected, a callout plays its text or joins its conference.",
    "update": "Goes on with the call as before.",
}
_LONGEST_CALL = 14_400
_LONGEST_PARK = 600
_BARE_KEYS = 1
_BARE_PAUSE = 3_000


def instruction(step: Instruction) -> str:
    """One instruction as a sentence."""
    match step:
        case Say():
            return sentence(f"Says {quoted(step.text)}{_voice(step.locale)}")
        case PlayFiles():
            return sentence(f"Plays {listed([heard(prompt) for prompt in step.ids], 'then')}{_voice(step.locale)}")
        case SendDtmf():
            return f"Sends the tones {named(step.value)}{_pauses(step.value)}."
        case SetCookie():
            return f"Remembers {named(step.key)} = {quoted(step.value)} for the rest of the call."
        case Answer():
            return "Answers the call; billing starts."
        case StartRecording():
            return f"Starts recording this side of the call{recording(step.options)}."
        case StopRecording():
            return "Stops recording."


def voice(locale: str | None) -> str:
    """``in en-US (the default)``, or the locale that is given."""
    return "in en-US (the default)" if locale is None else f"in {named(locale)}"


def _voice(locale: str | None) -> str:
    return f", {voice(locale)}" if locale is not None else ""


def _pauses(tones: str) -> str:
    count = tones.count("w")
    return f" (`w` is a pause of 0.5 s, here {milliseconds(500 * count)} in all)" if count else ""


def recording(options: RecordingOptions | None) -> str:
    """Where a recording goes, in which format, and whether it is transcribed. Never its credentials."""
    if options is None:
        return ", as mp3 (the default)"
    file = "mp3 (the default)" if options.format is None else named(options.format)
    said = f", as {file}"
    if options.destination_url is not None:
        said += f", to {named(options.destination_url, 80)}"
    if (text := options.transcription_options) is not None and text.enabled:
        said += f", and transcribes it {voice(text.locale)}"
    return said + ("; no notifications are sent" if options.notification_events is False else "")


def going_on(event: Event | None) -> str:
    """What ``continue`` does in answer to an event."""
    return "Goes on with the call." if event is None else _CONTINUE.get(event, "Goes on with the call.")


def telephone(action: ConnectPstn, event: Event | None) -> list[str]:
    """Whom ``connectPstn`` rings, how long, and what follows; the first line is the sentence."""
    whom = "the number that the caller dialled" if action.number is None else named(action.number)
    ringing = "until the network gives up" if action.dial_timeout is None else f"for {seconds(action.dial_timeout)}"
    lines = [f"Rings {whom} {ringing}{_caller(action.cli, event)}."]
    if action.indications is not None:
        lines.append(f"The caller hears ringing tones as in `{action.indications}`.")
    lines += _detection(action.amd)
    tones = f"; the tones {named(action.dtmf)} are sent{_pauses(action.dtmf)}" if action.dtmf else ""
    lines.append(f"Answered: {_answered(action.suppress_callbacks)}{tones}. {_limit(action.max_duration)}")
    if action.record:
        lines.append(f"The call is recorded{recording(action.recording_options)}.")
    timed = " (NOANSWER)" if action.dial_timeout is None else f" within {seconds(action.dial_timeout)} (NOANSWER)"
    lines.append(f"Not answered{timed}, busy (BUSY) or not reachable (FAILED): the call ends{_told(action)}.")
    return lines


def _told(action: ConnectPstn) -> str:
    return ", and no event says so" if action.suppress_callbacks else "; your DiCE handler is told"


def _answered(suppressed: bool | None) -> str:  # noqa: FBT001 - the member of the action, as it is
    if suppressed:
        return "the two sides are connected, without ACE or DiCE (`suppressCallbacks`)"
    return "your ACE handler is asked; if it does not reply in time, the two sides are connected"


def _caller(cli: str | None, event: Event | None) -> str:
    if cli is not None:
        return f", showing {named(cli)} as caller id"
    if event == "callout":
        return ", with no caller id (without `cli` a callout never reaches the phone)"
    return ", with no caller id of its own (`cli`)"


def _detection(amd: AnsweringMachineDetection | None) -> list[str]:
    if amd is None or amd.enabled is False:
        return []
    when = "beside the call, as a notification" if amd.async_ else "before your ACE handler is asked"
    return [f"Listens whether a person or a machine answers, {when} (custom callouts only)."]


def _limit(duration: int | None) -> str:
    if duration is None:
        return f"No limit is set (the platform's is {seconds(_LONGEST_CALL)})."
    return f"The call ends after {seconds(duration)}."


def user(action: ConnectMxp) -> list[str]:
    """Whom ``connectMxp`` rings."""
    to = action.destination
    whom = "the in-app user whom the caller asked for" if to is None else f"the in-app user {named(to.endpoint)}"
    headers = action.call_headers or ()
    return [f"Rings {whom}{_headers(len(headers))}.", "Answered: the two sides are connected.", _UNREACHED]


def sip(action: ConnectSip) -> list[str]:
    """Which SIP address ``connectSip`` rings, and how."""
    transport = "UDP (the default)" if action.transport is None else action.transport
    shown = "" if action.cli is None else f", showing {named(action.cli)} as caller id"
    music = "" if action.moh is None else f", with {_MUSIC[action.moh]} meanwhile"
    headers = _headers(len(action.call_headers or ()))
    return [
        f"Rings the SIP address {named(action.destination.endpoint, 80)} over {transport}{shown}{music}{headers}.",
        f"Answered: {_answered(action.suppress_callbacks)}. {_limit(action.max_duration)}",
        _UNREACHED,
    ]


_UNREACHED = "Not answered, busy or not reachable: the call ends."


def stream(action: ConnectStream) -> list[str]:
    """Where ``connectStream`` sends the audio."""
    options = action.streaming_options
    rate = options.sample_rate if options is not None else None
    hertz = "" if rate is None else f" at {rate:,} Hz"
    where = named(action.destination.endpoint, 80)
    return [
        f"Streams the audio to {where}{hertz}{_headers(len(action.call_headers or ()))}. {_limit(action.max_duration)}"
    ]


def _headers(count: int) -> str:
    return f", with {count:,} call header{'s' if count > 1 else ''}" if count else ""


def conference(action: ConnectConf) -> list[str]:
    """Which conference ``connectConf`` joins, and what is heard there."""
    music = "" if action.moh is None else f"; alone, the person hears {_MUSIC[action.moh]}"
    lines = [f"Joins the conference {named(action.conference_id, 64)}, which is made when new{music}."]
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
            return "Keys pressed there are forwarded to the others."
        case "detect":
            count = _BARE_KEYS if options.max_digits is None else options.max_digits
            pause = _BARE_PAUSE if options.timeout_mills is None else options.timeout_mills
            many = f"{count:,} key{'' if count == 1 else 's'}"
            return (
                f"Keys pressed there are told to your PIE handler: after {many}, or a pause of {milliseconds(pause)}."
            )
        case _:
            return "Keys pressed there are ignored" + (" (the default)." if options.mode is None else ".")


def park(action: Park) -> list[str]:
    """What a parked caller hears, and for how long."""
    lines = ["Holds the call until it is updated."]
    if action.intro_prompt is not None:
        lines.append(sentence(f"First plays {heard(action.intro_prompt)}{_voice(action.locale)}"))
    if action.hold_prompt is not None:
        lines.append(sentence(f"Then repeats {heard(action.hold_prompt)}{_voice(action.locale)}"))
    limit = f"{_LONGEST_PARK} s (the most there is)" if action.max_duration is None else seconds(action.max_duration)
    return [*lines, f"Not updated within {limit}: the call ends."]
