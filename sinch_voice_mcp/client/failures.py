"""The error that is raised when the last try is over."""

from sinch_voice_mcp.client.repeats import Manner
from sinch_voice_mcp.client.sending import NotSent
from sinch_voice_mcp.client.verdicts import Refusal, Unsure
from sinch_voice_mcp.errors import NotSentError, OutcomeUnknownError, UnavailableError, VoiceError


def failure(last: Refusal | NotSent | Unsure, earlier: Unsure | None, manner: Manner) -> VoiceError:
    """The error of a request.

    Args:
        last: What the last try came to.
        earlier: A try before it that the platform may have seen. What came of that one stays unknown
            whatever a later one says: a hang-up that was carried out makes the next one "not found".
        manner: What kind of request it was.
    """
    match last:
        case Unsure():
            return unclear(last, manner)
        case NotSent():
            reason = f"The platform was not reached: {last.reason}."
            return NotSentError(reason) if earlier is None else unclear(earlier, manner)
        case Refusal():
            if earlier is None or manner.asks:
                return last.error
            return unclear(earlier, manner, then=f"; asked again, the platform said: {last.error.message}")


def unclear(unsure: Unsure, manner: Manner, *, then: str = "") -> VoiceError:
    """The error where no usable answer came: harmless for a question, an open outcome for a change."""
    reason = f"{unsure.reason}{then}".rstrip(".")
    if manner.asks:
        return _unanswered(unsure, reason)
    next_step = f"{manner.next_step} {unsure.next_step or ''}".strip()
    error = OutcomeUnknownError(f"{manner.may_have} What is known: {reason}.", next_step=next_step)
    error.retry_safe = manner.repeatable
    return error


def _unanswered(unsure: Unsure, reason: str) -> UnavailableError:
    said = unsure.said
    return UnavailableError(
        f"There is no usable answer: {reason}.",
        status=unsure.status,
        error_code=None if said is None else said.error_code,
        reference=None if said is None else said.reference,
        retry_after=unsure.retry_after,
        next_step=unsure.next_step,
    )
