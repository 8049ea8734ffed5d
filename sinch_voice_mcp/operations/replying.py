"""Callouts that are answered by this server: what is kept back, and said when the platform asks for it."""

from sinch_voice_mcp.ports import Replies
from sinch_voice_mcp.svaml import Document, Hangup
from sinch_voice_mcp.wire.callouts import CustomCalloutRequest


def withhold_replies(request: CustomCalloutRequest) -> tuple[CustomCalloutRequest, Replies]:
    """The callout without what answers its events, and those answers.

    Where the platform has them inline, it tells nobody who answered and what was pressed. A machine hears
    nothing: the call ends. So does one that was left before it was known who answered.
    """
    callout = request.custom_callout
    hang_up = Document(action=Hangup()).to_json()
    bare = callout.model_copy(update={"ace": None, "pie": None})
    replies = {
        "ace": callout.ace or hang_up,
        "ace.machine": hang_up,
        "ace.hangup": hang_up,
        "pie.return": callout.pie or hang_up,
        "pie.sequence": callout.pie or hang_up,
        "pie": hang_up,
    }
    return request.model_copy(update={"custom_callout": bare}), replies
