import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.policy import Allow, Policy
from sinch_voice_mcp.policy.urls import host_listed, url_host
from sinch_voice_mcp.svaml import Document, Hangup, PlayFiles
from sinch_voice_mcp.text.urls import url_problem
from sinch_voice_mcp.wire.applications import CallbackUrl
from tests.unit.policy.decisions import allowed, answer, refused

HOSTS = Policy(media_hosts=frozenset({"cdn.example.com"}), callback_hosts=frozenset({"*.example.net"}))


def playing(url: str) -> Document:
    return Document(instructions=(PlayFiles(ids=(f"#href[{url}]",)),), action=Hangup())


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example.com/a.mp3",
        "https://cdn.example.com:443/a.mp3?token=x&y=%20",
        "https://CDN.example.com",
    ],
)
def test_audio_from_a_listed_host_is_allowed(url: str) -> None:
    assert allowed(playing(url), HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.example.com/a.mp3",
        "HTTPS://cdn.example.com/a.mp3",
        "//cdn.example.com/a.mp3",
        "https:/cdn.example.com/a.mp3",
        "https:cdn.example.com/a.mp3",
        "https://example.com/a.mp3",
        "https://cdn.example.com.evil.test/a.mp3",
        "https://evilcdn.example.com/a.mp3",
        "https://cdn.example.com./a.mp3",
        "https://cdn.example.com@evil.test/a.mp3",
        "https://user:pass@cdn.example.com/a.mp3",
        "https://@cdn.example.com/a.mp3",
        "https://evil.test#@cdn.example.com/a.mp3",
        "https://evil.test\\@cdn.example.com/a.mp3",
        "https://evil.test\\.cdn.example.com/a.mp3",
        "https://cdn.example.com#evil",
        "https://cdn.example.com:8443/a.mp3",
        "https://cdn.example.com:/a.mp3",
        "https://cdn.example.com:443:443/a.mp3",
        "https://cdn.example.com:0443/a.mp3",
        "https://cdn.example.com%2eevil.test/a.mp3",
        "https://cdn.example.com\u3002evil.test/a.mp3",
        "https://cdn.ex\u0430mple.com/a.mp3",
        "https://cdn.example.com\u2044@evil.test/a.mp3",
        "https://cdn.example.com/caf\u00e9.mp3",
        "https://cdn.exam\tple.com/a.mp3",
        "https://cdn.example.com/a\n.mp3",
        "https://cdn.example.com/a b.mp3",
        "https://cdn.example.com/\u202ea.mp3",
        "https://127.0.0.1/a.mp3",
        "https://2130706433/a.mp3",
        "https://0x7f000001/a.mp3",
        "https://0x7f.1/a.mp3",
        "https://0177.0.0.1/a.mp3",
        "https://127.1/a.mp3",
        "https://10.0.0.0x1/a.mp3",
        "https://localhost/a.mp3",
        "https:///a.mp3",
        "https://",
        "",
        "file:///etc/passwd",
        "ftp://cdn.example.com/a.mp3",
        "javascript:alert(1)",
        "data:audio/mpeg;base64,AAAA",
        "https://cdn.example.com/" + "a" * 2_000,
    ],
)
def test_audio_from_anywhere_else_is_refused(url: str) -> None:
    refusal = refused(playing(url), HOSTS)

    assert (refusal.rule, refusal.path) == ("media_url", "$.instructions[0].ids[0]")


@pytest.mark.parametrize("url", ["https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[cdn.example.com]/"])
def test_an_address_in_brackets_is_not_a_name(url: str) -> None:
    assert url_problem(url) is not None


def test_without_listed_hosts_no_audio_is_allowed() -> None:
    refusal = refused(playing("https://example.com/a.mp3"))

    assert refusal.rule == "media_url"
    assert "media_hosts" in refusal.message
    assert "SINCH_VOICE_MEDIA_HOSTS" in refusal.how_to_change


def test_callback_urls_go_by_their_own_list() -> None:
    assert allowed(CallbackUrl(primary="https://a.b.example.net/events", fallback=None), HOSTS)
    refusal = refused(CallbackUrl(primary="https://a.example.net/", fallback="https://cdn.example.com/events"), HOSTS)

    assert (refusal.rule, refusal.path) == ("callback_url", "$.fallback")


def test_a_star_stands_for_names_below_and_not_for_the_name_itself() -> None:
    assert refused(CallbackUrl(primary="https://example.net/events"), HOSTS).rule == "callback_url"
    assert refused(CallbackUrl(primary="https://badexample.net/events"), HOSTS).rule == "callback_url"


def test_the_sandbox_allows_the_reserved_example_hosts() -> None:
    sandbox = Policy.sandbox()

    assert isinstance(answer(CallbackUrl(primary="https://www.example.com/events"), sandbox, mode="sandbox"), Allow)
    assert refused(CallbackUrl(primary="https://example.org/events"), sandbox, mode="sandbox")


def test_a_query_which_may_hold_a_token_is_not_repeated() -> None:
    verdicts = allowed(playing("https://cdn.example.com/a.mp3?token=s3cret"), HOSTS).verdicts

    assert "s3cret" not in repr(verdicts)


@given(st.text(alphabet="htps:/.@#?[]\\%cdn.example0x7f1 \t\n\u3002\u0430", max_size=40))
def test_a_url_without_a_problem_names_one_plain_host(text: str) -> None:
    url = f"https://{text}"

    if url_problem(url) is None:
        authority = url.removeprefix("https://").split("/")[0].split("?")[0].removesuffix(":443")
        assert url_host(url) == authority.lower()
        assert host_listed(url_host(url), [authority.lower()])
