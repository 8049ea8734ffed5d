"""How fast the sandbox is: menu calls on one core, its start, and reading among ten thousand calls.

Run with ``make bench``. A menu call is a callout whose answer leads to a menu, where the callee presses a key; the
application replies to each event, each time with other words, and the call ends with the disconnected-call event.
Simulated time is moved by hand, so nothing waits. ``--profile`` shows instead where the time of these calls is spent.
"""

import argparse
import cProfile
import json
import os
import pstats
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median
from subprocess import DEVNULL

import anyio
import httpx2

from sinch_voice_mcp.app.http import listening_socket
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Engine, SandboxOptions, create_sandbox
from sinch_voice_mcp.sandbox.routes.paths import ROUTES
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest

KEY = DEFAULT_CREDENTIALS.key
CALLS, ROUNDS = 300, 9
STARTS, START_S = 5, 20
MANY, READS = 10_000, 20
SEARCHES = ("", "to:+12025550102", "state:ended pressed:1", 'said:"call 9999"', "said:nothing")

CALLOUT = CustomCalloutRequest(
    custom_callout=CustomCallout(destination=NumberDestination(endpoint="+12025550102"), cli="+14155550100")
)
BARE = f"""
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def answer(request):
    return JSONResponse({{"name": "bare"}})

routes = {[(route.path, route.method) for route in ROUTES]!r}
app = Starlette(routes=[Route("/", answer), *(Route(path, answer, methods=[method]) for path, method in routes)])
uvicorn.run(app, port=int(sys.argv[1]), log_level="critical")
"""
SANDBOX = ("-m", "sinch_voice_mcp", "sandbox", "--port")


def reply(kind: str, number: int) -> bytes | None:
    """Return the application's reply to an event; its words differ from call to call."""
    menu = {
        "id": "main",
        "mainPrompt": f"#tts[This is call {number}. Press 1 to book, 2 for opening hours.]",
        "options": [{"dtmf": "1", "action": "return(book)"}, {"dtmf": "2", "action": "return(hours)"}],
    }
    goodbye = {"name": "say", "text": f"Goodbye, call {number}."}
    replies: dict[str, object] = {
        "ace": {"action": {"name": "runMenu", "locale": "en-US", "menus": [menu]}},
        "pie": {"instructions": [goodbye], "action": {"name": "hangup"}},
    }
    return json.dumps(replies[kind]).encode() if kind in replies else None


def place_menu_calls(engine: Engine, clock: ManualClock, calls: int) -> None:
    """Let calls go from the request to the disconnected-call event, one after the other."""
    engine.account.set_callbacks(KEY, primary="http://127.0.0.1:9/")
    for number in range(calls):
        call_id = engine.place(KEY, CALLOUT)
        for _ in range(4):
            clock.advance(6)
            engine.catch_up()
            while taken := engine.take():
                for outgoing in taken:
                    engine.record_reply(outgoing.sequence, reply(outgoing.kind, number))
                engine.catch_up()
        assert engine.call(KEY, call_id).reason == "MANAGERHANGUP"


def menu_calls() -> float:
    """Return how many menu calls a second of one core is enough for."""
    clock = ManualClock()
    begun = time.process_time()
    place_menu_calls(Engine(clock, DEFAULT_CREDENTIALS), clock, CALLS)
    return CALLS / (time.process_time() - begun)


async def start(*command: str) -> float:
    """Return how many milliseconds a server takes from its start to its first answer."""
    with listening_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    begun = time.perf_counter()
    # An installed server has its bytecode, whatever is set here.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}  # noqa: TID251 - for a child
    full = [sys.executable, *command, str(port)]
    async with await anyio.open_process(full, stdout=DEVNULL, stderr=DEVNULL, env=environment) as process:
        try:
            with anyio.fail_after(START_S):
                await _first_answer(port)
            return (time.perf_counter() - begun) * 1_000
        finally:
            process.kill()


async def _first_answer(port: int) -> None:
    async with httpx2.AsyncClient() as client:
        while True:
            try:
                await client.get(f"http://127.0.0.1:{port}/")
            except httpx2.TransportError:
                await anyio.sleep(0.01)
            else:
                return


async def read_among_many() -> dict[str, float]:
    """Return how many milliseconds reading takes while ten thousand menu calls are kept."""
    clock = ManualClock()
    sandbox = create_sandbox(clock=clock, options=SandboxOptions(keep=MANY))
    placed = [sandbox.engine.place(KEY, _inline(number)) for number in range(MANY)]
    clock.advance(60)
    assert sandbox.engine.call(KEY, placed[0]).reason == "MANAGERHANGUP"
    auth = httpx2.BasicAuth(KEY, DEFAULT_CREDENTIALS.secret)
    transport = httpx2.ASGITransport(sandbox.asgi)
    found: dict[str, float] = {}
    async with httpx2.AsyncClient(transport=transport, auth=auth, base_url="http://127.0.0.1") as client:
        found["get one"] = await _milliseconds(lambda: client.get(f"/calling/v1/calls/id/{placed[-1]}"))
        if not (await client.get("/_sandbox/calls")).is_success:
            return found
        for query in SEARCHES:
            found[query or "list"] = await _milliseconds(lambda q=query: client.get("/_sandbox/calls", params={"q": q}))
    return found


def _inline(number: int) -> CustomCalloutRequest:
    """Return a menu call whose replies are in the request."""
    texts = {kind: text.decode() for kind in ("ace", "pie") if (text := reply(kind, number)) is not None}
    inside = CALLOUT.custom_callout.model_copy(update=texts | {"custom": f"tag=call-{number}"})
    return CustomCalloutRequest(custom_callout=inside)


async def _milliseconds(read: Callable[[], Awaitable[httpx2.Response]]) -> float:
    times: list[float] = []
    for _ in range(READS):
        begun = time.perf_counter()
        response = await read()
        times.append((time.perf_counter() - begun) * 1_000)
        assert response.is_success
    return median(times)


def profile() -> None:
    """Print where the time of the menu calls is spent."""
    clock, profiler = ManualClock(), cProfile.Profile()
    engine = Engine(clock, DEFAULT_CREDENTIALS)
    profiler.runcall(place_menu_calls, engine, clock, CALLS)
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(40)


def main() -> None:
    """Print the figures, or a profile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", action="store_true", help="show where the time of the menu calls is spent")
    if parser.parse_args().profile:
        profile()
        return
    rates = [menu_calls() for _ in range(ROUNDS)]
    print(f"menu calls a second of one core: {median(rates):,.0f} (best {max(rates):,.0f}, {ROUNDS} rounds of {CALLS})")
    own, bare = (median(anyio.run(start, *command) for _ in range(STARTS)) for command in (SANDBOX, ("-c", BARE)))
    print(f"start to first answer: {own:,.0f} ms, a bare Starlette app {bare:,.0f} ms ({own / bare:.1f} times as long)")
    print(f"reading among {MANY:,} calls:")
    for what, milliseconds in anyio.run(read_among_many).items():
        print(f"  {what:<28} {milliseconds:8.2f} ms")


if __name__ == "__main__":
    main()
