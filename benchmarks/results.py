"""How many tokens the results of twelve tasks cost a model that reads them.

Run with ``python -m benchmarks.results``; ``--save FILE`` keeps the counts, ``--before FILE`` shows kept ones beside
today's, ``--show`` prints the texts. Tokens are counted with the encoding o200k_base if tiktoken and its vocabulary are
installed. Otherwise they are estimated from the same division of a text into words, numbers and signs.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.types import TextContent

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.settings import load

OWN, ANNA, BEN, CARLA = "+14155550100", "+12025550100", "+12025550108", "+12025550102"
SPEED = "200"
HELLO = {"to": ANNA, "cli": OWN, "text": "Hello Anna, your table for two is ready. See you soon!"}
MENU: dict[str, object] = {
    "name": "runMenu",
    "locale": "en-US",
    "menus": [
        {
            "id": "main",
            "mainPrompt": "#tts[Press 1 to book, 2 for opening hours.]",
            "options": [{"dtmf": "1", "action": "return(book)"}, {"dtmf": "2", "action": "return(hours)"}],
        }
    ],
}
WRONG = {"instructions": [{"name": "say", "txt": "Hello"}], "action": {"name": "hangup"}}

_PIECES = re.compile(r"\s*\n+\s*| ?[^\W\d_]+|\d{1,3}|\s+| ?[^\w\s]+|_+")
"""Approximately the pieces that o200k_base never joins in one token."""
_LONG_WORD = 8
_SIGNS = 3


def estimated(text: str) -> int:
    """Estimate the tokens of a text: one for a word of up to eight letters, three digits or three signs."""
    pieces = (piece.strip(" ") or piece for piece in _PIECES.findall(text))
    return sum(-(-len(piece) // (_LONG_WORD if piece.isalpha() else _SIGNS)) for piece in pieces)


def counter() -> tuple[str, Callable[[str], int]]:
    """Return how tokens are counted, and the function that does it."""
    try:
        tiktoken: Any = import_module("tiktoken")
        encode: Callable[[str], list[int]] = tiktoken.get_encoding("o200k_base").encode
    # Without a network, loading the vocabulary fails in many ways.
    except Exception:  # noqa: BLE001 - an estimate follows
        return "estimated", estimated
    return "o200k_base", lambda text: len(encode(text))


class Conversation:
    """Calls tools, and keeps the text of each result under the name of its task."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.texts: dict[str, str] = {}

    async def task(self, name: str, tool: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Call a tool and keep what a model reads of it."""
        result = await self._client.call_tool(tool, arguments)
        (content,) = result.content
        if not isinstance(content, TextContent):
            raise SystemExit(f"{tool} returned no text")
        self.texts[name] = content.text
        return result.structured_content or {}


async def converse() -> dict[str, str]:
    """Carry out the twelve tasks on the sandbox; return the texts of their results."""
    environ = {"SINCH_VOICE_SANDBOX_SPEED": SPEED, "SINCH_VOICE_SANDBOX_SEED": "1"}
    async with Client(create_server(load(environ))) as client:
        talk = Conversation(client)
        placed = await talk.task("place", "place_tts_callout", **HELLO)
        call = {"call_id": placed["call_id"]}
        await talk.task("wait", "wait_for_call", **call)
        await talk.task("get", "get_call", **call)
        await talk.task("events", "get_call_events", **call)
        answers = {"1": "yes", "2": "no"}
        await talk.task("ask", "ask_by_phone", to=CARLA, cli=OWN, question="Does Tuesday suit you?", answers=answers)
        room = await talk.task(
            "conference", "place_conference_callout", to=[ANNA, BEN], conference_id="standup", cli=OWN
        )
        for leg in room["legs"]:
            await client.call_tool("wait_for_call", {"call_id": leg["call_id"], "until": "answered"})
        await talk.task("in conference", "get_conference", conference_id="standup")
        await talk.task("list", "list_calls")
        await talk.task("numbers", "list_numbers")
        await talk.task("query", "query_number", number=ANNA)
        await talk.task("build", "build_svaml", event="ace", action=MENU)
        await talk.task("check", "check_svaml", document=WRONG)
        await talk.task("refused", "place_tts_callout", to="+44999", cli=OWN, text="Hello")
        return talk.texts


def main() -> None:
    """Print the tokens of each task, and of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    texts = anyio.run(converse)
    how, count = counter()
    now = {name: count(text) for name, text in texts.items()}
    before: dict[str, int] = json.loads(options.before.read_text()) if options.before else {}
    for name, tokens in [*now.items(), ("all", sum(now.values()))]:
        kept = sum(before.values()) if name == "all" else before.get(name, 0)
        compared = f"{kept:>8}{tokens / kept:>8.2f}" if kept else ""
        sys.stdout.write(f"{name:<15}{tokens:>8}{compared}\n")
        if options.show and name in texts:
            sys.stdout.write(f"{texts[name]}\n")
    sys.stdout.write(f"Tokens, {how}.\n")
    if options.save:
        options.save.write_text(json.dumps(now))


if __name__ == "__main__":
    main()
