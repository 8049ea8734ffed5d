"""A telephony platform that rings nobody: the Voice API's 14 operations over a simulated engine.

It answers both authentication schemes on one base URL. Time is a clock that is passed in; calls go on by
themselves; the same seed and the same inputs give the same timeline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.types import ASGIApp

from sinch_voice_mcp.clock import Clock, SystemClock
from sinch_voice_mcp.sandbox.callbacks import Attempt, Driver, Post, Sender
from sinch_voice_mcp.sandbox.engine import Engine
from sinch_voice_mcp.sandbox.routes.app import build
from sinch_voice_mcp.sandbox.routes.door import Door, SeenRequest
from sinch_voice_mcp.signing import TOLERANCE, Credentials

DEFAULT_CREDENTIALS = Credentials(
    key="5a4db0c5-0000-4000-8000-000000000001",
    secret="c2FuZGJveCBvbmx5OiBub3QgYSBzZWNyZXQ=",  # noqa: S106 - base64 of "sandbox only: not a secret"
)
"""The application that every sandbox has unless told otherwise. It opens nothing but sandboxes."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox.

    Attributes:
        engine: The simulated platform, to look into and to let time pass.
        asgi: The same over HTTP, as an ASGI 3 application without lifespan.
        credentials: The application that may use it.
        requests: The last 1,000 requests that came over HTTP, oldest first.
        callbacks: The last 1,000 attempts to call an application back, oldest first.
        driver: What :meth:`run` and :meth:`settle` do; to be woken by whoever changes the engine in other ways.
    """

    engine: Engine
    asgi: ASGIApp
    credentials: Credentials
    requests: Sequence[SeenRequest]
    callbacks: Sequence[Attempt]
    driver: Driver

    async def run(self) -> None:
        """Let time pass and call applications back, for ever; needed where ``post`` was given.

        Raises:
            RuntimeError: It runs already.
        """
        await self.driver.run()

    async def settle(self) -> None:
        """Return when nothing is due now and every callback has been delivered and answered."""
        await self.driver.settle()


def create_sandbox(
    *,
    clock: Clock,
    credentials: Credentials = DEFAULT_CREDENTIALS,
    seed: int = 1,
    tolerance: timedelta | None = TOLERANCE,
    wall: Clock | None = None,
    strict_numbers: bool = False,
    post: Post | None = None,
    allow_remote: bool = False,
) -> Sandbox:
    """Make a sandbox with one application, ten numbers and no calls.

    Args:
        clock: Simulated time; it is read and waited for, never moved.
        credentials: Key and secret of the application.
        seed: Where ids come from.
        tolerance: How far the timestamp of a signed request may be from real time; None accepts any.
        wall: Real time, for those timestamps and for those of callbacks; the machine's own clock unless given.
        strict_numbers: Refuse numbers without leading plus with 40005.
        post: What posts callbacks; without it none is sent, as if no application listened. With it somebody has to
            :meth:`Sandbox.run` the sandbox, for simulated time stands still until callbacks are answered.
        allow_remote: Call back other hosts than this machine, too.
    """
    engine = Engine(clock, credentials, seed=seed, strict_numbers=strict_numbers, calls_back=post is not None)
    real = wall or SystemClock()
    sender = None
    if post is not None:
        sender = Sender(post, lambda key: engine.account.application(key).credentials, real, allow_remote=allow_remote)
    driver = Driver(engine, clock, sender)
    door = Door(engine, real, tolerance, driver.wake)
    attempts: Sequence[Attempt] = () if sender is None else sender.attempts
    return Sandbox(engine, build(engine, door), credentials, door.requests, attempts, driver)
