"""The fictional destinations of the sandbox: the last two digits, a stable name, and what happens there.

The documentation is generated from this table, and the engine takes the names of its profiles from it.
"""

from dataclasses import dataclass
from typing import Literal

Example = Literal["call", "ask", "detect", "meet"]
"""What shows a destination's behavior: a spoken text, a menu, machine detection, or a conference."""

PREFIX = "+120255501"
"""What every fictional destination begins with; two digits follow."""


@dataclass(frozen=True, slots=True)
class Destination:
    """One number. ``name`` stays the same when numbers are added, so that other programs can refer to it.

    ``tried_by`` is the shell function of the documentation that shows what it does.
    """

    digits: str
    name: str
    what: str
    tried_by: Example = "call"

    @property
    def number(self) -> str:
        """The number in E.164 form."""
        return PREFIX + self.digits


_BEHAVIOR = (
    Destination("00", "answers", "answers after 3 s and listens to the end; at a menu hangs up 2 s after the prompt"),
    Destination("01", "answers-late", "answers after 20 s, then behaves like 00"),
    Destination("02", "presses-1", "presses `1` at every menu", "ask"),
    Destination("03", "enters-1234", "enters `1234#` at every menu", "ask"),
    Destination("04", "says-yes-please", "says `yes please` at every menu with voice input", "ask"),
    Destination("05", "gives-no-input", "stays on the phone and gives no input", "ask"),
    Destination("06", "presses-wrong-keys", "presses a key that the menu does not offer, three times in all", "ask"),
    Destination("07", "hangs-up-early", "answers, hangs up after 2 s of a prompt or of silence"),
    Destination("08", "stays", "answers, stays until the maximum duration, gives no input"),
)

_UNANSWERED = (
    Destination("10", "busy", "BUSY / CANCEL after dialing"),
    Destination("11", "no-answer", "NOANSWER / TIMEOUT after the dial timeout, or 30 s of ringing"),
    Destination("12", "fails-generalerror", "FAILED / GENERALERROR after dialing"),
    Destination("13", "fails-congestion", "FAILED / CONGESTION after dialing"),
    Destination("14", "fails-nocreditpartner", "FAILED / NOCREDITPARTNER after dialing"),
    Destination("15", "fails-blocked", "FAILED / BLOCKED after dialing"),
    Destination("16", "fails-cancel", "FAILED / CANCEL after dialing"),
    Destination("17", "fails-timeout", "FAILED / TIMEOUT after dialing"),
    Destination("18", "fails-usernotfound", "FAILED / USERNOTFOUND after dialing"),
    Destination("19", "fails-callbackerror", "FAILED / CALLBACKERROR after dialing"),
)

_MACHINES = (
    Destination("20", "machine", "with amd: machine, longgreeting, after 4 s", "detect"),
    Destination(
        "21",
        "machine-beeps",
        "with amd: machine, longgreeting, after 4 s; asynchronous: `amd_beep` 6 s later",
        "detect",
    ),
    Destination("22", "machine-silent", "with amd: machine, initialsilence, after 5 s", "detect"),
    Destination("23", "human", "with amd: human, after 2 s, like every other number", "detect"),
    Destination("24", "not-sure", "with amd: notsure, after 5 s", "detect"),
    Destination("25", "hangs-up-during-amd", "with amd: hangup, 1 s after the answer; without amd it stays", "detect"),
)

_REJECTIONS = (
    Destination("30", "rejects-40001", "rejected with 40001"),
    Destination("31", "rejects-40002", "rejected with 40002"),
    Destination("32", "rejects-40003", "rejected with 40003"),
    Destination("33", "rejects-40004", "rejected with 40004"),
    Destination("34", "rejects-40005", "rejected with 40005"),
    Destination("35", "rejects-40108", "rejected with 40108"),
    Destination("36", "rejects-40301", "rejected with 40301"),
    Destination("37", "rejects-40400", "rejected with 40400"),
    Destination("38", "rejects-42900", "rejected with 42900 and Retry-After: 1"),
    Destination(
        "39", "rejects-50000", "rejected with 50000, nothing is placed; after a real 500 the outcome is unknown"
    ),
)

_CONNECTIONS = (
    Destination("40", "lost-before-placing", "not placed; the connection is reset"),
    Destination("41", "lost-after-placing", "placed; the connection is reset before the response"),
    Destination("42", "silent-after-placing", "placed; no response, and the connection is closed after 120 s"),
    Destination("43", "cut-off-after-placing", "placed; the last byte of the response is missing"),
    Destination("44", "error-after-placing", "placed; the response is 500 with 50000"),
    Destination("45", "not-json-after-placing", "placed; the response is 200 with HTML"),
    Destination("46", "slow-after-placing", "placed; the response comes byte by byte, one each second"),
    Destination("47", "rejects-50300", "rejected with 503 and 50300, nothing is placed"),
)

_CALLBACKS = (
    Destination("50", "callbacks-twice", "every callback is sent twice"),
    Destination("51", "callbacks-out-of-order", "ACE is sent after DiCE; the call continues as if ACE had no reply"),
    Destination("52", "callbacks-late", "every callback is sent 30 s late; the call waits"),
    Destination("53", "callbacks-bad-signature", "callbacks have a wrong signature"),
    Destination("54", "callbacks-clock-ahead", "callbacks carry a timestamp 10 min ahead"),
    Destination("55", "callbacks-no-dice", "DiCE is never sent"),
    Destination("56", "callbacks-flood", "1,000 notifications `recording_available` when it answers"),
    Destination("57", "callbacks-primary-fails", "the primary URL fails, the fallback URL is used"),
)

_PRICES = (
    Destination("60", "costs-0.01", "0.01 USD per minute"),
    Destination("61", "costs-0.20", "0.20 USD per minute"),
    Destination("62", "costs-0.50", "0.50 USD per minute"),
    Destination("63", "costs-5.00", "5.00 USD per minute"),
    Destination("64", "restricted", "restricted; a callout is rejected with 40300"),
)

_RECORDINGS_AND_CONFERENCES = (
    Destination("70", "recorded", "recorded from the answer on, without being asked to; two notifications follow"),
    Destination("71", "transcribed", "like 70, and transcribed: three notifications follow"),
    Destination("72", "recording-fails", "like 70, but the recording fails: `recording_error` 50000"),
    Destination("73", "joins-conference", "after the text of a ttsCallout joins the conference `sandbox`, and stays"),
    Destination("74", "presses-in-conference", "presses `1` 1 s after it has joined a conference", "meet"),
)

_HOSTILE = (
    Destination(
        "80", "hostile-instructions", "instructions to a model, in speech, cookies, headers and user name", "ask"
    ),
    Destination("81", "hostile-bidi", "like 80: characters that change the direction of writing", "ask"),
    Destination("82", "hostile-invisible", "like 80: zero-width and other invisible characters", "ask"),
    Destination("83", "hostile-long", "like 80: 10 kB of text", "ask"),
    Destination("84", "hostile-markdown", "like 80: Markdown with a link, an image, a block of code", "ask"),
    Destination("85", "hostile-json", "like 80: JSON that pretends to end the text", "ask"),
    Destination("86", "hostile-terminal", "like 80: escape sequences and control characters of terminals", "ask"),
    Destination("87", "hostile-html", "like 80: HTML and a script", "ask"),
    Destination("88", "hostile-surrogates", "like 80: halves of surrogate pairs, as JSON escapes", "ask"),
    Destination("89", "hostile-tool-result", "like 80: a text that pretends to be the result of a tool", "ask"),
)

DESTINATIONS: tuple[Destination, ...] = (
    *_BEHAVIOR,
    *_UNANSWERED,
    *_MACHINES,
    *_REJECTIONS,
    *_CONNECTIONS,
    *_CALLBACKS,
    *_PRICES,
    *_RECORDINGS_AND_CONFERENCES,
    *_HOSTILE,
)
"""Every fictional number that differs from 00, and 00, by their digits."""


@dataclass(frozen=True, slots=True)
class PlatformTestNumber:
    """A test number that the platform itself once published; only API clients call it, because the guard refuses it."""

    number: str
    what: str


PLATFORM_TEST_NUMBERS: tuple[PlatformTestNumber, ...] = (
    PlatformTestNumber("+46000000000", "answers"),
    PlatformTestNumber("+4600000000030", "busy at once"),
    PlatformTestNumber("+4600000000031", "busy after ringing"),
    PlatformTestNumber("+4600000000040", "does not answer"),
    PlatformTestNumber("+4600000000050", "FAILED / CONGESTION at once"),
    PlatformTestNumber("+4600000000051", "FAILED / CONGESTION after ringing"),
)
