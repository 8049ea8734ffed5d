"""The sandbox's behaviors and the evidence for them: the table that the documentation is generated from."""

from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.sandbox.destinations import DESTINATIONS

Evidence = Literal["documented", "observed", "choice"]
"""Sinch publishes it; its real responses show it; or nothing is published and it is this project's choice."""

Group = Literal["feature", "call", "callback", "menu", "api", "time", "money", "script", "destination"]


@dataclass(frozen=True, slots=True)
class Behavior:
    """One row. ``what`` says what happens in the sandbox, even if the feature is not simulated yet."""

    group: Group
    name: str
    what: str
    evidence: Evidence
    simulated: bool = True


def _feature(name: str, what: str, evidence: Evidence = "documented") -> Behavior:
    return Behavior("feature", name, what, evidence)


def _platform_test_number(number: str, what: str) -> Behavior:
    note = "for API clients only, because the guard accepts no such number"
    return Behavior("destination", number, f"{what}; {note}", "choice")


_FEATURES = (
    _feature("ttsCallout", "calls, speaks, hangs up"),
    _feature("conferenceCallout", "calls, speaks the greeting, joins the conference"),
    _feature("customCallout", "calls the number in the inline ICE, else the destination; then the inline ACE decides"),
    _feature("say", "lasts as long as its text takes to speak"),
    _feature("playFiles", "lasts as long as its prompts; a prompt that does not parse ends the call"),
    _feature("sendDtmf", "lasts as long as its tones"),
    _feature("setCookie", "stored with the call; above 1,024 bytes the document is invalid"),
    _feature("answer", "accepted without effect; the callee answers the call of a callout", "choice"),
    _feature("startRecording, stopRecording", "the recording begins; it ends with stopRecording or the call"),
    _feature("end of a recording", "`recording_finished`, then `recording_available` with the URL of the file"),
    _feature("transcriptionOptions", "`transcription_available` follows, if they are enabled"),
    _feature("file of a recording", "a silent WAV file at a URL of the sandbox; a destination is only named", "choice"),
    _feature("notifications of a recording", "sent at once, before the disconnected-call event", "choice"),
    _feature("startRecording before the answer", "the recording begins with the answer", "choice"),
    _feature("record of a connected call", "the recording begins when the phone answers, or with the action", "choice"),
    _feature("hangup", "ends the call"),
    _feature("continue", "resumes what the call was doing"),
    _feature("connectPstn", "calls a number; in an update it transfers the call"),
    _feature("connectConf", "joins a conference"),
    _feature("connectConf in the ICE of a callout", "calls the destination, which joins after the answer", "choice"),
    _feature("connectSip, connectMxp, connectStream", "legs like that of a telephone, without sound"),
    _feature("SIP addresses", "behave like the number before the `@`, else like +12025550100", "choice"),
    _feature("apps and streams", "behave like +12025550100", "choice"),
    _feature(
        "runMenu", "plays a menu; keys, sequences, speech, silence and invalid input lead to a prompt-input event"
    ),
    _feature("park", "holds the call until an update, at most 600 s; then it ends with TIMEOUT", "choice"),
    _feature("amd", "in the ICE of a callout: the answered-call event waits for it, or a notification follows"),
    _feature("amd of a second phone", "like that of the first", "choice"),
    _feature("destinations of callouts", "numbers, SIP addresses, in-app users"),
    _feature("ice, ace, pie by URL", "the event is posted there, without fallback"),
    _feature("conference keys", "ignored, heard by the others, or sent as a prompt-input event, as `mode` says"),
    _feature(
        "conference keys: sequence", "ends with `maxDigits` keys or a pause of `timeoutMills`, at least 0.1 s", "choice"
    ),
    Behavior(
        "feature",
        "sound",
        "nothing sounds: prompts and speech are texts, recordings are silent, streams carry nothing",
        "choice",
        simulated=False,
    ),
)

_CALLS = (
    Behavior("call", "end of the SVAML, hangup, kick", "ANSWERED / MANAGERHANGUP", "documented"),
    Behavior(
        "call", "hangup before answer", "NOANSWER / MANAGERHANGUP; other updates are rejected with 40900", "choice"
    ),
    Behavior("call", "callee hangs up", "ANSWERED / CALLEEHANGUP", "documented"),
    Behavior("call", "caller hangs up", "ANSWERED / CALLERHANGUP, before the answer NOANSWER / CANCEL", "choice"),
    Behavior(
        "call",
        "call that comes in",
        "for the application that has the number, from a number, SIP or an app",
        "documented",
    ),
    Behavior(
        "call",
        "answer of a call that came in",
        "by `answer`, a menu, parking, a conference, or a phone that answers",
        "choice",
    ),
    Behavior("call", "prompts before that answer", "heard by the caller, without cost", "choice"),
    Behavior("call", "caller", "acts like a callee with that number; any other stays and gives no input", "choice"),
    Behavior(
        "call", "caller ID of a connected phone", "that of the caller, unless the action gives another", "documented"
    ),
    Behavior("call", "second phone", "reported with the answered-call event, then connected", "documented"),
    Behavior("call", "second phone and conference", "both phones join, as one participant", "choice"),
    Behavior("call", "keys during the event of a second phone", "those of the second phone count", "choice"),
    Behavior(
        "call",
        "regions",
        "a path that begins with /euc1, for example; else use1. Elsewhere the call is not found",
        "choice",
    ),
    Behavior("call", "busy", "BUSY / CANCEL", "observed"),
    Behavior("call", "no answer", "NOANSWER / TIMEOUT", "documented"),
    Behavior("call", "maximum duration", "ANSWERED / TIMEOUT, 4 h at most", "choice"),
    Behavior("call", "no cli", "accepted, the phone never rings", "documented"),
    Behavior("call", "no cli: outcome", "stays dialing, NOANSWER / TIMEOUT after the dial timeout", "choice"),
    Behavior("call", "invalid SVAML in ICE", "FAILED / INVALIDSVAMLACTION; the callout itself is accepted", "choice"),
    Behavior("call", "invalid SVAML in ACE", "ANSWERED / INVALIDSVAMLACTION", "choice"),
    Behavior(
        "call", "instructions in the ICE of a callout", "not audible before the answer, so they take no time", "choice"
    ),
    Behavior(
        "call",
        "update while speaking",
        "stops the current prompt; `continue` resumes with the next instruction",
        "choice",
    ),
    Behavior("call", "transfer that fails", "ANSWERED with the second leg's reason", "choice"),
    Behavior("call", "update during a transfer", "the second leg is dropped unless it has answered", "choice"),
)

_CALLBACKS = (
    Behavior(
        "callback", "signature", "over the exact bytes, with real time; the scheme is in lower case", "documented"
    ),
    Behavior("callback", "without flags", "custom callouts send ACE, PIE, DiCE; the others none", "documented"),
    Behavior("callback", "flag `false` of a custom callout", "that event is not sent", "choice"),
    Behavior("callback", "no callback URL", "nothing is sent, and no call waits for a reply", "documented"),
    Behavior("callback", "suppressCallbacks", "no ACE, no DiCE", "documented"),
    Behavior("callback", "in-app callees", "no ACE, and of a callout no DiCE", "documented"),
    Behavior("callback", "menus of calls from an app", "no PIE; the call ends after the input", "documented"),
    Behavior(
        "callback", "ACE of a second phone", "sent to the URL of the first; an inline reply is not used again", "choice"
    ),
    Behavior(
        "callback", "fallback", "tried once, after 5 s without response, without connection, or without a 2xx", "choice"
    ),
    Behavior("callback", "waiting for a reply", "simulated time stands still for every call", "choice"),
    Behavior("callback", "update while a reply is awaited", "the reply no longer counts", "choice"),
    Behavior("callback", "no reply to ICE", "FAILED / CALLBACKERROR", "documented"),
    Behavior("callback", "no reply to ACE", "like `continue`", "documented"),
    Behavior("callback", "no reply to PIE", "ANSWERED / CALLBACKERROR", "choice"),
    Behavior("callback", "empty reply", "like no reply", "choice"),
    Behavior("callback", "invalid SVAML in a reply", "`callingerror` 40001, GENERALERROR in DiCE", "documented"),
    Behavior("callback", "DiCE", "sent once, as the last event; also for calls that are not answered", "documented"),
    Behavior("callback", "notifications", "sent without a flag", "choice"),
    Behavior("callback", "callResourceUrl", "the base URL of the sandbox and the region", "choice"),
    Behavior("callback", "targets", "loopback hosts only, unless the sandbox allows others", "choice"),
)

_MENUS = (
    Behavior(
        "menu",
        "main menu",
        "the menu that `mainMenu` names, else `main`; without it the SVAML is invalid",
        "documented",
    ),
    Behavior("menu", "barge", "keys count from the start of the prompt, or with `false` from its end", "documented"),
    Behavior("menu", "sequence", "ends with `maxDigits` keys, `#`, or a pause of `timeoutMills`", "documented"),
    Behavior("menu", "sequence that equals an option", "counts as the option", "choice"),
    Behavior("menu", "`#` alone where a sequence is expected", "invalid input, unless it is an option", "choice"),
    Behavior("menu", "repeats", "3 by default; the main prompt if there is no repeat prompt", "choice"),
    Behavior("menu", "timeoutMills", "5 s by default, from the end of the prompt; at least 0.1 s", "choice"),
    Behavior("menu", "maxTimeoutMills", "20 s by default; longer speech is not understood", "choice"),
    Behavior(
        "menu",
        "speech",
        "chooses the option whose `input` it equals in any letter case, else is invalid input",
        "choice",
    ),
    Behavior("menu", "option that names an unknown menu", "PIE with `error`", "choice"),
    Behavior("menu", "callee hangs up", "PIE with `hangup`, whose reply does not matter, then DiCE", "choice"),
    Behavior("menu", "no PIE to send", "the call ends after the input", "documented"),
    Behavior("menu", "`continue` in the reply to PIE", "resumes what the call did before", "choice"),
)

_API = (
    Behavior(
        "api",
        "calls that have ended",
        "the last 500 are kept, or as many as `--keep` says; the others are not found",
        "choice",
    ),
    Behavior("api", "tag of a call", "the header `x-sandbox-tag`, else `tag=NAME` in `custom`", "choice"),
    Behavior(
        "api",
        "another application",
        "its calls and conferences are not found; its numbers are in the list",
        "documented",
    ),
    Behavior("api", "fault rule", "a call that matches behaves like a call to the number that has the fault", "choice"),
    Behavior("api", "ended call", "GET reports it; an update is rejected with 40400", "choice"),
    Behavior("api", "conference without participants", "40400", "choice"),
    Behavior("api", "numbers without plus", "7 to 15 digits count as E.164; 40005 in strict mode", "choice"),
    Behavior("api", "unknown members and nulls", "ignored", "documented"),
    Behavior("api", "unassigning a number that is not assigned", "204, nothing changes", "choice"),
    Behavior("api", "unknown path or method", "404/40400 after authentication", "choice"),
    Behavior("api", "body above 1 MiB", "413/40003", "choice"),
    Behavior("api", "number type", "from libphonenumber; Fixed if it cannot tell fixed from mobile", "choice"),
)

_TIME = (
    Behavior("time", "text", "14 characters per second; SSML by its text and its breaks", "choice"),
    Behavior("time", "audio", "5 s per file or URL", "choice"),
    Behavior("time", "tones", "100 ms per tone, 500 ms for `w`", "choice"),
    Behavior("time", "dialing", "1 s before the phone rings", "choice"),
    Behavior("time", "answer", "3 s after dialing started", "choice"),
    Behavior("time", "dial timeout", "60 s of ringing", "choice"),
    Behavior("time", "keys", "the first 1 s after the prompt of a menu, the others 0.25 s apart", "choice"),
    Behavior("time", "answering machines", "detected after 1 to 5 s, a human after 2 s", "choice"),
    Behavior("time", "duration", "whole seconds since the answer, rounded down", "choice"),
)

_MONEY = (
    Behavior("money", "rate", "0.02 USD per minute, unless the number or the seed file says otherwise", "choice"),
    Behavior(
        "money", "other rates", "calls that come in 0.01, SIP and streams 0.005, apps 0.003 USD per minute", "choice"
    ),
    Behavior("money", "debit", "every started minute since the answer, for each answered leg", "choice"),
)

_SCRIPTS = (
    Behavior("script", "acts at the same place", "in order, one each time that the call reaches the place", "choice"),
    Behavior("script", "a place without an act left", "the party says and presses nothing there", "choice"),
    Behavior(
        "script", "act of a menu", "begins after each prompt and repeated prompt; with `barge`, with it", "choice"
    ),
    Behavior("script", "no `after_s`", "1 s", "choice"),
    Behavior("script", "key or speech where none is expected", "in the timeline, without further effect", "choice"),
    Behavior("script", "end of a script", "the party stays and gives no input", "choice"),
    Behavior("script", "script of the next call", "before that of the number; used once", "choice"),
)

_DESTINATIONS = (
    *(Behavior("destination", row.number, f"`{row.name}`: {row.what}", "choice") for row in DESTINATIONS),
    Behavior("destination", "+12025550190 to +12025550199", "free for scripts; like 00 without one", "choice"),
    _platform_test_number("+46000000000", "answers"),
    _platform_test_number("+4600000000030", "busy at once"),
    _platform_test_number("+4600000000031", "busy after ringing"),
    _platform_test_number("+4600000000040", "does not answer"),
    _platform_test_number("+4600000000050", "FAILED / CONGESTION at once"),
    _platform_test_number("+4600000000051", "FAILED / CONGESTION after ringing"),
)

BEHAVIORS: tuple[Behavior, ...] = (
    *_FEATURES,
    *_CALLS,
    *_CALLBACKS,
    *_MENUS,
    *_API,
    *_TIME,
    *_MONEY,
    *_SCRIPTS,
    *_DESTINATIONS,
)
"""Every behavior; of what is not simulated yet, what happens instead."""
