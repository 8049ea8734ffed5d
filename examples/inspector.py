"""List and call every tool with the MCP Inspector's command line, on a standalone sandbox.

Run with ``make inspect``. Needs Node 22.7 or newer; ``npx`` fetches the Inspector.
"""

import json
import re
import subprocess
import sys
from typing import Any

SERVER = [sys.executable, "-m", "sinch_voice_mcp"]
INSPECTOR = ["npx", "-y", "@modelcontextprotocol/inspector@2", "--cli"]
OWN, ANNA = "+14155550100", "+12025550108"


def inspect(url: str, *arguments: str) -> dict[str, Any]:
    """Run the Inspector once, on a new server; return its JSON result."""
    environ = ("-e", "SINCH_VOICE_SANDBOX=true", "-e", f"SINCH_VOICE_BASE_URL={url}")
    command = [*INSPECTOR, *environ, *SERVER, *arguments, "--format", "json", "-q"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{' '.join(arguments)} failed with {ended.returncode}: {ended.stdout or ended.stderr}")
    result: dict[str, Any] = json.loads(ended.stdout)["result"]
    return result


def call(url: str, tool: str, **arguments: object) -> dict[str, Any]:
    """Call a tool that is expected to succeed; print its summary and return its result."""
    written = [f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in arguments.items()]
    flags = [part for argument in written for part in ("--tool-arg", argument)]
    content = inspect(url, "--method", "tools/call", "--tool-name", tool, *flags)["structuredContent"]
    print(f"  {tool}: {content['summary']}")
    return content


def everything(url: str) -> None:
    """Call every tool once, in an order in which they succeed."""
    offered = {tool["name"] for tool in inspect(url, "--method", "tools/list")["tools"]}
    print(f"{len(offered)} tools listed")
    leg = call(url, "place_conference_callout", to=[ANNA], conference_id="room", cli=OWN)["legs"][0]["call_id"]
    while call(url, "get_call", call_id=leg)["result"] != "ANSWERED":
        pass
    hang_up = {"action": {"name": "hangup"}}
    steps: list[tuple[str, dict[str, object]]] = [
        ("get_conference", {"conference_id": "room"}),
        ("manage_participant", {"conference_id": "room", "call_id": leg, "command": "mute"}),
        ("play_to_call", {"call_id": leg, "text": "Hello"}),
        ("update_call", {"call_id": leg, "svaml": {"instructions": [{"name": "say", "text": "Hello"}]}}),
        ("close_conference", {"conference_id": "room"}),
        ("hang_up", {"call_id": leg}),
        ("place_tts_callout", {"to": ANNA, "text": "Hello", "cli": OWN}),
        ("place_custom_callout", {"to": ANNA, "cli": OWN, "ace": hang_up}),
        ("list_numbers", {}),
        ("assign_numbers", {"numbers": ["+14155550109"]}),
        ("unassign_number", {"number": "+14155550109"}),
        ("query_number", {"number": ANNA}),
        ("set_callbacks", {"primary": "https://voice.example.com/events"}),
        ("get_callbacks", {}),
        ("build_svaml", {"event": "ice", "action": hang_up["action"]}),
        ("check_svaml", {"document": hang_up}),
    ]
    for tool, arguments in steps:
        call(url, tool, **arguments)
    called = {"place_conference_callout", "get_call", *(tool for tool, _ in steps)}
    if called != offered:
        sys.exit(f"not called: {offered - called}")


def main() -> None:
    """Start a sandbox, inspect a server that uses it, and stop the sandbox."""
    with subprocess.Popen([*SERVER, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True) as sandbox:
        try:
            lines = iter(sandbox.stdout or ())
            found = next(match for line in lines if (match := re.search(r"base URL +(\S+)", line)))
            everything(found.group(1))
        finally:
            sandbox.terminate()


if __name__ == "__main__":
    main()
