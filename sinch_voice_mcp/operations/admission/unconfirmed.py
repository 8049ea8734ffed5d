"""The refusals of requests that a person did not confirm: one for each way in which asking can end."""

from collections.abc import Mapping

from sinch_voice_mcp.errors import RefusedError
from sinch_voice_mcp.operations.requester import PersonAnswer
from sinch_voice_mcp.policy import REFUSALS

_AGAIN = "Send the same request again; the client is then asked to show the question."
_OTHER_CLIENT = "Tell the user to use a client that shows questions (MCP elicitation)."
_COULD_NOT_BE_ASKED = "The person could not be asked"

_ENDINGS: Mapping[PersonAnswer, tuple[str, str | None]] = {
    "no": ("A person was asked to confirm this request, and declined.", None),
    "closed": ("A person was asked to confirm this request, and closed the question without an answer.", None),
    "expired": ("A person was asked to confirm this request, and did not answer within 10 minutes.", None),
    "failed": (
        f"{_COULD_NOT_BE_ASKED}: the client returned an error, or an answer without a `place` that is true or false.",
        None,
    ),
    "cannot_ask": ("A person must confirm each request, but this client cannot ask one.", _OTHER_CLIENT),
    "not_asked": ("A person must confirm this request, but the client did not ask one.", _AGAIN),
}
"""Message and next step, by what became of the question; None is the next step of every missing confirmation."""


def refusal(answer: PersonAnswer) -> RefusedError:
    """Return the refusal of a request whose question ended in this way."""
    message, next_step = _ENDINGS[answer]
    return _refused(message, next_step)


def unusable() -> RefusedError:
    """Return the refusal of an answer that belongs to no question that is open: expired, changed, or of another one."""
    return _refused(
        f"{_COULD_NOT_BE_ASKED}: the answer belongs to a question older than 10 minutes, or to another request.",
        _AGAIN,
    )


def changed() -> RefusedError:
    """Return the refusal of a request that would now do something else than the person was shown."""
    return _refused(
        "While the person was asked, the facts changed, such as the price; the answer does not cover the new ones.",
        _AGAIN,
    )


def too_long(chars: int, most: int) -> RefusedError:
    """Return the refusal of a request whose question is too long for a person to read."""
    return _refused(
        f"{_COULD_NOT_BE_ASKED}: the question would have {chars} characters, at most {most} are shown in full.",
        "Shorten the texts, or send a request with fewer numbers or a smaller call flow.",
    )


def _refused(message: str, next_step: str | None) -> RefusedError:
    row = REFUSALS["consent"]
    return RefusedError(
        message, rule=row.code, value="", how_to_change=row.how_to_change, next_step=row.steps(next_step)
    )
