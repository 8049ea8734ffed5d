"""How calls end, in plain words: every result and reason that Sinch documents.

Every tool, resource, command and page of the documentation takes its words from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

NONE_YET = "N/A"
"""The platform's word for a result or reason that a call does not have, or not yet."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A result or reason of a call.

    Attributes:
        code: The platform's word.
        kind: A result says how a call ended, a reason why.
        words: What it means, as the end of a sentence: ``The call ended: the callee hung up.``
        advice: What to do about it.
    """

    code: str
    kind: Literal["result", "reason"]
    words: str
    advice: str


def _by_code(*endings: Ending) -> Mapping[str, Ending]:
    return MappingProxyType({ending.code: ending for ending in endings})


def _result(code: str, words: str, advice: str) -> Ending:
    return Ending(code, "result", words, advice)


def _reason(code: str, words: str, advice: str) -> Ending:
    return Ending(code, "reason", words, advice)


_NOTHING = "Nothing has to be done."
_AGAIN = "Ask the user whether to call again later."

RESULTS = _by_code(
    _result(NONE_YET, "not answered and not over yet", "Wait with wait_for_call."),
    _result("ANSWERED", "answered", "A human or a machine answered; the reason says what ended the call."),
    _result("BUSY", "the line was busy", _AGAIN),
    _result("NOANSWER", "not answered", _AGAIN),
    _result("FAILED", "not connected", "The reason says why; correct that before another call."),
)
"""How a call ended; from Sinch's documentation of ``result``."""

REASONS = _by_code(
    _reason(NONE_YET, "no reason was given", "The result says how the call ended."),
    _reason("ESTABLISHED", "it was connected", _NOTHING),
    _reason("OTHERPEERANSWERED", "it was answered on another device", _NOTHING),
    _reason(
        "TIMEOUT",
        "its time limit was reached",
        "Unanswered: ask the user whether to call again later. Answered: the longest duration was reached.",
    ),
    _reason("CALLERHANGUP", "the caller hung up", _NOTHING),
    _reason("CALLEEHANGUP", "the callee hung up", "The callee may not have heard everything: ask the user."),
    _reason("MANAGERHANGUP", "the flow ended it after speaking, or a request ended it", "It is the normal end."),
    _reason(
        "BLOCKED",
        "the account may not call this destination",
        "Ask the owner to have Sinch allow the destination; calling again will not help.",
    ),
    _reason(
        "NOCREDITPARTNER",
        "the account has no credit: top it up in the dashboard",
        "Ask the owner to add credit in Sinch's dashboard, then call again.",
    ),
    _reason("CANCEL", "it was canceled before it was answered", "Ask the user whether to call again."),
    _reason("CLIENTNETWORK", "the network of the in-app user failed", _AGAIN),
    _reason("CONGESTION", "the telephone network had no free line to the callee", _AGAIN),
    _reason("USERNOTFOUND", "there is no such in-app user", "Check the name of the user with the owner."),
    _reason(
        "CALLBACKERROR",
        "the callback URL gave no valid reply",
        "Ask the owner to run `sinch-voice-mcp callbacks check`, which finds out why.",
    ),
    _reason(
        "GENERALERROR",
        "the platform failed",
        "Ask the user whether to call again; the owner can ask Sinch.",
    ),
    _reason("INVALIDSVAMLACTION", "the platform could not run the SVAML", "Check the SVAML with check_svaml."),
)
"""Why a call ended; from Sinch's documentation of ``reason``, whose list may grow."""

_UNKNOWN = "the platform gave a reason that this server does not know"


def why_in(report: Mapping[str, object]) -> str:
    """Return why a call ended, of a row that reports its ``result`` and ``reason``; see :func:`why`."""
    result, reason = report.get("result"), report.get("reason")
    return why(result if isinstance(result, str) else None, reason if isinstance(reason, str) else None)


def why(result: str | None, reason: str | None) -> str:
    """Return why a call ended, as the end of a sentence: ``the callee hung up``."""
    # The platform's reason for a busy line is CANCEL, which says less.
    if result == "BUSY":
        return RESULTS[result].words
    if result == "NOANSWER" and reason == "TIMEOUT":
        return "it rang until its time limit"
    if result == "NOANSWER" and reason == "MANAGERHANGUP":
        return "the flow or a request ended it before it was answered"
    if reason not in {None, NONE_YET}:
        found = REASONS.get(reason or "")
        return _UNKNOWN if found is None else found.words
    found = RESULTS.get(result or "")
    return _UNKNOWN if found is None else found.words


def explained(code: str) -> list[Ending]:
    """Return what a code means, in any letter case; ``N/A`` is both a result and a reason, others are one or none."""
    found = (every.get(code.upper()) for every in (RESULTS, REASONS))
    return [ending for ending in found if ending is not None]
