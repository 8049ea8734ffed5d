"""Rules about URLs that the platform is given. This server fetches none of them."""

from collections.abc import Iterator
from typing import Literal

from sinch_voice_mcp.policy.effects import Fetch
from sinch_voice_mcp.policy.quoting import printable, quoted
from sinch_voice_mcp.policy.rules.case import Case, Check, Judgement, Rule, judged, listed
from sinch_voice_mcp.policy.urls import host_listed, url_host, url_problem

HostSetting = Literal["media_hosts", "callback_hosts"]
_FORM = (
    "https:// and a DNS name of the list, port 443, printable ASCII; no user information, fragment or IP address in "
    "any spelling. An empty list is off."
)


def host_problem(url: str, patterns: frozenset[str], setting: str, scheme: str = "https") -> str | None:
    """Why a URL may not be given to the platform, as a sentence; None where it may."""
    if (problem := url_problem(url, scheme)) is not None:
        return f"The URL {quoted(url)} {problem}."
    if not patterns:
        return f"No host is listed in `{setting}`, so no such URL is allowed."
    host = url_host(url)
    if host_listed(host, patterns):
        return None
    return f"The host {quoted(host)} is not in `{setting}` ({listed(tuple(sorted(patterns)))})."


def _hosts(kind: Literal["media", "callback"], setting: HostSetting) -> Check:
    def check(case: Case) -> Iterator[Judgement]:
        patterns: frozenset[str] = getattr(case.policy, setting)
        for effect in case.all(Fetch):
            if effect.kind == kind:
                # A query can hold a token.
                shown = printable(effect.url.partition("?")[0])
                yield judged(effect.path, shown, host_problem(effect.url, patterns, setting))

    return check


RULES = (
    Rule("media_url", "Audio from URLs", f"`media_hosts`: {_FORM}", ("media_hosts",), _hosts("media", "media_hosts")),
    Rule(
        "callback_url",
        "Callback URLs",
        f"`callback_hosts`: {_FORM}",
        ("callback_hosts",),
        _hosts("callback", "callback_hosts"),
    ),
)
