"""YAML: documents with a JSON value, read by the core schema of YAML 1.2, so that ``no`` is text and ``08`` a number.

The library parses the text to nodes that know their place; the values, the limits and the edits are ours.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

import yaml

from sinch_voice_mcp.svaml.findings import Location, Step
from sinch_voice_mcp.svaml.limits import MAX_JSON_DEPTH
from sinch_voice_mcp.svaml.reading.jsontext import (
    NotJsonError,
    Parsed,
    Position,
    UnreadableNumberError,
    decoded,
    finite,
    integer,
    position_at,
)
from sinch_voice_mcp.svaml.reading.notation import Edit
from sinch_voice_mcp.svaml.reading.source import JSON, as_json, steps_of_pointer
from sinch_voice_mcp.types import JsonObject

_MAX_NODES = 100_000
"""Values of a document, those behind aliases counted each time: a few aliases of aliases can stand for billions."""

_TAG = "tag:yaml.org,2002:"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CREDENTIALS = re.compile(r"credentials[\"']?\s*:", re.IGNORECASE)


class _Loader(yaml.SafeLoader):
    """Resolves plain scalars by the core schema of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the library's own attribute, filled below


_VALUES: dict[str, Callable[[str], object]] = {
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": lambda text: int(text, 0) if text[:2] in {"0x", "0o"} else integer(text),
    "float": finite,
    "str": str,
}
for _name, _pattern, _first in (
    ("null", r"(?:~|null|Null|NULL|)\Z", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)\Z", list("tTfF")),
    ("int", r"(?:[-+]?[0-9]+|0o[0-7]{1,99}|0x[0-9a-fA-F]{1,99})\Z", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.?[0-9]*)(?:[eE][-+]?[0-9]+)?\Z", list("-+.0123456789")),
):
    cast("Any", _Loader).add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)


@dataclass(slots=True)
class _Values:
    """Turns nodes into values.

    Attributes:
        text: The text of the document.
        duplicates: Members that were written more than once.
        nodes: How many nodes have been read.
    """

    text: str
    duplicates: list[Location] = field(default_factory=list[Location])
    nodes: int = 0

    def value(self, node: yaml.Node, location: Location = ()) -> object:
        """Return the value of a node."""
        self.nodes += 1
        if self.nodes > _MAX_NODES:
            raise self.error(f"aliases make more than {_MAX_NODES:,} values of it", node)
        if len(location) > MAX_JSON_DEPTH:
            raise self.error(f"objects and arrays are nested more than {MAX_JSON_DEPTH} deep", node)
        match node:
            case yaml.MappingNode():
                return self._object(node, location)
            case yaml.SequenceNode():
                return [self.value(item, (*location, index)) for index, item in enumerate(_items(node))]
            case _:
                return self._scalar(node)

    def _object(self, node: yaml.MappingNode, location: Location) -> JsonObject:
        members: JsonObject = {}
        for key, value in _members(node):
            if not isinstance(key, yaml.ScalarNode):
                raise self.error("the name of a member is no text", key)
            name = _text(key)
            if name in members and (*location, name) not in self.duplicates:
                self.duplicates.append((*location, name))
            members[name] = self.value(value, (*location, name))
        return members

    def _scalar(self, node: yaml.Node) -> object:
        convert = _VALUES.get(node.tag.removeprefix(_TAG))
        if convert is None:
            raise self.error(f"the tag {node.tag.removeprefix(_TAG)[:40]} has no JSON value", node)
        try:
            return convert(_text(node))
        except UnreadableNumberError as error:
            raise self.error(str(error), node) from None
        except ValueError:
            raise self.error(f"this is no {node.tag.removeprefix(_TAG)}", node) from None

    def error(self, message: str, node: yaml.Node) -> NotJsonError:
        """Return the error about a node."""
        return NotJsonError(message, position_at(self.text, _start(node)), "YAML")


def _members(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    return cast("list[tuple[yaml.Node, yaml.Node]]", node.value) if isinstance(node, yaml.MappingNode) else []


def _items(node: yaml.Node) -> list[yaml.Node]:
    return cast("list[yaml.Node]", node.value) if isinstance(node, yaml.SequenceNode) else []


def _text(node: yaml.Node) -> str:
    # JSON escapes a character as a pair of surrogates, which the library leaves apart.
    text = str(node.value)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") if _SURROGATE.search(text) else text


def _start(node: yaml.Node) -> int:
    return cast("Any", node.start_mark).index


def _end(node: yaml.Node, text: str) -> int:
    """Return the offset after a node; the library's own lies behind the white space after blocks."""
    end = cast("Any", node.end_mark).index
    return _start(node) + len(text[_start(node) : end].rstrip())


# A text is read several times: for its value, for positions, and for credentials. This is its slowest part by far.
@lru_cache(maxsize=4)
def _composed(text: str) -> yaml.Node:
    """Return the root of a text.

    Raises:
        NotJsonError: It is not YAML, has several documents or none, or is nested too deeply.
    """
    try:
        root = yaml.compose(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = position_at(text, cast("Any", mark).index) if mark else None
        # The library's sentence can begin in the context: "expected a single document, but found another".
        parts = [part for part in (error.context, error.problem) if part]
        message = ", ".join(parts) if parts[-1].startswith("but ") else parts[-1]
        raise NotJsonError(message, position, "YAML") from None
    except yaml.YAMLError as error:
        # The library's reader: a character that YAML does not allow.
        at = getattr(error, "position", None)
        where = position_at(text, at) if isinstance(at, int) else None
        raise NotJsonError("a character is not allowed", where, "YAML") from None
    except ValueError as error:
        # An escape for a character that does not exist.
        raise NotJsonError(str(error), language="YAML") from None
    except RecursionError:
        message = f"objects and arrays are nested more than {MAX_JSON_DEPTH} deep"
        raise NotJsonError(message, language="YAML") from None
    if root is None:
        raise NotJsonError("the text is empty", language="YAML")
    return root


@dataclass(frozen=True, slots=True)
class _Found:
    """A value in a text: its node, and the node of its name if it is a member."""

    node: yaml.Node
    key: yaml.Node | None


def _inner(node: yaml.Node, step: Step) -> _Found | None:
    """Return a member or item of a node; of a member that is written twice, the last."""
    found = None
    for key, value in _members(node):
        if _text(key) == str(step):
            found = _Found(value, key)
    for index, item in enumerate(_items(node)):
        if str(index) == str(step):
            found = _Found(item, None)
    return found


def _find(root: yaml.Node, location: Location) -> _Found | None:
    found: _Found | None = _Found(root, None)
    for step in location:
        if found is None:
            return None
        found = _inner(found.node, step)
    return found


class Yaml:
    """YAML with a JSON value."""

    def parse(self, text: str | bytes) -> Parsed:
        """Return the value of a text."""
        text = decoded(text, "YAML")
        values = _Values(text)
        value = values.value(_composed(text))
        return Parsed(value, tuple(values.duplicates))

    def locate(self, text: str, locations: Iterable[Location]) -> Sequence[Position]:
        """Return where values begin."""
        # An alias inside its own anchor is found here, before anything follows it.
        self.parse(text)
        root = _composed(text)
        return [position_at(text, _nearest(root, location)) for location in locations]

    def edit(self, text: str, operation: JsonObject) -> Edit | None:
        """Return an operation as an edit."""
        root = _composed(text)
        location = steps_of_pointer(str(operation["path"]))
        found = _find(root, location)
        match operation["op"]:
            case "replace" if found is not None:
                return _replacement(text, found.node, operation["value"])
            case "move" if found is None:
                origin = steps_of_pointer(str(operation["from"]))
                moved = _find(root, origin) if origin[:-1] == location[:-1] else None
                return None if moved is None or moved.key is None else _replacement(text, moved.key, location[-1])
            case "add" if found is None:
                holder = _find(root, location[:-1])
                return None if holder is None else _addition(text, holder.node, location[-1], operation["value"])
            case "add" if found is not None and found.node.tag == f"{_TAG}null":
                return _replacement(text, found.node, operation["value"])
            case _:
                return None

    def rewritten(self, text: str, value: object) -> str | None:  # noqa: ARG002 - comments would always get lost
        """Return None: the library would lose comments, anchors and layout."""
        return None

    def secrets(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where credentials stand; in a text that cannot be read, all that follows the first of them."""
        yield from JSON.secrets(text)
        try:
            self.parse(text)
            yield from _credentials(_composed(text), text)
        except NotJsonError:
            if (found := _CREDENTIALS.search(text)) is not None:
                yield found.end(), len(text)


YAML = Yaml()


def _nearest(root: yaml.Node, location: Location) -> int:
    here = root
    for step in location:
        inner = _inner(here, step)
        if inner is None:
            break
        here = inner.node
    return _start(here)


def _credentials(root: yaml.Node, text: str) -> Iterator[tuple[int, int]]:
    waiting = [root]
    while waiting:
        here = waiting.pop()
        for key, value in _members(here):
            if _text(key).lower() == "credentials":
                yield _start(value), _end(value, text)
            waiting.append(value)
        waiting.extend(_items(here))


def _replacement(text: str, node: yaml.Node, value: object) -> Edit | None:
    start, end = _start(node), _end(node, text)
    if not isinstance(node, yaml.ScalarNode) and "#" in text[start:end]:
        # The value could hold a comment.
        return None
    space = " " if text[start - 1 : start] == ":" else ""
    quoted = isinstance(node, yaml.ScalarNode) and node.style in {"'", '"'}
    return Edit(start, end, space + _written(value, quoted=quoted))


def _written(value: object, *, quoted: bool = False) -> str:
    """Write a value on one line; JSON is YAML, and a simple text needs no quotes."""
    if isinstance(value, str) and not quoted and _PLAIN.fullmatch(value) and _is_text(value):
        return value
    return as_json(value)


def _is_text(plain: str) -> bool:
    return _composed(plain).tag == f"{_TAG}str"


def _addition(text: str, holder: yaml.Node, name: Step, value: object) -> Edit | None:
    """Add a member before the second one, or before the only one: there the indentation is known."""
    members = _members(holder)
    if not isinstance(holder, yaml.MappingNode) or not members:
        return None
    at = _start(members[1][0] if len(members) > 1 else members[0][0])
    separator = ", " if holder.flow_style else "\n" + " " * (position_at(text, at).column - 1)
    return Edit(at, at, f"{_written(name)}: {_written(value)}{separator}")
