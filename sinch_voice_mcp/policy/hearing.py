"""Warnings about what the callee hears otherwise than it was meant. The request is placed all the same."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Speak, SpeakSsml, UseVoice
from sinch_voice_mcp.svaml.speech import SpeechWarning, of_locale, of_ssml, of_text

_MAX_WARNINGS = 5
"""Warnings of one request; a menu in the wrong script would repeat them for every prompt."""


def speech_warnings(case: Case) -> Iterator[str]:
    """Yield each warning about the request's texts and locales once, at its first path."""
    by_message: dict[str, str] = {}
    for path, warning in _found(case):
        by_message.setdefault(warning.message, path)
    warnings = [f"{path}: {message}." for message, path in by_message.items()]
    yield from warnings[:_MAX_WARNINGS]
    if (rest := len(warnings) - _MAX_WARNINGS) > 0:
        yield f"The request has {rest} more like these; check_svaml lists those of a document."


def _found(case: Case) -> Iterator[tuple[str, SpeechWarning]]:
    for effect in case.effects:
        match effect:
            case UseVoice(path, locale):
                yield from ((path, warning) for warning in of_locale(locale))
            case Speak(path, text, locale):
                yield from ((path, warning) for warning in of_text(text, locale))
            case SpeakSsml(path, marked_up, locale):
                yield from ((path, warning) for warning in of_ssml(marked_up, locale))
            case _:
                pass
