"""Rules about URLs that the platform is given. This server fetches none of them."""

import re
from collections.abc import Iterator
from typing import Literal

from sinch_voice_mcp.policy.effects.kinds import Fetch
from sinch_voice_mcp.policy.rules.case import (
    Case,
    Check,
    Judgement,
    Problem,
    Rule,
    judged,
    listed,
    mistake,
    owner_sets,
)
from sinch_voice_mcp.policy.urls import host_listed, url_host, url_problem
from sinch_voice_mcp.text.hosts import is_loopback
from sinch_voice_mcp.text.quoting import printable, quoted

_HTTP = re.compile(r"http://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::[0-9]{1,5})?(?:/[A-Za-z0-9/._~%-]*)?", re.ASCII)
HostSetting = Literal["media_hosts", "callback_hosts"]
_FORM = (
    "https:// and a DNS name of the list, port 443, printable ASCII; no user information, fragment or IP address in "
    "any spelling. An empty list is off."
)


def host_problem(url: str, patterns: frozenset[str], setting: str, scheme: str = "https") -> Problem | None:
    """Why a URL may not be given to the platform; None where it may."""
    if (problem := url_problem(url, scheme)) is not None:
        what = f"The URL {quoted(url)}" if url else "The URL is empty: it"
        form = f"{scheme}://<host>/<path>"
        return mistake(f"{what} {problem}.", f"Write the URL as {form}, with a DNS name as host, and ask again.")
    if not patterns:
        return Problem(
            f"No host is listed in `{setting}`, so no such URL is allowed.", how_to_change=owner_sets(setting)
        )
    host = url_host(url)
    if host_listed(host, patterns):
        return None
    message = f"The host {quoted(host)} is not in `{setting}` ({listed(tuple(sorted(patterns)))})."
    return Problem(message, how_to_change=owner_sets(setting))


def _problem(effect: Fetch, patterns: frozenset[str], setting: HostSetting) -> Problem | None:
    if effect.kind == "media" and effect.url and not any(sign in effect.url for sign in ":/\\"):
        message = f"{quoted(effect.url)} is neither a URL nor the id of a stored file."
        return mistake(message, "An id is ASCII letters, digits, spaces and ._- only; correct it and ask again.")
    return host_problem(effect.url, patterns, setting)


def _is_here(url: str) -> bool:
    """Whether a URL leads to this machine, which is where a sandbox may report to."""
    found = _HTTP.fullmatch(url)
    return found is not None and is_loopback(found[1])


def _hosts(kind: Literal["media", "callback"], setting: HostSetting) -> Check:
    def check(case: Case) -> Iterator[Judgement]:
        patterns: frozenset[str] = getattr(case.policy, setting)
        for effect in case.all(Fetch):
            if effect.kind == kind:
                # A query can hold a token.
                shown = printable(effect.url.partition("?")[0])
                here = kind == "callback" and not case.live and _is_here(effect.url)
                yield judged(effect.path, shown, None if here else _problem(effect, patterns, setting))

    return check


RULES = (
    Rule("media_url", "Audio from URLs", f"`media_hosts`: {_FORM}", ("media_hosts",), _hosts("media", "media_hosts")),
    Rule(
        "callback_url",
        "Callback URLs",
        f"`callback_hosts`: {_FORM} In the sandbox also http:// to this machine.",
        ("callback_hosts",),
        _hosts("callback", "callback_hosts"),
    ),
)
