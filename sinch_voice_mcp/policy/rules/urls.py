"""Rules about URLs that the platform fetches or posts to. This server fetches none of them."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Fetch, FetchKind
from sinch_voice_mcp.policy.refusal import owner_sets
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Problem, Rule, RuleResult, listed, mistake, result_of
from sinch_voice_mcp.policy.urls import host_listed, url_host
from sinch_voice_mcp.text.hosts import is_loopback
from sinch_voice_mcp.text.quoting import printable, quoted
from sinch_voice_mcp.text.urls import url_problem

_HTTP = re.compile(r"http://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([0-9]{1,5}))?(?:/[A-Za-z0-9/._~%-]*)?", re.ASCII)

_HTTP_PORT = 80
"""The port of an ``http://`` URL that names none."""


def host_problem(url: str, patterns: frozenset[str], setting: str, scheme: str = "https") -> Problem | None:
    """Return why a URL must not be sent to the platform; None if it may be."""
    if (problem := url_problem(url, scheme)) is not None:
        what = f"The URL {quoted(url)}" if url else "The URL is empty, so it"
        form = f"{scheme}://<host>/<path>"
        return mistake(f"{what} {problem}.", f"Write the URL as {form} with a DNS name as host.")
    if not patterns:
        return Problem(f"`{setting}` lists no host, so no such URL is allowed.", how_to_change=owner_sets(setting))
    host = url_host(url)
    if host_listed(host, patterns):
        return None
    message = f"The host {quoted(host)} is not in `{setting}` ({listed(tuple(sorted(patterns)))})."
    return Problem(message, how_to_change=owner_sets(setting))


def _hosts(kind: FetchKind) -> Rule:
    """Return the rule about one kind of URL."""

    def check(case: Case) -> Iterator[RuleResult]:
        for effect in case.all(Fetch):
            if effect.kind == kind:
                # The query is not shown, because it can hold a token.
                yield result_of(effect.path, printable(effect.url.partition("?")[0]), _problem(effect, case))

    return Rule(REFUSALS[f"{kind}_url"], check)


def _problem(effect: Fetch, case: Case) -> Problem | None:
    if effect.kind == "callback":
        if (port := _local_port(effect.url, case)) is not None:
            return _port_problem(effect.url, port, case)
        url = _without_own_port(effect.url, case.intent.own_url)
        return host_problem(url, case.policy.callback_hosts, "callback_hosts")
    if effect.url and not any(char in effect.url for char in ":/\\"):
        message = f"{quoted(effect.url)} is neither a URL nor the id of a stored file."
        return mistake(message, "Correct the id: ASCII letters, digits, spaces and ._- only.")
    return host_problem(effect.url, case.policy.media_hosts, "media_hosts")


def _without_own_port(url: str, own: str | None) -> str:
    """Remove the port from a URL of this server's receiver: the owner wrote that port in ``public_url``."""
    host, colon, _ = urlsplit(own or "").netloc.partition(":")
    prefix = f"https://{urlsplit(own or '').netloc}/"
    return f"https://{host}/{url.removeprefix(prefix)}" if colon and url.startswith(prefix) else url


def _local_port(url: str, case: Case) -> int | None:
    """Return the port of a URL of this machine if the mode is sandbox, which may send events there; else None."""
    found = None if case.live else _HTTP.fullmatch(url)
    return int(found[2] or _HTTP_PORT) if found is not None and is_loopback(found[1]) else None


def _port_problem(url: str, port: int, case: Case) -> Problem | None:
    # A sandbox outside this process posts to every port, so the guard decides which programs a model can reach.
    own = case.intent.own_url or ""
    if port in case.intent.local_ports or url == own or (own and _local_port(own, case) == port):
        return None
    setting = "sandbox_callback_ports"
    message = f"Events may not be sent to port {port} of this machine: `{setting}` does not list it."
    return Problem(message, how_to_change=owner_sets(setting))


RULES = (_hosts("media"), _hosts("callback"))
