"""Numbers, callback URLs, number lookups."""

import pytest

from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from sinch_voice_mcp.sandbox.engine import RejectedError
from sinch_voice_mcp.sandbox.engine.accounts import OWN_NUMBERS, Application, OwnNumber, SimulatedAccount
from sinch_voice_mcp.sandbox.engine.numbers import look_up
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.svaml import Document, Hangup

KEY = DEFAULT_CREDENTIALS.key
OTHER = Credentials("other-application", DEFAULT_CREDENTIALS.secret)
FREE = ["+14155550108", "+14155550109"]


@pytest.fixture
def account() -> SimulatedAccount:
    account = SimulatedAccount(DEFAULT_CREDENTIALS)
    account.add(OTHER)
    return account


def keys(account: SimulatedAccount) -> dict[str, str | None]:
    return {own.number: own.application_key for own in account.numbers()}


def test_the_account_has_ten_numbers_and_eight_are_assigned(account: SimulatedAccount) -> None:
    assert [own.number for own in account.numbers()] == [f"+14155550{digits}" for digits in range(100, 110)]
    assert {own.capability for own in account.numbers()} == {"voice"}
    assert [number for number, key in keys(account).items() if key is None] == FREE


def test_numbers_are_assigned_and_unassigned(account: SimulatedAccount) -> None:
    account.assign([" 1 415 555 0108", FREE[1]], KEY.upper().replace("-", ""), "voice")
    assert set(keys(account).values()) == {KEY}
    account.unassign([FREE[0]], KEY, None)
    account.unassign([FREE[0]], KEY, None)
    assert keys(account)[FREE[0]] is None
    assert keys(account)[FREE[1]] == KEY


@pytest.mark.parametrize(
    ("numbers", "key", "capability", "code"),
    [
        ([], KEY, None, 40001),
        (["+14155550108"] * 101, KEY, None, 40001),
        ([*FREE, "+14155550199"], KEY, None, 40400),
        ([*FREE, "nonsense"], KEY, None, 40001),
        (FREE, KEY, "sms", 40001),
        (FREE, "unknown", None, 40004),
    ],
)
def test_a_faulty_assignment_assigns_nothing(
    account: SimulatedAccount, numbers: list[str], key: str, capability: None, code: int
) -> None:
    before = keys(account)
    for ask in (account.assign, account.unassign):
        with pytest.raises(RejectedError) as refused:
            ask(numbers, key, capability)
        assert refused.value.code == code
    assert keys(account) == before


def test_a_number_of_another_application_cannot_be_unassigned(account: SimulatedAccount) -> None:
    with pytest.raises(RejectedError) as refused:
        account.unassign([FREE[0], OWN_NUMBERS[0]], OTHER.key, None)
    assert refused.value.code == 40400
    assert keys(account)[OWN_NUMBERS[0]] == KEY


def test_callback_urls_are_set_cleared_and_kept_independently(account: SimulatedAccount) -> None:
    account.set_callbacks(KEY, primary="https://a.example.com", fallback="https://b.example.com")
    account.set_callbacks(KEY)
    account.set_callbacks(KEY, fallback=None)
    application = account.application(KEY)
    assert (application.primary, application.fallback) == ("https://a.example.com", None)
    assert not account.application(OTHER.key).has_callback_url


@pytest.mark.parametrize(
    ("number", "country", "kind"),
    [
        ("+12025550100", "US", "Fixed"),
        ("+46701740605", "SE", "Mobile"),
        ("+46846500400", "SE", "Fixed"),
        ("+18005550100", "US", "Other"),
        ("+99912345678", "", "Unknown"),
        ("+11234567890", "", "Unknown"),
    ],
)
def test_a_lookup_reports_country_and_type(number: str, country: str, kind: str) -> None:
    found = look_up(number)
    assert (found.country_id, found.number_type, found.normalized_number) == (country, kind, number)


def test_an_application_is_added_with_all_that_it_has() -> None:
    account = SimulatedAccount(DEFAULT_CREDENTIALS)
    reply = Document(action=Hangup())
    added = account.add(OTHER, name="Shop", primary="http://127.0.0.1/a", fallback=None, on_incoming=reply)
    assert account.applications()[1] is added is account.application("OTHERAPPLICATION")
    assert (added.name, added.urls, added.on_incoming) == ("Shop", ("http://127.0.0.1/a",), reply)


def test_a_key_belongs_to_one_application() -> None:
    account = SimulatedAccount(DEFAULT_CREDENTIALS)
    with pytest.raises(ValueError, match="there is an application with the key"):
        account.add(Credentials(KEY.upper().replace("-", ""), OTHER.secret))
    assert len(account.applications()) == 1


def test_an_account_can_have_other_applications_and_numbers() -> None:
    numbers = [OwnNumber("+14155550150", "sms", None), OwnNumber("+14155550151", "voice", OTHER.key)]
    account = SimulatedAccount(DEFAULT_CREDENTIALS, applications=[Application(OTHER)], numbers=numbers)
    assert account.credentials() == (OTHER,)
    assert keys(account) == {"+14155550150": None, "+14155550151": OTHER.key}
