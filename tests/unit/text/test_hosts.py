"""One answer to whether a host is this machine, private or public, for every part that asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.client.hosts import base_url
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.policy import Intent, Policy, Refuse
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.svaml.lint import lint
from sinch_voice_mcp.text.hosts import is_loopback, is_public
from sinch_voice_mcp.text.urls import url_problem
from sinch_voice_mcp.wire.applications import CallbackUrl, CallbackUrls
from tests.unit.policy.decisions import decided

LIVE = {"SINCH_APPLICATION_KEY": "key", "SINCH_APPLICATION_SECRET": "c2VjcmV0"}
LOOPBACK = ["localhost", "127.0.0.1", "127.0.0.2", "127.255.255.254", "[::1]"]
PRIVATE = [
    "intranet",
    "x.localhost",
    "printer.local",
    "x.internal",
    "x.lan",
    "x.home",
    "x.corp",
    "x.home.arpa",
    "10.0.0.1",
    "192.168.1.1",
    "169.254.0.1",
    "[fe80::1]",
    "[::ffff:10.0.0.1]",
    "224.0.0.1",
    "0x7f.1",
    "2130706433",
]
PUBLIC = ["media.example.com", "local.example.com", "localhost.example.com", "8.8.8.8", "[2606:4700::1111]", "x.homes"]

hosts = st.sampled_from([*LOOPBACK, *PRIVATE, *PUBLIC])


def linter_calls_private(host: str) -> bool:
    document = {
        "instructions": [{"name": "playFiles", "ids": [f"#href[https://{host}/a.mp3]"]}],
        "action": {"name": "hangup"},
    }
    return any("is not public" in finding.message for finding in lint(document).findings)


def client_accepts_http(host: str) -> bool:
    try:
        base_url(f"http://{host}:8080", "base_url")
    except ConfigurationError:
        return False
    return True


def settings_accept_http(host: str) -> bool:
    try:
        load({**LIVE, "SINCH_VOICE_PUBLIC_URL": f"http://{host}:8080"})
    except ConfigurationError:
        return False
    return True


def guard_accepts_http_callback(host: str) -> bool:
    request = CallbackUrls(url=CallbackUrl(primary=f"http://{host}:8080/events"))
    intent = Intent(request, "sandbox", local_ports=frozenset({8080}))
    return not isinstance(decided(intent, Policy.sandbox(), None), Refuse)


@given(hosts)
def test_client_settings_and_guard_agree_what_this_machine_is(host: str) -> None:
    here = is_loopback(host)

    assert here == (host in LOOPBACK)
    assert client_accepts_http(host) == settings_accept_http(host) == guard_accepts_http_callback(host) == here


@pytest.mark.parametrize("host", [*LOOPBACK, *PRIVATE])
def test_a_private_host_is_no_public_one(host: str) -> None:
    assert not is_public(host)
    assert not is_public(host.upper())


@pytest.mark.parametrize("host", PUBLIC)
def test_other_names_and_addresses_are_public(host: str) -> None:
    assert is_public(host)


@pytest.mark.parametrize("host", [host for host in (*LOOPBACK, *PRIVATE, *PUBLIC) if not host.startswith("[")])
def test_the_linter_warns_of_audio_on_exactly_the_hosts_that_are_not_public(host: str) -> None:
    assert linter_calls_private(host) == (not is_public(host))


@pytest.mark.parametrize("host", ["0x7f.1", "2130706433", "127.1", "0177.0.0.1", "8.8.8.8"])
def test_an_address_in_any_spelling_is_no_dns_name_for_the_guard(host: str) -> None:
    assert "IP address" in (url_problem(f"https://{host}/a.mp3") or "")
