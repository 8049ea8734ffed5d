"""Show the main features in fifteen seconds: a real MCP client, a real server over stdio, the embedded sandbox.

Run with ``make demo``. No account is needed and no phone rings.
"""

import json
import os
import re
import sys
from typing import Any

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import TextContent
from rich.console import Console
from rich.markup import escape

SPEED = 3
MAX_ARGUMENT_CHARS = 90
POLL_S = 0.3
"""Simulated seconds between two looks at a call."""

OWN, ANNA, BEN, CARLA = "+14155550100", "+12025550100", "+12025550108", "+12025550102"


class Presenter:
    """Calls tools and shows what a user of an assistant would see."""

    def __init__(self, client: Client, console: Console, speed: int) -> None:
        self._client = client
        self._console = console
        self._poll_s = POLL_S / speed
        self._warned = False

    def scene(self, title: str) -> None:
        """Announce the next scene."""
        self._console.print(f"\n[bold]{escape(title)}[/bold]")

    async def ask(self, tool: str, *, show: bool = True, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Call a tool that is expected to succeed; return its structured result."""
        result = await self._client.call_tool(tool, arguments)
        if result.is_error or result.structured_content is None:
            raise SystemExit(f"{tool} failed: {result.content}")
        if show:
            self._show_call(tool, arguments)
            self._console.print(f"    [green]✓[/green] {escape(self._summary(result.structured_content))}")
        return result.structured_content

    async def refused(self, tool: str, **arguments: Any) -> None:  # noqa: ANN401 - JSON
        """Call a tool that the guard is expected to refuse."""
        result = await self._client.call_tool(tool, arguments)
        content = result.content[0]
        if not result.is_error or not isinstance(content, TextContent):
            raise SystemExit(f"{tool} was not refused")
        error = json.loads(content.text)
        self._show_call(tool, arguments)
        self._console.print(
            f"    [red]✗[/red] [dim]{error.get('rule', error['code'])}:[/dim] {escape(error['message'])}"
        )

    async def until(self, call_id: str, done: str, who: str = "") -> None:
        """Poll a call until it is ``answered`` or ``ended``; show each change once."""
        seen = ""
        with anyio.fail_after(30):
            while True:
                state = await self.ask("get_call", show=False, call_id=call_id)
                if state["state"] != seen:
                    seen = state["state"]
                    self._console.print(f"    [cyan]{seen:8}[/cyan] {who}{escape(self._summary(state))}")
                if seen in {done, "ended"}:
                    return
                await anyio.sleep(self._poll_s)

    def show(self, text: str) -> None:
        """Show a line of a result."""
        self._console.print(f"      {escape(text)}")

    def _summary(self, result: dict[str, Any]) -> str:
        """Return the summary of a result; the warning that begins every one is shown once."""
        summary = str(result["summary"])
        shown = summary.removeprefix("SIMULATED: no phone rang. ") if self._warned else summary
        self._warned = True
        return shown

    def _show_call(self, tool: str, arguments: dict[str, Any]) -> None:
        shown = ", ".join(f"{name}={json.dumps(value)}" for name, value in arguments.items())
        shown = shown if len(shown) <= MAX_ARGUMENT_CHARS else shown[: MAX_ARGUMENT_CHARS - 1] + "…"
        self._console.print(f"  [bold blue]{tool}[/bold blue][dim]({escape(shown)})[/dim]")


async def refusals(presenter: Presenter) -> None:
    """Show calls that the guard refuses; they never leave this machine."""
    presenter.scene("1. The guard refuses before anything is sent")
    await presenter.refused("place_tts_callout", to=ANNA, text="Hello")
    await presenter.refused("place_tts_callout", to="+1404", text="Hello", cli=OWN)
    await presenter.refused("place_tts_callout", to="911", text="Hello", cli=OWN)


async def one_call(presenter: Presenter) -> None:
    """Show a call from request to cost; requested twice, placed once."""
    presenter.scene("2. A call: requested twice, placed once, answered, ended")
    text = "Hello Anna, this is the harbour restaurant. Your table for two is ready. See you soon!"
    placed = await presenter.ask("place_tts_callout", to=ANNA, cli=OWN, text=text)
    await presenter.ask("place_tts_callout", to=ANNA, cli=OWN, text=text)
    await presenter.until(placed["call_id"], "ended")


async def question(presenter: Presenter) -> None:
    """Ask a question with two answers; the simulated person at this number presses 1."""
    presenter.scene("3. A question: who answered, and what was pressed")
    answers = {"1": "Tuesday suits", "2": "Tuesday does not suit"}
    text = "Hello Carla, does Tuesday at ten suit you?"
    await presenter.ask("ask_by_phone", to=CARLA, cli=OWN, question=text, answers=answers)


async def conference(presenter: Presenter) -> None:
    """Show a conference of two people, one of them muted."""
    presenter.scene("4. A conference of two, one muted")
    room = await presenter.ask("place_conference_callout", to=[ANNA, BEN], conference_id="standup", cli=OWN)
    for leg in room["legs"]:
        await presenter.until(leg["call_id"], "answered", f"{leg['to']}  ")
    ben = room["legs"][1]["call_id"]
    await presenter.ask("manage_participant", conference_id="standup", call_id=ben, command="mute")
    inside = await presenter.ask("get_conference", conference_id="standup")
    for member in inside["participants"]:
        presenter.show(f"{member['number']}  {'muted' if member.get('muted') else 'not muted'}")
    await presenter.ask("close_conference", conference_id="standup")


async def menu(presenter: Presenter) -> None:
    """Build a menu in SVAML, the call-flow language."""
    presenter.scene("5. A menu built as SVAML")
    options = [{"dtmf": "1", "action": "return(book)"}, {"dtmf": "2", "action": "return(hours)"}]
    main = {"id": "main", "mainPrompt": "#tts[Press 1 to book, 2 for opening hours.]", "options": options}
    built = await presenter.ask(
        "build_svaml", event="ace", action={"name": "runMenu", "locale": "en-US", "menus": [main]}
    )
    text = json.dumps(built["document"], indent=2)
    text = re.sub(r'\{\s+("dtmf": "\S+"),\s+("action": "\S+")\s+\}', r"{\1, \2}", text)
    for line in text.splitlines():
        presenter.show(line)


async def main(speed: int = SPEED) -> None:
    """Play every scene."""
    console = Console(highlight=False, width=100, soft_wrap=True)
    console.print(
        "[bold]sinch-voice-mcp[/bold] over stdio, on its embedded sandbox: "
        "[yellow]every result is marked SIMULATED.[/yellow]"
    )
    # The seed makes the ids of the calls those that the README shows.
    flags = ["--sandbox", "--sandbox-speed", str(speed), "--sandbox-seed", "1"]
    server = StdioServerParameters(command=sys.executable, args=["-m", "sinch_voice_mcp", *flags])
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
        console.print(f"[dim]{len(tools)} tools offered; simulated time runs {speed} times as fast.[/dim]")
        presenter = Presenter(client, console, speed)
        await refusals(presenter)
        await one_call(presenter)
        await question(presenter)
        await conference(presenter)
        await menu(presenter)
    console.print(
        "\n[bold green]Done.[/bold green] Next: add [bold].venv/bin/sinch-voice-mcp[/bold] to your MCP client; "
        "README.md has the configuration."
    )


if __name__ == "__main__":
    # Rich ends the program if the reader of its output has closed it; inside tasks, that arrives in a group.
    try:
        anyio.run(main)
    except* (SystemExit, BrokenPipeError):
        os._exit(0)
