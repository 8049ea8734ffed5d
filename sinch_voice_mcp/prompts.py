"""MCP prompts: Markdown files with TOML front matter, filled with the user's arguments."""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import PromptArgument
from pydantic import BaseModel, ConfigDict, Field

_FENCE = "+++\n"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class DeclaredArgument(BaseModel):
    """An argument of a prompt; ``default`` replaces an optional one that is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    required: bool = False
    default: str = ""


class FrontMatter(BaseModel):
    """The front matter of a prompt file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    description: str
    arguments: tuple[DeclaredArgument, ...] = Field(default=())


def all_prompts() -> list[Prompt]:
    """Return every prompt of the package, sorted by name."""
    return [read_prompt(page.name.removesuffix(".md"), page.read_text("utf-8")) for page in _pages()]


def read_prompt(name: str, page: str) -> Prompt:
    """Parse a prompt file.

    Args:
        name: The prompt's name.
        page: The text of the file.

    Raises:
        ValueError: There is no front matter, or the text uses an argument that it does not declare.
    """
    parts = page.split(_FENCE, 2)
    if len(parts) != 3 or parts[0]:  # noqa: PLR2004 - before, front matter, text
        raise ValueError(f"{name}: a prompt file begins with front matter between two lines of +++")
    front = FrontMatter.model_validate(tomllib.loads(parts[1]))
    text = parts[2].strip()
    declared = {argument.name: argument.default for argument in front.arguments}
    if unknown := set(_PLACEHOLDER.findall(text)) - declared.keys():
        raise ValueError(f"{name}: the text uses {sorted(unknown)}, which the front matter does not declare")

    def fill(**given: str) -> str:
        values = declared | {key: value for key, value in given.items() if value.strip()}
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text)

    return Prompt(
        name=name,
        title=front.title,
        description=front.description,
        arguments=[
            PromptArgument(name=argument.name, description=argument.description, required=argument.required)
            for argument in front.arguments
        ],
        fn=fill,
        context_kwarg=None,
    )


def _pages() -> Iterator[Traversable]:
    shipped: Traversable = files("sinch_voice_mcp") / "_prompts"
    # A wheel carries the files inside the package; in a checkout they are next to it.
    folder = shipped if shipped.is_dir() else Path(__file__).resolve().parent.parent / "prompts"
    yield from sorted((page for page in folder.iterdir() if page.name.endswith(".md")), key=lambda page: page.name)
