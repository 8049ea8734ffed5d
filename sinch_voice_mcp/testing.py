"""Test an application of the Sinch Voice API against the sandbox: its own server, its own clock, no account.

``VoiceSandbox`` runs the whole platform on a free port of this machine, in a thread of its own, so that tests and
applications may be synchronous or asynchronous, and use any library or SDK. Time stands still until a test moves it.
The pytest plugin offers it as the fixtures ``voice_sandbox`` and ``inbound_call``.
"""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, Literal, TypeVar

import anyio
import uvicorn
from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.types import ASGIApp

from sinch_voice_mcp.app.http import listening_socket, serve
from sinch_voice_mcp.app.loopback import LoopbackTransport
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import (
    DEFAULT_CREDENTIALS,
    Dialed,
    IncomingCall,
    Origin,
    Sandbox,
    SandboxOptions,
    Script,
    create_sandbox,
)
from sinch_voice_mcp.sandbox.engine.reports import CallReport
from sinch_voice_mcp.sandbox.engine.state import TimelineEntry
from sinch_voice_mcp.svaml import CallHeader

OWN_NUMBER = "+14155550100"
"""A number of the application."""

CALLER = "+12025550105"
"""A caller who gives no input by himself."""

MAX_CALL_S = 15_000
"""Simulated seconds after which :meth:`PhoneCall.finish` gives up; the platform ends every call after 14,400 s."""

Result = TypeVar("Result")


class PhoneCall:
    """A call in the sandbox, from the side of the phones.

    Attributes:
        id: The call id.
    """

    def __init__(self, voice: "VoiceSandbox", call_id: str) -> None:
        self.id = call_id
        self._voice = voice

    def press(self, keys: str, *, leg: int = 0) -> None:
        """Let the party on a leg press keys: the caller, or the callee of a callout, on leg 0.

        Raises:
            RejectedError: No party is on that leg, or a character is not a key.
        """
        self._voice.act(lambda sandbox: sandbox.engine.press(self.id, keys, leg))

    def say(self, text: str, *, leg: int = 0) -> None:
        """Let the party on a leg say something.

        Raises:
            RejectedError: No party is on that leg.
        """
        self._voice.act(lambda sandbox: sandbox.engine.speak(self.id, text, leg))

    def hang_up(self, *, leg: int = 0) -> None:
        """Let the party on a leg hang up.

        Raises:
            RejectedError: No party is on that leg.
        """
        self._voice.act(lambda sandbox: sandbox.engine.hang_up(self.id, leg))

    def answer(self) -> None:
        """Pick up the phone that rings.

        Raises:
            RejectedError: No phone of the call rings.
        """
        self._voice.act(lambda sandbox: sandbox.engine.pick_up(self.id))

    def reject(self) -> None:
        """Reject the call on the phone that rings.

        Raises:
            RejectedError: No phone of the call rings.
        """
        self._voice.act(lambda sandbox: sandbox.engine.reject(self.id))

    def finish(self) -> "PhoneCall":
        """Move time until the call has ended; return the call.

        Raises:
            TimeoutError: It has not ended after :data:`MAX_CALL_S` simulated seconds.
        """
        self._voice.finish(self)
        return self

    @property
    def has_ended(self) -> bool:
        """Whether the call is over."""
        return self.report.status == "FINAL"

    @property
    def report(self) -> CallReport:
        """What the platform knows: result, reason, duration in seconds, prices in USD."""
        return self._voice.act(lambda sandbox: sandbox.engine.inspect(self.id))

    @property
    def timeline(self) -> Sequence[TimelineEntry]:
        """Everything that happened in the call, in order."""
        return self._voice.act(lambda sandbox: sandbox.engine.timeline(self.id))

    @property
    def heard(self) -> list[str]:
        """The texts, prompts and menus that the call has played, in order."""
        members = {"say": "text", "play": "prompts", "menu": "prompt"}
        return [str(one.detail[members[one.event]]) for one in self.timeline if one.event in members]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The callbacks that the platform sent about the call, in order."""
        return [json.loads(str(one.detail["body"])) for one in self.timeline if one.event == "callback"]

    @property
    def replies(self) -> list[Any]:
        """What the application replied to them, as JSON; None for an empty reply, text if it is no JSON."""
        return [_read(str(one.detail["body"])) for one in self.timeline if one.event == "reply"]


class VoiceSandbox:
    """The simulated platform, as long as a test runs; create one with :func:`running_sandbox`.

    Attributes:
        base_url: The base URL of the API, for an SDK or any HTTP client.
        key: The application's key.
        secret: The application's secret, which also signs the callbacks.
    """

    def __init__(self, portal: BlockingPortal, sandbox: Sandbox, clock: ManualClock, base_url: str) -> None:
        self.base_url = base_url
        self.key = DEFAULT_CREDENTIALS.key
        self.secret = DEFAULT_CREDENTIALS.secret
        self._portal = portal
        self._sandbox = sandbox
        self._clock = clock
        self._stack = ExitStack()

    def serve(self, app: ASGIApp, path: str = "/") -> str:
        """Serve the application under test until the test ends, and send it callbacks.

        Args:
            app: An ASGI application.
            path: Where it receives callbacks.

        Returns:
            Its base URL.
        """
        listener = self._stack.enter_context(listening_socket("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        started = self._portal.start_task_soon(partial(server.serve, [listener]))
        self._stack.callback(started.result)
        self._stack.callback(partial(_stop, server))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.send_callbacks_to(url + path)
        return url

    def send_callbacks_to(self, primary: str | None, fallback: str | None = None) -> None:
        """Set the URLs that receive callbacks; they have to be on this machine."""
        self.act(lambda sandbox: sandbox.engine.account.set_callbacks(self.key, primary=primary, fallback=fallback))

    def receive(
        self,
        caller: str = CALLER,
        to: str = OWN_NUMBER,
        *,
        origin: Origin = "PSTN",
        headers: Mapping[str, str] | None = None,
        dialed: Literal["did", "number", "username", "conference"] = "did",
        script: Sequence[Mapping[str, object]] | None = None,
    ) -> PhoneCall:
        """Let a call come in, and return it once the application has replied.

        Args:
            caller: The caller's number; of SIP an address, of an app a user name.
            to: The number that was dialed: one of the application, +14155550100 to +14155550107. From an app anything
                else, too, if ``dialed`` says what.
            origin: Where the call comes from.
            headers: The headers that a call from SIP or an app carries.
            dialed: What ``to`` is.
            script: What the caller does; see the documentation of the sandbox.

        Raises:
            RejectedError: The number does not belong to the application, or cannot be read.
            ScriptError: The script is not one.
        """
        pairs = tuple(CallHeader(key=key, value=value) for key, value in (headers or {}).items())
        incoming = IncomingCall(origin, caller, Dialed(dialed, to), headers=pairs)
        acts = None if script is None else Script.read(script)
        return PhoneCall(self, self.act(lambda sandbox: sandbox.engine.receive(incoming, script=acts)))

    def script(self, number: str, script: Sequence[Mapping[str, object]]) -> None:
        """Attach a script to a number, for everyone who is called there.

        Raises:
            ScriptError: The script is not one.
        """
        acts = Script.read(script)
        self.act(lambda sandbox: sandbox.engine.scripts.attach(acts, number))

    @property
    def calls(self) -> list[PhoneCall]:
        """Every call, in the order in which they began."""
        ids = self.act(lambda sandbox: [call.id for call in sandbox.engine.views()])
        return [PhoneCall(self, call_id) for call_id in reversed(ids)]

    def advance(self, seconds: float) -> None:
        """Move simulated time, and return once every callback that is due has its reply."""
        self._portal.call(self._advance, seconds)

    def finish(self, call: PhoneCall) -> None:
        """Move time until a call has ended; see :meth:`PhoneCall.finish`."""
        moved_s = 0.0
        while not call.has_ended:
            if moved_s >= MAX_CALL_S:
                raise TimeoutError(f"call {call.id} has not ended after {MAX_CALL_S:,} simulated seconds")
            self.advance(1)
            moved_s += 1

    def act(self, action: Callable[[Sandbox], Result]) -> Result:
        """Do something to the sandbox in its own thread, and return once every callback that is due has its reply."""
        return self._portal.call(self._act, action)

    def close(self) -> None:
        """Stop the applications that were served."""
        self._stack.close()

    async def _advance(self, seconds: float) -> None:
        self._clock.advance(seconds)
        await self._sandbox.settle()

    async def _act(self, action: Callable[[Sandbox], Result]) -> Result:
        result = action(self._sandbox)
        await self._sandbox.settle()
        return result


@contextmanager
def running_sandbox(*, seed: int = 1) -> Generator[VoiceSandbox]:
    """Run a sandbox on a free port of this machine.

    Args:
        seed: The seed of the ids; the same seed and the same test give the same ids.
    """
    clock = ManualClock()
    loopback = LoopbackTransport()
    with listening_socket("127.0.0.1", 0) as listener, start_blocking_portal() as portal:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        options = SandboxOptions(seed=seed, base_url=base_url)
        sandbox = create_sandbox(clock=clock, post=loopback, options=options)

        async def run(*, task_status: anyio.abc.TaskStatus[anyio.CancelScope]) -> None:
            async with loopback.connected(None), anyio.create_task_group() as tasks:
                tasks.start_soon(sandbox.run)
                tasks.start_soon(partial(serve, sandbox.asgi, listener, on_stop=sandbox.close))
                task_status.started(tasks.cancel_scope)
                await anyio.sleep_forever()

        ended, scope = portal.start_task(run)
        voice = VoiceSandbox(portal, sandbox, clock, base_url)
        try:
            yield voice
        finally:
            voice.close()
            portal.call(scope.cancel)
            ended.result()


def _stop(server: uvicorn.Server) -> None:
    server.should_exit = True


def _read(body: str) -> Any:  # noqa: ANN401 - the reply is JSON of any type
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body
