"""Time searches of the control API over 10,000 calls."""

import json
from collections.abc import Callable
from functools import partial
from itertools import islice
from time import process_time

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Sandbox, create_sandbox
from sinch_voice_mcp.sandbox.control import Controls
from sinch_voice_mcp.sandbox.control.search import parse
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest

CALLS = 10_000
ROUNDS = 15
QUERIES = (
    "",
    "state:answered",
    "to:+12025550105",
    "tag:ci-42",
    "result:busy",
    "pressed:12345",
    'said:"closing hours"',
    "-state:ended -kind:tts tag:ci-42 said:hours",
    "callback:dice",
    "since:10m",
)
MENU = {
    "action": {
        "name": "runMenu",
        "menus": [
            {"id": "main", "mainPrompt": "#tts[Our opening hours]", "options": [{"dtmf": 1, "action": "return(x)"}]}
        ],
    }
}


def place(sandbox: Sandbox, clock: ManualClock) -> None:
    """Run 10,000 menu calls to their ends."""
    for number in range(CALLS):
        callout = CustomCallout(
            destination=NumberDestination(endpoint="+12025550102"),
            cli="+14155550100",
            ace=json.dumps(MENU),
            pie='{"action": {"name": "hangup"}}',
            custom=f"tag=ci-{number % 100}",
        )
        sandbox.engine.place(DEFAULT_CREDENTIALS.key, CustomCalloutRequest(custom_callout=callout))
        clock.advance(10)


def best_ms(work: Callable[[], object]) -> float:
    """Return the processor time of the shortest of some runs, in milliseconds."""
    times: list[float] = []
    for _ in range(ROUNDS):
        started = process_time()
        work()
        times.append(process_time() - started)
    return min(times) * 1_000


def main() -> None:
    """Print the times."""
    clock = ManualClock()
    sandbox = create_sandbox(clock=clock)
    started = process_time()
    place(sandbox, clock)
    print(f"{CALLS / (process_time() - started):,.0f} menu calls a second")
    controls = Controls(sandbox.engine, sandbox.driver, clock, clock, None, sandbox.feed)
    for text in QUERIES:
        found = search(controls, text)
        print(f"{best_ms(partial(search, controls, text)):7.2f} ms  {len(found):3} found first  {text or '(all)'}")


def search(controls: Controls, text: str) -> list[str]:
    """Return the ids of the first page of calls that a query finds."""
    query, deliveries = parse(text), controls.deliveries()
    found = (call for call in controls.engine.views() if query.matches(call, deliveries))
    return [call.id for call in islice(found, 50)]


if __name__ == "__main__":
    main()
