"""What happens at each number: who is called there, what a call costs, which requests are rejected.

``+1202555 01xx`` are fictional numbers that look real; test numbers that the platform once published work too.
Any other number behaves like ``+12025550100``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sinch_voice_mcp.sandbox.destinations import DESTINATIONS, PREFIX
from sinch_voice_mcp.sandbox.engine.callees import (
    ORDINARY_CALLEE,
    AmdReason,
    AmdStatus,
    Callee,
    CannotBeReached,
    DoesNotAnswer,
    IsBusy,
    MenuReaction,
    PicksUp,
    PressesKeys,
    PressesWrongKeys,
    SimulatedDetection,
    Speaks,
    StaysSilent,
)
from sinch_voice_mcp.sandbox.engine.hostile import HOSTILE
from sinch_voice_mcp.sandbox.engine.outbox import CallbackFault
from sinch_voice_mcp.sandbox.engine.scripts import Script
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.svaml import RecordingOptions, TranscriptionOptions
from sinch_voice_mcp.text.suggestions import nearest

DEFAULT_RATE = Decimal("0.02")
"""Price in USD per minute, unless a number says otherwise."""

INCOMING_RATE = Decimal("0.01")
"""Price in USD per minute of a call that comes in from the telephone network."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """The platform does not accept a request that would call this number."""

    code: int
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class TransportFault:
    """What goes wrong with the connection of a request that would call this number.

    Attributes:
        kind: What the client sees of the response.
        places: Whether the call is placed all the same.
    """

    kind: Literal["reset", "silence", "cut off", "error", "not JSON", "byte by byte"]
    places: bool = True


@dataclass(frozen=True, slots=True)
class NumberProfile:
    """What happens at a number.

    Attributes:
        callee: How the callee behaves.
        callback_fault: What goes wrong with the callbacks of calls to it.
        rate: Price in USD per minute.
        restricted: Whether a lookup reports the number as restricted.
        rejection: Why requests that would call it are rejected; None if they are accepted.
        transport_fault: What goes wrong with the connection of such requests over HTTP; None for nothing.
        script: What the callee does in the call, unless another script is attached; None for nothing special.
        recording: How calls to it are recorded without being asked to; None if they are not.
        recording_fails: Whether every recording fails.
        conference_id: The conference that it joins after a text; None for none.
        hostile: What its callee says and its callbacks contain; None for nothing.
    """

    callee: Callee = ORDINARY_CALLEE
    callback_fault: CallbackFault | None = None
    rate: Decimal = DEFAULT_RATE
    restricted: bool = False
    rejection: Rejection | None = None
    transport_fault: TransportFault | None = None
    script: Script | None = None
    recording: RecordingOptions | None = None
    recording_fails: bool = False
    conference_id: str | None = None
    hostile: str | None = None


ORDINARY = NumberProfile()

PATIENT = NumberProfile(PicksUp(at_menu=StaysSilent()))
"""The caller of a call that comes in, unless the number says otherwise: stays, and gives no input by itself."""


def _at_menu(reaction: MenuReaction) -> NumberProfile:
    return NumberProfile(PicksUp(at_menu=reaction))


def _detected(
    status: AmdStatus, reason: AmdReason, after_s: float, *, beep_after_s: float | None = None
) -> NumberProfile:
    return NumberProfile(PicksUp(detection=SimulatedDetection(status, reason, after_s, beep_after_s)))


def _rejected(code: int, *, retry_after_s: int | None = None, restricted: bool = False) -> NumberProfile:
    return NumberProfile(CannotBeReached("BLOCKED"), restricted=restricted, rejection=Rejection(code, retry_after_s))


FICTIONAL: Mapping[str, NumberProfile] = {
    "00": ORDINARY,
    "01": NumberProfile(PicksUp(after_s=20.0)),
    "02": _at_menu(PressesKeys("1")),
    "03": _at_menu(PressesKeys("1234#")),
    "04": _at_menu(Speaks("yes please")),
    "05": _at_menu(StaysSilent()),
    "06": _at_menu(PressesWrongKeys(3)),
    "07": NumberProfile(PicksUp(leaves_after_s=2.0)),
    "08": _at_menu(StaysSilent()),
    "10": NumberProfile(IsBusy()),
    "11": NumberProfile(DoesNotAnswer()),
    "12": NumberProfile(CannotBeReached("GENERALERROR")),
    "13": NumberProfile(CannotBeReached("CONGESTION")),
    "14": NumberProfile(CannotBeReached("NOCREDITPARTNER")),
    "15": NumberProfile(CannotBeReached("BLOCKED")),
    "16": NumberProfile(CannotBeReached("CANCEL")),
    "17": NumberProfile(CannotBeReached("TIMEOUT")),
    "18": NumberProfile(CannotBeReached("USERNOTFOUND")),
    "19": NumberProfile(CannotBeReached("CALLBACKERROR")),
    "20": _detected("machine", "longgreeting", 4.0),
    "21": _detected("machine", "longgreeting", 4.0, beep_after_s=6.0),
    "22": _detected("machine", "initialsilence", 5.0),
    "23": _detected("human", "greeting", 2.0),
    "24": _detected("notsure", "n/a", 5.0),
    "25": _detected("hangup", "n/a", 1.0),
    "30": _rejected(40001),
    "31": _rejected(40002),
    "32": _rejected(40003),
    "33": _rejected(40004),
    "34": _rejected(40005),
    "35": _rejected(40108),
    "36": _rejected(40301),
    "37": _rejected(40400),
    "38": _rejected(42900, retry_after_s=1),
    # The sandbox places nothing here; after a real 500, the call may have been placed.
    "39": _rejected(50000),
    "40": NumberProfile(transport_fault=TransportFault("reset", places=False)),
    "41": NumberProfile(transport_fault=TransportFault("reset")),
    "42": NumberProfile(transport_fault=TransportFault("silence")),
    "43": NumberProfile(transport_fault=TransportFault("cut off")),
    "44": NumberProfile(transport_fault=TransportFault("error")),
    "45": NumberProfile(transport_fault=TransportFault("not JSON")),
    "46": NumberProfile(transport_fault=TransportFault("byte by byte")),
    "47": _rejected(50300),
    "50": NumberProfile(callback_fault="twice"),
    "51": NumberProfile(callback_fault="out of order"),
    "52": NumberProfile(callback_fault="late"),
    "53": NumberProfile(callback_fault="bad signature"),
    "54": NumberProfile(callback_fault="clock ahead"),
    "55": NumberProfile(callback_fault="no dice"),
    "56": NumberProfile(callback_fault="flood"),
    "57": NumberProfile(callback_fault="primary fails"),
    "60": NumberProfile(rate=Decimal("0.01")),
    "61": NumberProfile(rate=Decimal("0.20")),
    "62": NumberProfile(rate=Decimal("0.50")),
    "63": NumberProfile(rate=Decimal("5.00")),
    "64": _rejected(40300, restricted=True),
    "70": NumberProfile(recording=RecordingOptions()),
    "71": NumberProfile(recording=RecordingOptions(transcription_options=TranscriptionOptions(enabled=True))),
    "72": NumberProfile(recording=RecordingOptions(), recording_fails=True),
    "73": NumberProfile(conference_id="sandbox"),
    "74": NumberProfile(script=Script.read([{"on": "conference", "press": "1"}])),
    **{digits: NumberProfile(PicksUp(at_menu=Speaks(text)), hostile=text) for digits, text in HOSTILE.items()},
}
"""Profiles by the last two digits of ``+1202555 01xx``; the missing ones behave like 00."""

OLD_TEST_NUMBERS: Mapping[str, NumberProfile] = {
    "+46000000000": ORDINARY,
    "+4600000000030": NumberProfile(IsBusy()),
    "+4600000000031": NumberProfile(IsBusy(rings=True)),
    "+4600000000040": NumberProfile(DoesNotAnswer()),
    "+4600000000050": NumberProfile(CannotBeReached("CONGESTION")),
    "+4600000000051": NumberProfile(CannotBeReached("CONGESTION", rings=True)),
}
"""Test numbers that the platform itself once published."""


PROFILES: Mapping[str, NumberProfile] = {row.name: FICTIONAL[row.digits] for row in DESTINATIONS}
"""Profiles by their stable names, such as ``busy`` and ``presses-1``."""

PROFILE_NAMES: tuple[str, ...] = tuple(PROFILES)
"""The names, in the order of the numbers."""


class UnknownProfileError(LookupError):
    """There is no profile of this name; the message suggests the nearest one."""


def profile_of(number: str) -> NumberProfile:
    """Return what happens at a number in E.164 form."""
    if number.startswith(PREFIX) and len(number) == len(PREFIX) + 2:
        return FICTIONAL.get(number[-2:], ORDINARY)
    return OLD_TEST_NUMBERS.get(number, ORDINARY)


def profile_named(name: str) -> NumberProfile:
    """Return the profile of a name, so that any number can behave like a fictional one.

    Raises:
        UnknownProfileError: There is none.
    """
    if name not in PROFILES:
        near = nearest(name, PROFILES)
        hint = f"did you mean `{near}`?" if near else f"such as `{PROFILE_NAMES[0]}` or `{PROFILE_NAMES[-1]}`"
        raise UnknownProfileError(f"must be the name of a behavior; there is no `{name[:40]}`, {hint}")
    return PROFILES[name]


BEHAVIORS = (
    chosen(
        "money",
        "rate",
        "0.02 USD per minute, unless the number or the seed file says otherwise",
        covers=("DEFAULT_RATE",),
    ),
    chosen("money", "rate of calls that come in", "0.01 USD per minute from a telephone", covers=("INCOMING_RATE",)),
)
