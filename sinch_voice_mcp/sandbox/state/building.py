"""From a setup to the state of a platform, and back."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from sinch_voice_mcp.sandbox.engine import Application, OwnNumber, SimulatedAccount
from sinch_voice_mcp.sandbox.engine.attached import AttachedScripts
from sinch_voice_mcp.sandbox.engine.directory import Directory
from sinch_voice_mcp.sandbox.engine.documents import read_for
from sinch_voice_mcp.sandbox.engine.faults import FaultRule
from sinch_voice_mcp.sandbox.engine.script_entries import ScriptEntry
from sinch_voice_mcp.sandbox.engine.scripts import Script, ScriptError
from sinch_voice_mcp.sandbox.engine.state import UnusableSvaml
from sinch_voice_mcp.sandbox.state.reading import StateError, first_repeated
from sinch_voice_mcp.sandbox.state.setup import Setup, SetupApplication
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.svaml import Document
from sinch_voice_mcp.svaml.findings import Location
from sinch_voice_mcp.types import JsonObject

FindSecret = Callable[[str], str | None]
"""Returns the secret of an application by its key, if it is known from elsewhere."""


def account_of(setup: Setup, default: Credentials, secret_of: FindSecret, *, strict: bool) -> SimulatedAccount:
    """Build the account of a setup.

    Args:
        setup: The setup.
        default: The application if the setup has none.
        secret_of: Finds the secrets that the setup leaves out.
        strict: Whether to reject numbers without leading plus.

    Raises:
        StateError: The setup contradicts itself, or a secret is missing.
    """
    applications = [application_of(one, ("applications", at), secret_of) for at, one in enumerate(setup.applications)]
    applications = applications or [Application(default)]
    _check_applications(setup)
    numbers = None if setup.numbers is None else list(_numbers(setup, applications))
    return SimulatedAccount(default, strict=strict, applications=applications, numbers=numbers)


def directory_of(setup: Setup, account: SimulatedAccount) -> Directory:
    """Build what happens at every number.

    Raises:
        StateError: A fault is for an application that there is not.
    """
    applications, rules = account.applications(), list[FaultRule]()
    for at, one in enumerate(setup.faults):
        name = one.match.application
        location = ("faults", at, "match", "application")
        rules.append(one.rule(None if name is None else key_of(applications, name, location)))
    return Directory(setup.prices, rules, [one.draws for one in setup.faults])


def scripts_of(setup: Setup) -> AttachedScripts:
    """Build the scripts of a setup.

    Raises:
        StateError: Entries of a script do not fit together.
    """
    scripts = AttachedScripts()
    for number, entries in setup.scripts.items():
        scripts.attach(script_of(entries, ("scripts", number)), number)
    return scripts


def script_of(entries: Sequence[ScriptEntry], location: Location) -> Script:
    """Build a script.

    Raises:
        StateError: Its entries do not fit together.
    """
    try:
        return Script.read([entry.model_dump(exclude_unset=True) for entry in entries])
    except ScriptError as error:
        raise StateError(location, str(error)) from None


def application_of(given: SetupApplication, location: Location, secret_of: FindSecret) -> Application:
    """Build an application.

    Raises:
        StateError: Its secret is missing, or its SVAML is invalid.
    """
    secret = given.secret or secret_of(given.key)
    if secret is None:
        raise StateError((*location, "secret"), "is missing")
    reply = None if given.incoming is None else read_for("ice", given.incoming)
    if isinstance(reply, UnusableSvaml):
        raise StateError((*location, "incoming"), f"is not valid SVAML: {reply.message}")
    return Application(Credentials(given.key, secret), given.callback, given.fallback, reply, given.name)


def _check_applications(setup: Setup) -> None:
    keys = [one.key.replace("-", "").lower() for one in setup.applications]
    if (at := first_repeated(keys)) is not None:
        raise StateError(("applications", at, "key"), "another application has this key")
    names = [one.name or f"\0{at}" for at, one in enumerate(setup.applications)]
    if (at := first_repeated(names)) is not None:
        raise StateError(("applications", at, "name"), "another application has this name")


def _numbers(setup: Setup, applications: list[Application]) -> Iterator[OwnNumber]:
    given = setup.numbers or ()
    if (at := first_repeated(one.number for one in given)) is not None:
        raise StateError(("numbers", at, "number"), "is there already")
    for at, one in enumerate(given):
        name = one.application
        key = None if name is None else key_of(applications, name, ("numbers", at, "application"))
        yield OwnNumber(one.number, one.capability, key)


def key_of(applications: Iterable[Application], given: str, location: Location) -> str:
    """Return the key of the application that a value names by its key or name.

    Raises:
        StateError: There is none.
    """
    found = next((one for one in applications if one.credentials.is_key(given) or given == one.name != ""), None)
    if found is None:
        raise StateError(location, "there is no application with this key or name")
    return found.credentials.key


def setup_members(
    account: SimulatedAccount, directory: Directory, is_public: Callable[[Application], bool]
) -> JsonObject:
    """Return the members of a setup that describe an account and its directory.

    Args:
        account: The applications and numbers.
        directory: What happens at every number.
        is_public: Whether the secret of an application may be written.
    """
    return {
        "applications": [_application_as_json(one, with_secret=is_public(one)) for one in account.applications()],
        "numbers": [
            {"number": one.number, "capability": one.capability, "application": one.application_key}
            for one in account.numbers()
        ],
        "prices": {number: float(price) for number, price in directory.prices.items()},
        "faults": [
            _fault_as_json(rule, draws)
            for rule, draws in zip(directory.faults.rules, directory.faults.draws, strict=True)
        ],
    }


def _application_as_json(application: Application, *, with_secret: bool) -> JsonObject:
    reply = application.on_incoming
    return {
        "key": application.credentials.key,
        "secret": application.credentials.secret if with_secret else None,
        "name": application.name,
        "callback": application.primary,
        "fallback": application.fallback,
        "incoming": reply.to_wire() if isinstance(reply, Document) else None,
    }


def _fault_as_json(rule: FaultRule, draws: int) -> JsonObject:
    match = rule.match
    return {
        "fault": rule.fault,
        "match": {
            "number": match.number,
            "application": match.application,
            "tag": match.tag,
            "kind": match.kind,
        },
        "probability": rule.probability,
        "seed": rule.seed,
        "draws": draws,
    }
