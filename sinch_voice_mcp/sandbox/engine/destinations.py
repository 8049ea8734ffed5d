"""The far side of every number: who answers, who is busy, what it costs.

``+1202555 01xx`` are fictional numbers that pass for real ones; the platform's old test numbers work too.
Any other number behaves like ``+12025550100``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sinch_voice_mcp.sandbox.engine.outbox import CallbackFault
from sinch_voice_mcp.sandbox.engine.outcomes import Reason

ANSWER_AFTER_S = 3.0
DEFAULT_RATE = Decimal("0.02")
PREFIX = "+120255501"

AmdStatus = Literal["machine", "human", "notsure", "hangup", "inprogress"]
AmdReason = Literal["longgreeting", "initialsilence", "beep", "greeting", "n/a"]


@dataclass(frozen=True, slots=True)
class Presses:
    """Presses these keys at every menu, once its prompt is over."""

    keys: str


@dataclass(frozen=True, slots=True)
class PressesWrong:
    """Presses a key that is no option, so many times in all."""

    times: int


@dataclass(frozen=True, slots=True)
class Says:
    """Says this at every menu that listens."""

    text: str


@dataclass(frozen=True, slots=True)
class Leaves:
    """Hears the prompt of a menu once, then hangs up after so much silence."""

    after_s: float = 2.0


@dataclass(frozen=True, slots=True)
class StaysSilent:
    """Stays and does nothing."""


AtMenu = Presses | PressesWrong | Says | Leaves | StaysSilent
"""What a person does when asked."""


@dataclass(frozen=True, slots=True)
class Detection:
    """What answering machine detection finds out, and how many seconds after the answer.

    ``beep_after_s`` is how long after that a machine beeps.
    """

    status: AmdStatus = "human"
    reason: AmdReason = "greeting"
    after_s: float = 2.0
    beep_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class PicksUp:
    """Answers ``after_s`` seconds after dialling began; may leave so many seconds into what it hears."""

    after_s: float = ANSWER_AFTER_S
    leaves_after_s: float | None = None
    at_menu: AtMenu = Leaves()
    detection: Detection = Detection()


@dataclass(frozen=True, slots=True)
class IsBusy:
    """Rejects the call, at once or after ringing."""

    rings: bool = False


@dataclass(frozen=True, slots=True)
class RingsOut:
    """Nobody is there; rings for ``limit_s`` seconds where the call sets no dial timeout."""

    limit_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Fails:
    """Cannot be reached, at once or after ringing."""

    reason: Reason
    rings: bool = False


FarSide = PicksUp | IsBusy | RingsOut | Fails


@dataclass(frozen=True, slots=True)
class Refusal:
    """The platform does not even take a request that would ring this number."""

    code: int
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """What happens at a number. ``rate`` is in USD a minute; ``callbacks`` is what goes wrong with them."""

    far_side: FarSide = PicksUp()
    callbacks: CallbackFault | None = None
    rate: Decimal = DEFAULT_RATE
    restricted: bool = False
    refusal: Refusal | None = None


ORDINARY = Destination()


def _at_menu(reaction: AtMenu) -> Destination:
    return Destination(PicksUp(at_menu=reaction))


def _detected(
    status: AmdStatus, reason: AmdReason, after_s: float, *, beep_after_s: float | None = None
) -> Destination:
    return Destination(PicksUp(detection=Detection(status, reason, after_s, beep_after_s)))


def _refused(code: int, *, retry_after_s: int | None = None, restricted: bool = False) -> Destination:
    return Destination(Fails("BLOCKED"), restricted=restricted, refusal=Refusal(code, retry_after_s))


FICTIONAL: Mapping[str, Destination] = {
    "00": ORDINARY,
    "01": Destination(PicksUp(after_s=20.0)),
    "02": _at_menu(Presses("1")),
    "03": _at_menu(Presses("1234#")),
    "04": _at_menu(Says("yes please")),
    "05": _at_menu(StaysSilent()),
    "06": _at_menu(PressesWrong(3)),
    "07": Destination(PicksUp(leaves_after_s=2.0)),
    "08": _at_menu(StaysSilent()),
    "10": Destination(IsBusy()),
    "11": Destination(RingsOut()),
    "12": Destination(Fails("GENERALERROR")),
    "13": Destination(Fails("CONGESTION")),
    "14": Destination(Fails("NOCREDITPARTNER")),
    "15": Destination(Fails("BLOCKED")),
    "16": Destination(Fails("CANCEL")),
    "17": Destination(Fails("TIMEOUT")),
    "18": Destination(Fails("USERNOTFOUND")),
    "19": Destination(Fails("CALLBACKERROR")),
    "20": _detected("machine", "longgreeting", 4.0),
    "21": _detected("machine", "longgreeting", 4.0, beep_after_s=6.0),
    "22": _detected("machine", "initialsilence", 5.0),
    "23": _detected("human", "greeting", 2.0),
    "24": _detected("notsure", "n/a", 5.0),
    "25": _detected("hangup", "n/a", 1.0),
    "30": _refused(40001),
    "31": _refused(40002),
    "32": _refused(40003),
    "33": _refused(40004),
    "34": _refused(40005),
    "35": _refused(40108),
    "36": _refused(40301),
    "37": _refused(40400),
    "38": _refused(42900, retry_after_s=1),
    # Nothing is placed here; a real 500 leaves it open whether the phone will ring.
    "39": _refused(50000),
    "50": Destination(callbacks="twice"),
    "51": Destination(callbacks="out of order"),
    "52": Destination(callbacks="late"),
    "53": Destination(callbacks="bad signature"),
    "54": Destination(callbacks="clock ahead"),
    "55": Destination(callbacks="no dice"),
    "56": Destination(callbacks="flood"),
    "57": Destination(callbacks="primary fails"),
    "60": Destination(rate=Decimal("0.01")),
    "61": Destination(rate=Decimal("0.20")),
    "62": Destination(rate=Decimal("0.50")),
    "63": Destination(rate=Decimal("5.00")),
    "64": _refused(40300, restricted=True),
}
"""By the last two digits of ``+1202555 01xx``; the others behave like 00."""

OLD_TEST_NUMBERS: Mapping[str, Destination] = {
    "+46000000000": ORDINARY,
    "+4600000000030": Destination(IsBusy()),
    "+4600000000031": Destination(IsBusy(rings=True)),
    "+4600000000040": Destination(RingsOut()),
    "+4600000000050": Destination(Fails("CONGESTION")),
    "+4600000000051": Destination(Fails("CONGESTION", rings=True)),
}
"""Test numbers that the platform itself once published."""


def destination(number: str) -> Destination:
    """What happens at a number in E.164 form."""
    if number.startswith(PREFIX) and len(number) == len(PREFIX) + 2:
        return FICTIONAL.get(number[-2:], ORDINARY)
    return OLD_TEST_NUMBERS.get(number, ORDINARY)
