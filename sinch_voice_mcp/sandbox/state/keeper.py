"""The keeper of a sandbox's state: it begins, resets, exports and imports it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol, runtime_checkable

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.engine import Application, Engine, RejectedError, SimulatedAccount
from sinch_voice_mcp.sandbox.engine.exchange import PlatformState, SeededIds
from sinch_voice_mcp.sandbox.state.building import (
    account_of,
    application_of,
    directory_of,
    key_of,
    scripts_of,
    setup_members,
)
from sinch_voice_mcp.sandbox.state.reading import StateError, as_json, read_json
from sinch_voice_mcp.sandbox.state.saved import MAX_IMPORT_BYTES, SavedState
from sinch_voice_mcp.sandbox.state.setup import Setup, SetupApplication
from sinch_voice_mcp.sandbox.state.writing import state_as_json
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.types import JsonObject

_MAX_AHEAD = timedelta(days=36_500)


@runtime_checkable
class MovableClock(Protocol):
    """A clock that can be moved forward."""

    def advance(self, seconds: float) -> None:
        """Move forward by so many seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a sandbox begins with.

    Attributes:
        setup: The applications, numbers, prices, scripts and faults.
        credentials: The application if the setup has none; its secret is the one of its key in any case.
        seed: The seed of the ids.
        repeats_ids: Whether a reset begins the sequence of ids anew, so that the same requests get the same ids.
        strict_numbers: Whether to reject numbers without leading plus.
    """

    setup: Setup
    credentials: Credentials
    seed: int
    repeats_ids: bool
    strict_numbers: bool


class StateKeeper:
    """Keeps what a sandbox began with, and puts its engine into one state or another."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        beginning: Beginning,
        public: Credentials,
        forget: Sequence[Callable[[], None]],
    ) -> None:
        """Put the engine into the state that the sandbox begins with.

        Args:
            engine: The platform.
            clock: Simulated time.
            beginning: What the sandbox begins with.
            public: The application whose secret is no secret.
            forget: What is done first when the state is replaced: everything kept outside the engine is forgotten.

        Raises:
            StateError: The setup contradicts itself, or a secret is missing.
        """
        self._engine = engine
        self._clock = clock
        self._beginning = beginning
        self._public = public
        self._forget = tuple(forget)
        # Read once now, so that a reset cannot fail.
        self._begin()

    def reset(self) -> None:
        """Forget all calls and all changes: the sandbox is as it began, apart from the time, which does not go back."""
        self._forget_all()
        self._begin()

    def begin_with(self, setup: Setup) -> None:
        """Let the sandbox begin with another setup, now and at every further reset.

        Raises:
            StateError: The setup contradicts itself, or a secret is missing; nothing has changed.
        """
        directory_of(setup, self._account(setup))
        scripts_of(setup)
        self._beginning = replace(self._beginning, setup=setup)
        self.reset()

    def add_application(self, given: SetupApplication) -> None:
        """Add an application until the next reset.

        Raises:
            StateError: There is one with its key or name, its secret is missing, or its SVAML is invalid.
        """
        made = application_of(given, (), self._secret_of)
        if made.name and made.name in {one.name for one in self._engine.account.applications()}:
            raise StateError(("name",), "another application has this name")
        try:
            self._engine.account.add(
                made.credentials,
                name=made.name,
                primary=made.primary,
                fallback=made.fallback,
                on_incoming=made.on_incoming,
            )
        except ValueError as error:
            raise StateError(("key",), str(error)) from None

    def key_of(self, given: str | None) -> str | None:
        """Return the key of an application that is named by its key or name; None for none.

        Raises:
            StateError: There is no such application.
        """
        return None if given is None else key_of(self._engine.account.applications(), given, ("match", "application"))

    def export(self) -> JsonObject:
        """Return the whole state as a JSON object; it contains no secret that the settings gave."""
        state = self._engine.state()
        members = setup_members(state.account, state.directory, self._may_write_secret)
        return state_as_json(state, self._engine.now, members)

    def restore(self, data: object) -> None:
        """Replace the whole state by an exported one; calls that were in progress have ended in it.

        Simulated time moves to that of the export, if that is later and the clock can be moved.

        Raises:
            StateError: It is no exported state, or contradicts itself; nothing has changed.
        """
        saved = data if isinstance(data, SavedState) else _read(data)
        saved.check()
        state = self._restored(saved)
        ahead = (saved.clock.now - self._clock.now()).total_seconds()
        if ahead > _MAX_AHEAD.total_seconds():
            raise StateError(("clock", "now"), "is more than 100 years ahead of this sandbox")
        if ahead > 0 and isinstance(self._clock, MovableClock):
            _advance(self._clock, ahead)
        self._forget_all()
        self._engine.restart(state)

    def _begin(self) -> None:
        start = self._beginning
        account = self._account(start.setup)
        given = None if start.repeats_ids else self._engine.state().ids.given
        ids = SeededIds(start.seed, given)
        directory, scripts = directory_of(start.setup, account), scripts_of(start.setup)
        self._engine.restart(PlatformState(account, directory, scripts, ids))

    def _restored(self, saved: SavedState) -> PlatformState:
        account = self._account(saved)
        keys = {key: _known_key(account, key) for key in {call.application for call in saved.calls}}
        for at, call in enumerate(saved.calls):
            if keys[call.application] is None:
                raise StateError(("calls", at, "application"), "there is no application with this key")
        known = {key: name for key, name in keys.items() if name is not None}
        calls = tuple(saved.restored(known))
        scripts = saved.attached(scripts_of(saved))
        return PlatformState(account, directory_of(saved, account), scripts, saved.ids.ids(), calls)

    def _account(self, setup: Setup) -> SimulatedAccount:
        start = self._beginning
        return account_of(setup, start.credentials, self._secret_of, strict=start.strict_numbers)

    def _secret_of(self, key: str) -> str | None:
        """Return the secret of an application that the settings or the setup name."""
        start = self._beginning
        if start.credentials.is_key(key):
            return start.credentials.secret
        return next((one.secret for one in start.setup.applications if one.key == key), None)

    def _may_write_secret(self, application: Application) -> bool:
        own = self._beginning.credentials
        return not own.is_key(application.credentials.key) or own == self._public

    def _forget_all(self) -> None:
        for forget in self._forget:
            forget()


def _advance(clock: MovableClock, seconds: float) -> None:
    """Move a clock forward.

    Raises:
        StateError: It cannot be moved so far; it was not moved.
    """
    try:
        clock.advance(seconds)
    except ValueError as error:
        raise StateError(("clock", "now"), f"cannot be reached: {error}") from None


def _read(data: object) -> SavedState:
    text = as_json(data)
    if len(text) > MAX_IMPORT_BYTES:
        raise StateError((), f"the state has more than {MAX_IMPORT_BYTES:,} bytes as JSON")
    return read_json(SavedState, text)


def _known_key(account: SimulatedAccount, key: str) -> str | None:
    try:
        return account.application(key).credentials.key
    except RejectedError:
        return None
