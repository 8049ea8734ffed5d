"""Convert a tool's arguments to parts of a request, and JSON paths in errors back to arguments."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager

from sinch_voice_mcp import svaml
from sinch_voice_mcp.errors import InvalidInputError, SvamlError, VoiceError
from sinch_voice_mcp.svaml import (
    ConnectPstn,
    Destination,
    Document,
    Event,
    NumberDestination,
    SipDestination,
    UserDestination,
    prompts,
)
from sinch_voice_mcp.types import JsonObject

_ARGUMENTS = {"conferenceId": "conference_id", "maxDuration": "max_duration", "mohClass": "moh"}
"""Arguments whose names differ from the members of the request."""


@contextmanager
def errors_naming_arguments(arguments: Mapping[str, str]) -> Generator[None]:
    """Replace the JSON path of an error by the argument that it came from.

    Args:
        arguments: Prefixes of JSON paths and the arguments that they stand for; the first that fits wins.
    """
    try:
        yield
    except VoiceError as error:
        error.field = None if error.field is None else _argument_at(error.field, arguments)
        raise


def naming_arguments(warnings: Iterable[str], arguments: Mapping[str, str]) -> list[str]:
    """Replace the JSON path with which a warning begins by the argument that it came from; repeat no warning."""
    return list(dict.fromkeys(_argument_at(warning, arguments) for warning in warnings))


def _argument_at(path: str, arguments: Mapping[str, str]) -> str:
    for prefix, argument in arguments.items():
        if path.startswith(prefix):
            rest = path[len(prefix) :]
            return _ARGUMENTS.get(rest, f"{argument}{rest}")
    return path


def destination_of(to: str) -> Destination:
    """Return the callee: ``sip:user@host``, ``app:NAME``, or else a number, which the guard examines.

    Raises:
        InvalidInputError: An in-app user has no name.
    """
    scheme, _, name = to.strip().partition(":")
    match scheme.lower():
        case "sip":
            return SipDestination(endpoint=name)
        case "app" if not name:
            raise InvalidInputError("`app:` needs the name of an in-app user behind it", field="to")
        case "app":
            return UserDestination(endpoint=name)
        case _:
            return NumberDestination(endpoint=to)


def require_exactly_one(**arguments: object) -> None:
    """Check that exactly one of several arguments was given.

    Raises:
        InvalidInputError: None or several were given.
    """
    given = [name for name, value in arguments.items() if value is not None]
    if len(given) != 1:
        names = " or ".join(f"`{name}`" for name in arguments)
        count = "none was given" if not given else f"{len(given)} were given"
        raise InvalidInputError(f"give exactly one of {names}; {count}", field=next(iter(given or arguments)))


def build_prompt(ssml: str | None, audio_urls: list[str] | None) -> str | None:
    """Return SSML or audio URLs as a prompt string, None for neither.

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


def read_document(document: JsonObject | None, event: Event, argument: str, unknown: list[str]) -> Document | None:
    """Read a document that a callout embeds; its JSON paths begin with the argument's name.

    Args:
        document: The document as given.
        event: The event that it answers.
        argument: The argument's name.
        unknown: Receives the JSON paths of undocumented members.

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
    """Return the document with the caller ID set where it dials a phone and names none.

    Raises:
        InvalidInputError: The document dials no phone, or names another caller ID.
    """
    if document is None or cli is None:
        return document
    if not isinstance(document.action, ConnectPstn):
        raise InvalidInputError("`cli` only goes with an `ice` that dials a phone (connectPstn)", field="cli")
    if document.action.cli not in {None, cli}:
        raise InvalidInputError("`cli` differs from the one inside `ice`; leave one of them out", field="cli")
    return document.model_copy(update={"action": document.action.model_copy(update={"cli": cli})})


def json_text(document: Document | None) -> str | None:
    """Return a document as the JSON text that a callout embeds."""
    return None if document is None else document.to_json()
