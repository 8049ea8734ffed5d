"""From what a model gives to what is asked for, and back: errors name the argument, not our request."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from sinch_voice_mcp import svaml
from sinch_voice_mcp.errors import InvalidInputError, SvamlError, VoiceError
from sinch_voice_mcp.svaml import ConnectPstn, Document, Event, prompts
from sinch_voice_mcp.types import JsonObject

_SNAKE = {"conferenceId": "conference_id", "maxDuration": "max_duration", "mohClass": "moh"}


@contextmanager
def named(places: Mapping[str, str]) -> Generator[None]:
    """Translate the JSON path of an error into the argument that it came from.

    Args:
        places: Beginnings of JSON paths and what stands for them; the first that fits wins.
    """
    try:
        yield
    except VoiceError as error:
        error.field = None if error.field is None else _named(error.field, places)
        raise


def _named(path: str, places: Mapping[str, str]) -> str:
    for beginning, argument in places.items():
        if path.startswith(beginning):
            rest = path[len(beginning) :]
            return _SNAKE.get(rest, f"{argument}{rest}")
    return path


def exactly_one(**arguments: object) -> None:
    """Insist on one of several arguments.

    Raises:
        InvalidInputError: None or several were given.
    """
    given = [name for name, value in arguments.items() if value is not None]
    if len(given) != 1:
        names = " or ".join(f"`{name}`" for name in arguments)
        said = "none was given" if not given else f"{len(given)} were given"
        raise InvalidInputError(f"give exactly one of {names}; {said}", field=next(iter(given or arguments)))


def spoken_prompt(ssml: str | None, audio_urls: list[str] | None) -> str | None:
    """SSML or audio as a prompt string, None for neither.

    Raises:
        PromptError: A bracket would end an item early; names the argument.
    """
    if ssml is not None:
        return _built("ssml", [prompts.SsmlPart(ssml)])
    return None if audio_urls is None else _built("audio_urls", [prompts.AudioPart(url) for url in audio_urls])


def _built(argument: str, parts: list[prompts.Part]) -> str:
    try:
        return prompts.build(parts)
    except prompts.PromptError as error:
        error.field = argument
        raise


def embedded(document: JsonObject | None, event: Event, argument: str, unknown: list[str]) -> Document | None:
    """A document that goes into a callout; its JSON paths begin with the argument's name.

    Raises:
        SvamlError: The document has an error.
    """
    if document is None:
        return None
    try:
        reading = svaml.read(document, event)
    except SvamlError as error:
        raise SvamlError(error.message, path=f"$.{argument}{error.path[1:]}", rule=error.rule) from None
    unknown.extend(f"$.{argument}{member.path[1:]}" for member in reading.unknown)
    return reading.document


def with_cli(document: Document | None, cli: str | None) -> Document | None:
    """The same document with the caller id where it dials a phone and names none.

    Raises:
        InvalidInputError: The caller id has nowhere to go, or the document already names another.
    """
    if document is None or cli is None:
        return document
    if not isinstance(document.action, ConnectPstn):
        raise InvalidInputError("`cli` only goes with an `ice` that dials a phone", field="cli")
    if document.action.cli not in {None, cli}:
        raise InvalidInputError("`cli` differs from the one inside `ice`; leave one of them out", field="cli")
    return document.model_copy(update={"action": document.action.model_copy(update={"cli": cli})})


def json_text(document: Document | None) -> str | None:
    """A document as the JSON text that goes into a callout."""
    return None if document is None else document.to_json()
