"""The sandbox: an engine that simulates the platform, its HTTP API, and the callbacks that it sends.

The API accepts both authentication schemes on one base URL. Time is a clock that is passed in; calls progress by
themselves; the same seed and the same inputs give the same timeline.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.types import ASGIApp

from sinch_voice_mcp.clock import Clock, SystemClock
from sinch_voice_mcp.sandbox.callbacks import CallbackSender, DeliveryAttempt, Driver, Post
from sinch_voice_mcp.sandbox.callbacks.log import AttemptLog
from sinch_voice_mcp.sandbox.control import PREFIX, ControlGateway, Controls, Feed
from sinch_voice_mcp.sandbox.engine import BASE_URL, KEEP, Engine
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.sandbox.routes.gateway import Gateway, SeenRequest, asgi_app
from sinch_voice_mcp.sandbox.state.keeper import Beginning, StateKeeper
from sinch_voice_mcp.sandbox.state.setup import EMPTY, Setup
from sinch_voice_mcp.signing import TOLERANCE, Credentials
from sinch_voice_mcp.types import JsonObject

DEFAULT_CREDENTIALS = Credentials(
    key="5a4db0c5-0000-4000-8000-000000000001",
    secret="c2FuZGJveCBvbmx5OiBub3QgYSBzZWNyZXQ=",  # noqa: S106 - base64 of "sandbox only: not a secret"
)
"""The application of a sandbox that is given no other credentials. The pair is public and opens nothing else."""


@dataclass(slots=True)
class Listeners:
    """What is called after a request was answered, and after an attempt to deliver a callback; set them freely.

    ``on_control`` is for requests to the control API that changed something or were refused.
    """

    on_request: Callable[[SeenRequest], None] = lambda _: None
    on_control: Callable[[SeenRequest], None] = lambda _: None
    on_attempt: Callable[[DeliveryAttempt], None] = lambda _: None

    def controlled(self, seen: SeenRequest) -> None:
        """Pass a request to the control API on to the one who listens by then."""
        self.on_control(seen)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox.

    Attributes:
        engine: The simulated platform, to inspect calls and to act as the callee.
        asgi: Its HTTP API, as an ASGI 3 application without lifespan.
        credentials: The application that may use the API.
        requests: The last 1,000 requests to the API, oldest first.
        callbacks: The last 1,000 attempts to deliver a callback, oldest first.
        driver: Runs the engine for :meth:`run` and :meth:`settle`; call ``driver.wake()`` after changing the engine.
        listeners: What is called with each request and each attempt to deliver a callback.
        feed: What happens in the sandbox, as it happens.
        keeper: Keeps what the sandbox began with; :meth:`reset` and the two methods after it use it.
    """

    engine: Engine
    asgi: ASGIApp
    credentials: Credentials
    requests: Sequence[SeenRequest]
    callbacks: Sequence[DeliveryAttempt]
    driver: Driver
    listeners: Listeners
    feed: Feed
    keeper: StateKeeper

    def reset(self) -> None:
        """Return to what the sandbox began with: no calls, and the applications, numbers, prices and faults of then.

        Callbacks on their way are not delivered, and simulated time does not go back.
        """
        self.keeper.reset()
        self.driver.wake()

    def export_state(self) -> JsonObject:
        """Return everything that the sandbox holds as a JSON object, without secrets that the settings gave."""
        return self.keeper.export()

    def import_state(self, state: object) -> None:
        """Replace everything that the sandbox holds by an exported state; calls that were in progress have ended in it.

        Raises:
            StateError: It is no exported state, or contradicts itself; nothing has changed.
        """
        self.keeper.restore(state)
        self.driver.wake()

    async def run(self) -> None:
        """Let time pass and deliver callbacks until canceled; required if ``post`` was given.

        Raises:
            RuntimeError: The sandbox is already running.
        """
        await self.driver.run()

    def close(self) -> None:
        """End the streams and waits of the control API, so that a server can stop at once; calls are not affected."""
        self.feed.close()

    async def settle(self) -> None:
        """Return once nothing is due now, and every callback has been delivered and replied to."""
        await self.driver.settle()


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How a sandbox behaves.

    Attributes:
        seed: The seed of the ids.
        tolerance: How far the timestamp of a signed request may be from real time; None accepts any.
        strict_numbers: Whether to reject numbers without leading plus with 40005.
        allow_remote: Whether to deliver callbacks to other machines, too.
        base_url: Where the API is reached, for the URLs in callbacks.
        keep: How many ended calls to keep, 1 to 10,000.
        setup: The applications, numbers, prices, scripts and faults that the sandbox begins with.
        repeats_ids: Whether a reset begins the sequence of ids anew, so that the same requests get the same ids.
        control_token: What opens the control API to other machines; without it, only programs on this one may use it.
    """

    seed: int = 1
    tolerance: timedelta | None = TOLERANCE
    strict_numbers: bool = False
    allow_remote: bool = False
    base_url: str = BASE_URL
    keep: int = KEEP
    setup: Setup = EMPTY
    repeats_ids: bool = True
    control_token: str | None = field(default=None, repr=False)


DEFAULT_OPTIONS = SandboxOptions()


def create_sandbox(
    *,
    clock: Clock,
    credentials: Credentials = DEFAULT_CREDENTIALS,
    wall: Clock | None = None,
    post: Post | None = None,
    options: SandboxOptions = DEFAULT_OPTIONS,
) -> Sandbox:
    """Create a sandbox without calls; with one application and ten numbers, unless the options say otherwise.

    Args:
        clock: Simulated time; the sandbox reads it and waits for it, and moves it only for an import of a later state.
        credentials: Key and secret of the application.
        wall: Real time, for the timestamps of requests and callbacks; the machine's clock unless given.
        post: Posts callbacks; without it none is sent, as if no application replied. With it, the sandbox has to
            :meth:`~Sandbox.run`, because simulated time stands still until callbacks are replied to.
        options: How it behaves.

    Raises:
        StateError: The setup contradicts itself, or a secret is missing.
    """
    engine = _engine(clock, credentials, options, calls_back=post is not None)
    real_time = wall or SystemClock()
    listeners, feed = Listeners(), Feed()
    engine.watch(feed.add)

    def attempted(attempt: DeliveryAttempt) -> None:
        feed.add(attempt)
        # Looked up at each attempt, because it may be set later.
        listeners.on_attempt(attempt)
        if sender is not None and engine.view(attempt.call_id) is None:
            # The last events of a call can be delivered after it was dropped.
            sender.attempts.forget(attempt.call_id)

    sender = None if post is None else _sender(post, engine, real_time, attempted, allow_remote=options.allow_remote)
    driver = Driver(engine, clock, sender)

    def requested(seen: SeenRequest) -> None:
        driver.wake()
        listeners.on_request(seen)

    gateway = Gateway(engine, real_time, options.tolerance, requested, clock=clock)
    attempts = AttemptLog() if sender is None else sender.attempts
    engine.on_drop(attempts.forget)
    forget = (driver.forget, gateway.requests.clear, attempts.clear, feed.clear)
    keeper = _keeper(engine, clock, credentials, options, forget)
    controls = Controls(engine, driver, clock, real_time, sender, feed, keeper)
    asgi = asgi_app(engine, gateway, {PREFIX: ControlGateway(controls, options.control_token, listeners.controlled)})
    first = engine.account.applications()[0].credentials
    return Sandbox(engine, asgi, first, gateway.requests, controls.attempts, driver, listeners, feed, keeper)


def _engine(clock: Clock, own: Credentials, options: SandboxOptions, *, calls_back: bool) -> Engine:
    return Engine(
        clock,
        own,
        seed=options.seed,
        strict_numbers=options.strict_numbers,
        calls_back=calls_back,
        base_url=options.base_url,
        keep=options.keep,
    )


def _keeper(
    engine: Engine, clock: Clock, own: Credentials, options: SandboxOptions, forget: Sequence[Callable[[], None]]
) -> StateKeeper:
    beginning = Beginning(options.setup, own, options.seed, options.repeats_ids, options.strict_numbers)
    return StateKeeper(engine, clock, beginning, DEFAULT_CREDENTIALS, forget)


def _sender(
    post: Post, engine: Engine, wall: Clock, on_attempt: Callable[[DeliveryAttempt], None], *, allow_remote: bool
) -> CallbackSender:
    def credentials_of(key: str) -> Credentials:
        return engine.account.application(key).credentials

    return CallbackSender(post, credentials_of, wall, allow_remote=allow_remote, on_attempt=on_attempt)


BEHAVIORS = (
    chosen("feature", "sound", "none: prompts and speech are texts, recordings are silent, streams carry nothing"),
)
