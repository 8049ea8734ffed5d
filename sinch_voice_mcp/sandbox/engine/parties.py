"""What callers and callees do when a test, a script or a person acts for them."""

from sinch_voice_mcp.sandbox.engine import dialing, handlers, menus
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import Ringing


def press(session: Session, index: int, keys: str) -> None:
    """Let the party on a leg press keys, all at once.

    Raises:
        RejectedError: 40001 for a character that is not a key, 40400 if no party is on that leg.
    """
    for key in keys:
        _check_on_the_phone(session, index)
        if key not in menus.KEYS:
            raise RejectedError(40001, f"`{key}` is not a key")
        handlers.key_pressed(session, index, key)


def speak(session: Session, index: int, text: str) -> None:
    """Let the party on a leg say something.

    Raises:
        RejectedError: 40400 if no party is on that leg.
    """
    _check_on_the_phone(session, index)
    handlers.party_spoke(session, index, text)


def hang_up(session: Session, index: int) -> None:
    """Let the party on a leg hang up; a caller can do that before the answer, too.

    Raises:
        RejectedError: 40400 if no party is on that leg.
    """
    _check_on_the_phone(session, index)
    handlers.party_hung_up(session, index)


def pick_up(session: Session) -> None:
    """Let the callee whose phone rings answer now.

    Raises:
        RejectedError: 40900 if no phone of the call rings.
    """
    dialing.pick_up(session, _ringing(session))


def reject(session: Session) -> None:
    """Let the callee whose phone rings reject the call now.

    Raises:
        RejectedError: 40900 if no phone of the call rings.
    """
    dialing.reject(session, _ringing(session))


def _check_on_the_phone(session: Session, index: int) -> None:
    legs = session.call.legs
    leg = legs[index] if 0 <= index < len(legs) else None
    if leg is None or leg.ended_at is not None or (leg.answered_at is None and not leg.is_caller):
        raise RejectedError(40400, f"No party is on leg {index}")


def _ringing(session: Session) -> int:
    match session.call.activity:
        case Ringing(leg=index):
            return index
        case _:
            raise RejectedError(40900, "No phone of this call rings")
