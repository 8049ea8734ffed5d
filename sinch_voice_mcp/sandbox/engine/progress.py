"""What happens to a call when one of its timers is due."""

from sinch_voice_mcp.sandbox.engine import dialling, dialogue, flow, menus
from sinch_voice_mcp.sandbox.engine.events import (
    Answers,
    Beeps,
    Detected,
    Event,
    FarSideLeaves,
    FarSidePresses,
    FarSideSpeaks,
    GivesUp,
    InstructionOver,
    LimitReached,
    PromptOver,
    Rings,
    Sends,
    SilenceOver,
    Starts,
    UtteranceOver,
)
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.state import Call


def happen(exchange: Exchange, event: Event) -> None:
    """Let a due event happen. Its call is never over: the end of a call takes its timers back."""
    if isinstance(event, Sends):
        # Only what is sent late outlives its call.
        exchange.post(event.outgoing)
        return
    call = exchange.calls[event.call_id]
    match event:
        case FarSidePresses() | FarSideSpeaks() | PromptOver() | SilenceOver() | UtteranceOver():
            _at_menu(exchange, call, event)
        case Detected():
            dialogue.detected(exchange, call)
        case Beeps():
            dialogue.beeped(exchange, call)
        case FarSideLeaves(leg=index):
            dialogue.left(exchange, call, index)
        case _:
            _on_the_way(exchange, call, event)


def _on_the_way(
    exchange: Exchange, call: Call, event: Starts | Rings | Answers | GivesUp | InstructionOver | LimitReached
) -> None:
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
        case LimitReached():
            exchange.end(call, "ANSWERED", "TIMEOUT")


def _at_menu(
    exchange: Exchange,
    call: Call,
    event: FarSidePresses | FarSideSpeaks | PromptOver | SilenceOver | UtteranceOver,
) -> None:
    run = call.menu
    if run is None:
        raise TypeError(f"{type(event).__name__} is taken back when a menu is left")
    match event:
        case FarSidePresses(leg=index, keys=keys):
            if len(keys) > 1:
                exchange.after(menus.BETWEEN_KEYS_S, ("react", index), FarSidePresses(call.id, index, keys[1:]))
            dialogue.pressed(exchange, call, keys[0])
        case FarSideSpeaks(text=text):
            menus.speak(exchange, call, run, text)
        case PromptOver():
            menus.prompt_over(exchange, call, run)
        case SilenceOver():
            dialogue.result(exchange, call, menus.silence_over(exchange, call, run))
        case UtteranceOver(text=text):
            dialogue.result(exchange, call, menus.utterance_over(exchange, call, run, text))
