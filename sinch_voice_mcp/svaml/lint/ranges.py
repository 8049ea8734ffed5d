"""Rules about numbers and closed sets of values: what the platform documents, and what can be meant.

Where the platform documents no bound, that of the guard or of common sense gives a warning.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sinch_voice_mcp.svaml.findings import Finding, Location
from sinch_voice_mcp.svaml.limits import (
    MAX_CALL_S,
    MAX_DIGITS,
    MAX_INPUT_MS,
    MAX_PARK_S,
    MAX_REPEATS,
    MAX_RINGING_S,
    MAX_SAMPLE_RATE,
    MAX_TIMEOUT_MS,
    MIN_SAMPLE_RATE,
    STREAMING_VERSION,
)
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Target
from sinch_voice_mcp.types import JsonObject, is_object

_RECORDING_FORMATS = ("mp3", "wav")
_MS_PER_S = 1_000


@dataclass(frozen=True, slots=True)
class _Range:
    """The numbers that a member can sensibly have, and what they count."""

    least: int
    most: int
    unit: str

    def problem(self, member: str, number: int) -> str | None:
        """Return what is wrong with a number; None if nothing is."""
        if self.unit == "ms" and 0 < number < _MS_PER_S:
            seconds = f"; if {number} s is meant, write {number}000" if number * _MS_PER_S <= self.most else ""
            return f"`{member}` is in milliseconds, and {number} ms leave no time to react{seconds}"
        if self.least <= number <= self.most:
            return None
        return f"`{member}` is {self.least:,} to {self.most:,}{self._unit()}, and this is {number:,}"

    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""


_PAUSE = _Range(_MS_PER_S, MAX_TIMEOUT_MS, "ms")
_KEYS = _Range(1, MAX_DIGITS, "keys")
_MENU: Mapping[str, _Range] = {
    "repeats": _Range(0, MAX_REPEATS, "times"),
    "maxDigits": _KEYS,
    "timeoutMills": _PAUSE,
    "maxTimeoutMills": _Range(_MS_PER_S, MAX_INPUT_MS, "ms"),
}
_ACTION: Mapping[str, _Range] = {"dialTimeout": _Range(1, MAX_RINGING_S, "s")}
_INSIDE: Mapping[str, Mapping[str, _Range]] = {
    "conferenceDtmfOptions": {"maxDigits": _KEYS, "timeoutMills": _PAUSE},
    "streamingOptions": {
        "sampleRate": _Range(MIN_SAMPLE_RATE, MAX_SAMPLE_RATE, "Hz"),
        "version": _Range(STREAMING_VERSION, STREAMING_VERSION, ""),
    },
}
"""The ranges of the numbers in an object inside the action, by its name."""


def out_of_range(target: Target) -> Iterator[Finding]:
    """SV013: a number outside the range that is documented or can be meant."""
    yield from target.read("SV013")
    yield from _checked(target, ("action",), target.action, _ACTION)
    for member, ranges in _INSIDE.items():
        if is_object(inner := target.action.get(member)):
            yield from _checked(target, ("action", member), inner, ranges)
    for location, menu in target.menus:
        yield from _checked(target, location, menu, _MENU)


def _checked(target: Target, location: Location, holder: JsonObject, ranges: Mapping[str, _Range]) -> Iterator[Finding]:
    reported = {finding.location for finding in target.normalizer.findings if finding.level == "error"}
    for member, allowed in ranges.items():
        number, where = holder.get(member), (*location, member)
        if isinstance(number, int) and not isinstance(number, bool) and target.source(where) not in reported:
            problem = allowed.problem(member, number)
            if problem is not None:
                yield target.finding("SV013", "warning", where, problem)


def not_a_value(target: Target) -> Iterator[Finding]:
    """SV033: a value outside the documented ones."""
    yield from target.read("SV033")
    for location, options in target.recordings:
        kind = options.get("format")
        if isinstance(kind, str) and kind not in _RECORDING_FORMATS:
            message = f"a recording is stored as {' or '.join(_RECORDING_FORMATS)}; change `format`"
            yield target.finding("SV033", "warning", (*location, "format"), message)


RULES = (
    LintRule("SV013", "error", "Number out of range", f"`maxDuration` is 1 to {MAX_CALL_S:,} seconds, of `park` at "
             f"most {MAX_PARK_S}. A warning: `dialTimeout` is 1 to {MAX_RINGING_S} seconds, `repeats` at most "
             f"{MAX_REPEATS}, `maxDigits` 1 to {MAX_DIGITS}, `timeoutMills` {_MS_PER_S:,} to {MAX_TIMEOUT_MS:,}, "
             f"`maxTimeoutMills` {_MS_PER_S:,} to {MAX_INPUT_MS:,}, `sampleRate` {MIN_SAMPLE_RATE:,} to "
             f"{MAX_SAMPLE_RATE:,}, `version` {STREAMING_VERSION}.", out_of_range),
    LintRule("SV033", "error", "Not a documented value", "`transport`, `moh` (`mohClass`), `mode`, `domain`, "
             "`indications` and, as a warning, `format` have one of their documented values.", not_a_value),
)  # fmt: skip
