"""The main job in fifteen seconds: a real MCP client, a real server over stdio, the embedded sandbox.

Run with ``make demo``. No account is needed and no phone rings.
"""

import json
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
WIDTH = 90
OWN, ANNA, BEN, CARLA = "+14155550100", "+12025550100", "+12025550108", "+12025550102"
SERVER = StdioServerParameters(
    command=sys.executable,
    args=["-m", "sinch_voice_mcp", "--sandbox", "--sandbox-speed", str(SPEED)],
)


class Stage:
    """Calls tools and shows what a person at the assistant would see."""

    def __init__(self, client: Client, console: Console) -> None:
        self._client = client
        self._console = console
        self._warned = False

    def scene(self, title: str) -> None:
        """Announce what comes next."""
        self._console.print(f"\n[bold]{escape(title)}[/bold]")

    async def ask(self, tool: str, *, show: bool = True, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Call a tool that is expected to work; returns its structured result."""
        result = await self._client.call_tool(tool, arguments)
        if result.is_error or result.structured_content is None:
            raise SystemExit(f"{tool} failed: {result.content}")
        if show:
            self._said(tool, arguments)
            self._console.print(f"    [green]✓[/green] {escape(self._told(result.structured_content))}")
        return result.structured_content

    async def refused(self, tool: str, **arguments: Any) -> None:  # noqa: ANN401 - JSON
        """Call a tool that the guard is expected to refuse."""
        result = await self._client.call_tool(tool, arguments)
        content = result.content[0]
        if not result.is_error or not isinstance(content, TextContent):
            raise SystemExit(f"{tool} was not refused")
        error = json.loads(content.text)
        self._said(tool, arguments)
        self._console.print(
            f"    [red]✗[/red] [dim]{error.get('rule', error['code'])}:[/dim] {escape(error['message'])}"
        )

    async def until(self, call_id: str, done: str, who: str = "") -> None:
        """Look at a call until it is ``answered`` or ``ended``; show each change once."""
        seen = ""
        with anyio.fail_after(30):
            while True:
                state = await self.ask("get_call", show=False, call_id=call_id)
                if state["state"] != seen:
                    seen = state["state"]
                    self._console.print(f"    [cyan]{seen:8}[/cyan] {who}{escape(self._told(state))}")
                if seen in {done, "ended"}:
                    return
                await anyio.sleep(0.1)

    def show(self, text: str) -> None:
        """Show a line of a result."""
        self._console.print(f"      {escape(text)}")

    def _told(self, result: dict[str, Any]) -> str:
        """The summary; the warning that every one opens with is shown once."""
        summary = str(result["summary"])
        shown = summary.removeprefix("SIMULATED: no phone rang. ") if self._warned else summary
        self._warned = True
        return shown

    def _said(self, tool: str, arguments: dict[str, Any]) -> None:
        told = ", ".join(f"{name}={json.dumps(value)}" for name, value in arguments.items())
        told = told if len(told) <= WIDTH else told[: WIDTH - 1] + "…"
        self._console.print(f"  [bold blue]{tool}[/bold blue][dim]({escape(told)})[/dim]")


async def refusals(stage: Stage) -> None:
    """What never leaves this machine."""
    stage.scene("1. The guard refuses before anything is sent")
    await stage.refused("place_tts_callout", to=ANNA, text="Hello")
    await stage.refused("place_tts_callout", to="+1404", text="Hello", cli=OWN)
    await stage.refused("place_tts_callout", to="911", text="Hello", cli=OWN)


async def one_call(stage: Stage) -> None:
    """A call from request to cost; asked for twice, placed once."""
    stage.scene("2. A call: asked for twice, placed once, answered, ended")
    text = "Hello Anna, this is the harbour restaurant. Your table for two is ready. See you soon!"
    placed = await stage.ask("place_tts_callout", to=ANNA, cli=OWN, text=text)
    await stage.ask("place_tts_callout", to=ANNA, cli=OWN, text=text)
    await stage.until(placed["call_id"], "ended")


async def question(stage: Stage) -> None:
    """A question with two answers: the simulated person at this number presses 1."""
    stage.scene("3. A question: who answered, and what was pressed")
    answers = {"1": "Tuesday suits", "2": "Tuesday does not suit"}
    text = "Hello Carla, does Tuesday at ten suit you?"
    await stage.ask("ask_by_phone", to=CARLA, cli=OWN, question=text, answers=answers)


async def conference(stage: Stage) -> None:
    """Two people in a room, one of them muted."""
    stage.scene("4. A conference of two, one muted")
    room = await stage.ask("place_conference_callout", to=[ANNA, BEN], conference_id="standup", cli=OWN)
    for leg in room["legs"]:
        await stage.until(leg["call_id"], "answered", f"{leg['to']}  ")
    ben = room["legs"][1]["call_id"]
    await stage.ask("manage_participant", conference_id="standup", call_id=ben, command="mute")
    inside = await stage.ask("get_conference", conference_id="standup")
    for member in inside["participants"]:
        stage.show(f"{member['number']}  {'muted' if member['muted'] else 'not muted'}")
    await stage.ask("close_conference", conference_id="standup")


async def menu(stage: Stage) -> None:
    """A menu, as the call-flow language has it."""
    stage.scene("5. A menu built as SVAML")
    options = [{"dtmf": "1", "action": "return(book)"}, {"dtmf": "2", "action": "return(hours)"}]
    main = {"id": "main", "mainPrompt": "#tts[Press 1 to book, 2 for opening hours.]", "options": options}
    built = await stage.ask("build_svaml", event="ace", action={"name": "runMenu", "locale": "en-US", "menus": [main]})
    text = json.dumps(built["document"], indent=2)
    text = re.sub(r'\{\s+("dtmf": "\S+"),\s+("action": "\S+")\s+\}', r"{\1, \2}", text)
    for line in text.splitlines():
        stage.show(line)


async def main() -> None:
    """Play all scenes."""
    console = Console(highlight=False, width=100, soft_wrap=True)
    console.print(
        "[bold]sinch-voice-mcp[/bold] over stdio, on its embedded sandbox: "
        "[yellow]every result is marked SIMULATED.[/yellow]"
    )
    async with Client(SERVER) as client:
        tools = (await client.list_tools()).tools
        console.print(f"[dim]{len(tools)} tools offered; simulated time runs {SPEED} times as fast.[/dim]")
        stage = Stage(client, console)
        await refusals(stage)
        await one_call(stage)
        await question(stage)
        await conference(stage)
        await menu(stage)
    console.print(
        "\n[bold green]Done.[/bold green] Next: put [bold].venv/bin/sinch-voice-mcp[/bold] into your MCP client; "
        "README.md has the lines."
    )


if __name__ == "__main__":
    anyio.run(main)
