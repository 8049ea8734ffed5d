"""What happens to a call when one of its timers is due."""

from sinch_voice_mcp.sandbox.engine import dialling, flow
from sinch_voice_mcp.sandbox.engine.events import (
    Answers,
    Event,
    FarSideLeaves,
    GivesUp,
    InstructionOver,
    LimitReached,
    Rings,
    Starts,
)
from sinch_voice_mcp.sandbox.engine.exchange import Exchange


def happen(exchange: Exchange, event: Event) -> None:
    """Let a due event happen. Its call is never over: the end of a call takes its timers back."""
    call = exchange.calls[event.call_id]
    match event:
        case Starts():
            flow.start(exchange, call)
        case Rings(leg=index):
            dialling.ring(exchange, call, index)
        case Answers(leg=index):
            dialling.answer(exchange, call, index)
            flow.answered(exchange, call, index)
        case GivesUp(leg=index, result=result, reason=reason):
            flow.unanswered(exchange, call, index, result, reason)
        case InstructionOver():
            flow.proceed(exchange, call)
        case FarSideLeaves():
            exchange.end(call, "ANSWERED", "CALLEEHANGUP")
        case LimitReached():
            exchange.end(call, "ANSWERED", "TIMEOUT")
