"""What the sandbox does, and how we know: the one table that the documentation is generated from.

The engine asks the same table before it places or changes a call: what is not simulated is refused with
422/42200 and has no effect.
"""

from dataclasses import dataclass
from typing import Literal

Mark = Literal["documented", "observed", "choice"]
"""How we know: Sinch publishes it, its real answers show it, or nobody says and this is our decision."""

Group = Literal["feature", "call", "callback", "menu", "api", "time", "money", "destination"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One row. ``what`` is what happens in the sandbox, also where the behaviour is not simulated yet."""

    group: Group
    name: str
    what: str
    mark: Mark
    simulated: bool = True


def _feature(name: str, what: str, mark: Mark = "documented") -> Behaviour:
    return Behaviour("feature", name, what, mark)


def _missing(name: str, what: str = "refused 42200, and nothing is placed or changed") -> Behaviour:
    return Behaviour("feature", name, what, "choice", simulated=False)


def _number(digits: str, what: str) -> Behaviour:
    name = digits if digits.startswith("+") else f"+120255501{digits}"
    return Behaviour("destination", name, what, "choice")


def _like_00(first: str, last: str, *, what: str) -> Behaviour:
    name = f"+120255501{first} to +120255501{last}: {what}"
    return Behaviour("destination", name, "answers like +12025550100", "choice", simulated=False)


_FEATURES = (
    _feature("ttsCallout", "rings, speaks, hangs up"),
    _feature("conferenceCallout", "rings, speaks the greeting, joins the conference"),
    _feature("customCallout", "the inline ICE or the destination says whom it rings, then the inline ACE decides"),
    _feature("say", "takes the time that its text takes"),
    _feature("playFiles", "takes the time that its prompts take; a prompt that does not parse ends the call"),
    _feature("sendDtmf", "takes the time that its tones take"),
    _feature("setCookie", "is kept with the call; above 1,024 bytes the document is invalid"),
    _feature("answer", "accepted; the call of a callout is answered by the far side", "choice"),
    _missing("startRecording"),
    _missing("stopRecording"),
    _feature("hangup", "ends the call"),
    _feature("continue", "goes on with what the call was doing"),
    _feature("connectPstn", "rings a number; in an update it transfers the call"),
    _feature("connectConf", "joins a conference"),
    _missing("connectConf in the ICE of a callout"),
    _missing("connectMxp"),
    _missing("connectSip"),
    _missing("connectStream"),
    _feature("runMenu", "asks; keys, sequences, speech, silence and invalid input lead to a prompt-input event"),
    _missing("park"),
    _feature("amd", "in the ICE of a callout: the answered event waits for it, or a notification follows"),
    _missing("amd of a second phone"),
    _missing("recording of a connected call"),
    _missing("username destinations"),
    _missing("sip destinations"),
    _feature("ice, ace, pie by URL", "the event goes there, without fallback"),
    _missing("answered event of a second phone", "not sent; the phones are connected"),
    _missing(
        "an answer that asks for what is not simulated",
        "notification `callingerror` 50000, and the call ends with GENERALERROR",
    ),
    _missing("conference keys", "`conferenceDtmfOptions` is accepted; nobody presses a key"),
)

_CALLS = (
    Behaviour("call", "flow over, hangup, kick", "ANSWERED / MANAGERHANGUP", "documented"),
    Behaviour("call", "hangup before answer", "NOANSWER / MANAGERHANGUP; other updates are refused 40900", "choice"),
    Behaviour("call", "far side hangs up", "ANSWERED / CALLEEHANGUP", "documented"),
    Behaviour("call", "busy", "BUSY / CANCEL", "observed"),
    Behaviour("call", "rings out", "NOANSWER / TIMEOUT", "documented"),
    Behaviour("call", "maximum duration", "ANSWERED / TIMEOUT, 4 h at most", "choice"),
    Behaviour("call", "no cli", "accepted, the phone never rings", "documented"),
    Behaviour("call", "no cli: the end", "stays dialling, NOANSWER / TIMEOUT after the dial timeout", "choice"),
    Behaviour("call", "invalid SVAML in ICE", "FAILED / INVALIDSVAMLACTION; the callout itself is accepted", "choice"),
    Behaviour("call", "invalid SVAML in ACE", "ANSWERED / INVALIDSVAMLACTION", "choice"),
    Behaviour("call", "instructions in the ICE of a callout", "nobody hears them, they take no time", "choice"),
    Behaviour("call", "update while speaking", "stops what is spoken; `continue` goes on with the next", "choice"),
    Behaviour("call", "transfer that fails", "ANSWERED with the second leg's reason", "choice"),
    Behaviour("call", "update during a transfer", "the second leg is dropped unless it has answered", "choice"),
)

_CALLBACKS = (
    Behaviour("callback", "signature", "over the bytes sent, real time, scheme word in lower case", "documented"),
    Behaviour("callback", "without flags", "custom callouts send ACE, PIE, DiCE; the others none", "documented"),
    Behaviour("callback", "flag `false` of a custom callout", "that event is not sent", "choice"),
    Behaviour("callback", "no callback URL", "nothing is sent, and nothing is waited for", "documented"),
    Behaviour("callback", "suppressCallbacks", "no ACE, no DiCE", "documented"),
    Behaviour("callback", "fallback", "once, after 5 s, no connection, or no 2xx", "choice"),
    Behaviour("callback", "waiting for an answer", "simulated time stands still for every call", "choice"),
    Behaviour("callback", "update while an answer is awaited", "the answer no longer counts", "choice"),
    Behaviour("callback", "no answer to ICE", "FAILED / CALLBACKERROR", "documented"),
    Behaviour("callback", "no answer to ACE", "connected, as `continue` says", "documented"),
    Behaviour("callback", "no answer to PIE", "ANSWERED / CALLBACKERROR", "choice"),
    Behaviour("callback", "empty answer", "counts as none", "choice"),
    Behaviour("callback", "invalid SVAML in an answer", "`callingerror` 40001, GENERALERROR in DiCE", "documented"),
    Behaviour("callback", "DiCE", "once, last; also for calls that nobody answered", "documented"),
    Behaviour("callback", "notifications", "need no flag", "choice"),
    Behaviour("callback", "callResourceUrl", "names 127.0.0.1 without port", "choice"),
    Behaviour("callback", "targets", "loopback hosts only, unless the sandbox is told otherwise", "choice"),
)

_MENUS = (
    Behaviour("menu", "main menu", "the one of `mainMenu`, else `main`; without it the SVAML is invalid", "documented"),
    Behaviour("menu", "barge", "keys count from the start of the prompt, or with `false` from its end", "documented"),
    Behaviour("menu", "sequence", "ends with `maxDigits` keys, `#`, or a pause of `timeoutMills`", "documented"),
    Behaviour("menu", "sequence that equals an option", "the option", "choice"),
    Behaviour("menu", "`#` alone where a sequence is expected", "invalid input, unless it is an option", "choice"),
    Behaviour("menu", "repeats", "3 unless told otherwise; the main prompt where there is no repeat prompt", "choice"),
    Behaviour(
        "menu", "timeoutMills", "5 s unless told otherwise, from the end of the prompt; 0.1 s at least", "choice"
    ),
    Behaviour("menu", "maxTimeoutMills", "20 s; who speaks longer is not understood", "choice"),
    Behaviour("menu", "speech", "equals the `input` of an option, whatever the letter case, or is invalid", "choice"),
    Behaviour("menu", "option that names no menu", "PIE with `error`", "choice"),
    Behaviour("menu", "person hangs up", "PIE with `hangup`, whose answer is not waited for, then DiCE", "choice"),
    Behaviour("menu", "no PIE to send", "hung up after the input", "documented"),
    Behaviour("menu", "`continue` in the answer to PIE", "goes on with what the call did before", "choice"),
)

_API = (
    Behaviour("api", "ended call", "GET reports it; an update is answered 40400", "choice"),
    Behaviour("api", "emptied conference", "40400", "choice"),
    Behaviour("api", "numbers without plus", "7 to 15 digits are read as E.164; 40005 in strict mode", "choice"),
    Behaviour("api", "unknown members and nulls", "ignored", "documented"),
    Behaviour("api", "unassigning a free number", "204, nothing changes", "choice"),
    Behaviour("api", "unknown path or method", "404/40400 after authentication", "choice"),
    Behaviour("api", "body above 1 MiB", "413/40003", "choice"),
    Behaviour("api", "number type", "libphonenumber's; Fixed where it cannot tell fixed from mobile", "choice"),
)

_TIME = (
    Behaviour("time", "text", "14 characters a second; SSML by its text and its breaks", "choice"),
    Behaviour("time", "audio", "5 s a file or URL", "choice"),
    Behaviour("time", "tones", "100 ms a tone, 500 ms for `w`", "choice"),
    Behaviour("time", "dialling", "1 s before it rings", "choice"),
    Behaviour("time", "answer", "3 s after dialling began", "choice"),
    Behaviour("time", "dial timeout", "60 s of ringing", "choice"),
    Behaviour("time", "keys", "1 s after the prompt of a menu, then 0.25 s apart", "choice"),
    Behaviour("time", "answering machines", "detected after 1 to 5 s, a person after 2 s", "choice"),
    Behaviour("time", "duration", "whole seconds since the answer, rounded down", "choice"),
)

_MONEY = (
    Behaviour("money", "rate", "0.02 USD a minute", "choice"),
    Behaviour("money", "debit", "each started minute from the answer, every answered leg", "choice"),
)

_DESTINATIONS = (
    _number("00", "answers after 3 s, listens; at a menu hangs up 2 s after the prompt, else stays to the end"),
    _number("01", "answers after 20 s, then like 00"),
    _number("02", "presses `1` at every menu"),
    _number("03", "enters `1234#` at every menu"),
    _number("04", "says `yes please` at every menu with voice input"),
    _number("05", "never answers a menu, stays"),
    _number("06", "presses a key that is no option, three times in all"),
    _number("07", "answers, hangs up 2 s into the first prompt, or 2 s into silence"),
    _number("08", "answers, stays until the maximum duration, never answers a menu"),
    _number("10", "BUSY / CANCEL after dialling"),
    _number("11", "NOANSWER / TIMEOUT after the dial timeout, or 30 s of ringing"),
    _number("12", "FAILED / GENERALERROR after dialling"),
    _number("13", "FAILED / CONGESTION after dialling"),
    _number("14", "FAILED / NOCREDITPARTNER after dialling"),
    _number("15", "FAILED / BLOCKED after dialling"),
    _number("16", "FAILED / CANCEL after dialling"),
    _number("17", "FAILED / TIMEOUT after dialling"),
    _number("18", "FAILED / USERNOTFOUND after dialling"),
    _number("19", "FAILED / CALLBACKERROR after dialling"),
    _number("20", "with amd: machine, longgreeting, after 4 s"),
    _number("21", "with amd: machine, longgreeting, after 4 s; asynchronous: `amd_beep` 6 s later"),
    _number("22", "with amd: machine, initialsilence, after 5 s"),
    _number("23", "with amd: human, after 2 s, like every other number"),
    _number("24", "with amd: notsure, after 5 s"),
    _number("25", "with amd: hangup, 1 s after the answer; without amd it stays"),
    _number("30", "refused 40001"),
    _number("31", "refused 40002"),
    _number("32", "refused 40003"),
    _number("33", "refused 40004"),
    _number("34", "refused 40005"),
    _number("35", "refused 40108"),
    _number("36", "refused 40301"),
    _number("37", "refused 40400"),
    _number("38", "refused 42900 with Retry-After: 1"),
    _number("39", "answered 50000, nothing placed; a real 500 leaves the outcome unknown"),
    _like_00("40", "47", what="faults of the connection"),
    _number("50", "every callback comes twice"),
    _number("51", "ACE comes after DiCE; the call goes on as if it had not been answered"),
    _number("52", "every callback comes 30 s late; the call waits"),
    _number("53", "callbacks have a wrong signature"),
    _number("54", "callbacks carry a timestamp 10 min ahead"),
    _number("55", "DiCE never comes"),
    _number("56", "1,000 notifications `recording_available` when it answers"),
    _number("57", "the primary URL fails, the fallback URL is used"),
    _number("60", "0.01 a minute"),
    _number("61", "0.20 a minute"),
    _number("62", "0.50 a minute"),
    _number("63", "5.00 a minute"),
    _number("64", "restricted; a callout is refused 40300"),
    _like_00("70", "74", what="recordings, conference keys"),
    _like_00("80", "89", what="hostile content"),
    _like_00("90", "99", what="scripted callers"),
    _number("+46000000000", "answers; for API clients, the guard refuses it as no number"),
    _number("+4600000000030", "busy at once; for API clients, the guard refuses it as no number"),
    _number("+4600000000031", "busy after ringing; for API clients, the guard refuses it as no number"),
    _number("+4600000000040", "does not answer; for API clients, the guard refuses it as no number"),
    _number("+4600000000050", "FAILED / CONGESTION at once; for API clients, the guard refuses it as no number"),
    _number("+4600000000051", "FAILED / CONGESTION after ringing; for API clients, the guard refuses it as no number"),
)

BEHAVIOURS: tuple[Behaviour, ...] = (*_FEATURES, *_CALLS, *_CALLBACKS, *_MENUS, *_API, *_TIME, *_MONEY, *_DESTINATIONS)
"""Every behaviour, and what happens instead where one is not simulated yet."""

UNSIMULATED: frozenset[str] = frozenset(row.name for row in _FEATURES if not row.simulated)
"""Names of the features that a request cannot use yet."""
