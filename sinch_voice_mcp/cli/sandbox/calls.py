"""The commands ``sandbox calls`` and ``sandbox wait``."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from sinch_voice_mcp.cli.output import Printer, write_json
from sinch_voice_mcp.cli.sandbox.running import LATE, RunningSandbox, control_options
from sinch_voice_mcp.clock import SystemClock

_MAX_PAGE = 200
_LONGEST_WAIT_S = 60.0
"""How long one request to the control API can wait."""

_NEGATED = re.compile(r"-[a-z]{2,}:.*", re.DOTALL)

_JSON = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


class QueryCommand(click.Command):
    """A command that takes a query, whose terms may begin with a minus as options do."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put terms that exclude calls behind all options."""
        if "--" not in args:
            negated = [term for term in args if _NEGATED.fullmatch(term)]
            args = [*(term for term in args if term not in negated), *(["--", *negated] if negated else [])]
        return super().parse_args(ctx, args)


@click.command("calls", cls=QueryCommand, short_help="List the calls of the sandbox, the newest first.")
@click.argument("query", nargs=-1)
@click.option("--limit", type=click.IntRange(1, _MAX_PAGE), default=50, show_default=True, help="How many, at most.")
@_JSON
@control_options
def calls_command(query: Sequence[str], limit: int, url: str, token: str | None, *, as_json: bool) -> None:
    """List the calls that match a QUERY, the newest first; without one, all calls.

    QUERY is several terms, such as to:+1202* state:answered direction:in said:hours tag:ci-42 since:10m. A term with a
    minus before it, such as -result:BUSY, excludes calls.
    """
    page = RunningSandbox(url, token).send("GET", "calls", query={"q": " ".join(query), "limit": limit})
    _write(page["calls"], as_json=as_json)


@click.command("wait", cls=QueryCommand, short_help="Wait until a call matches a query.")
@click.argument("query", nargs=-1, required=True)
@click.option("--count", type=click.IntRange(1, _MAX_PAGE), default=1, show_default=True, help="How many calls.")
@click.option(
    "--timeout", type=click.FloatRange(min=0), default=30.0, show_default=True, help="Longest time to wait, in seconds."
)
@_JSON
@control_options
@click.pass_context
def wait_command(
    context: click.Context,
    query: Sequence[str],
    count: int,
    timeout: float,
    url: str,
    token: str | None,
    *,
    as_json: bool,
) -> None:
    """Wait until a call matches a QUERY, as for `sandbox calls`, and list those that do.

    Exit status: 0 if so many calls match, 1 if they do not in time.
    """
    found = wait_for(RunningSandbox(url, token), " ".join(query), timeout, count)
    if not found["matched"]:
        click.echo(f"{len(found['calls'])} of {count} calls matched within {timeout:g} s.", err=True)
        context.exit(LATE)
    _write(found["calls"], as_json=as_json)


def wait_for(sandbox: RunningSandbox, query: str, timeout_s: float, count: int = 1) -> Any:  # noqa: ANN401 - JSON
    """Wait until so many calls match a query; return what the control API says."""
    clock = SystemClock()
    end = clock.monotonic() + timeout_s
    while True:
        left = max(0.0, end - clock.monotonic())
        waiting = {"q": query, "count": count, "timeout": min(left, _LONGEST_WAIT_S)}
        found = sandbox.send("GET", "wait", query=waiting)
        if found["matched"] or left <= _LONGEST_WAIT_S:
            return found


def _write(calls: Sequence[Any], *, as_json: bool) -> None:
    if as_json:
        write_json({"calls": calls}, indent=2)
        return
    printer = Printer()
    for call in calls:
        for line in _lines(call):
            printer.line(line)
    printer.line((f"{len(calls)} calls" if len(calls) != 1 else "1 call", "bold"))


def _lines(call: Any) -> tuple[str, str]:  # noqa: ANN401 - JSON
    """Return two lines about a call, which fit 80 columns unless a name or a tag is long."""
    ended = call["state"] == "ended"
    outcome = f"ended {call['result']} / {call['reason']}" if ended else call["state"]
    created = datetime.fromisoformat(call["created_at"])
    parties = f"{call['cli'] or 'no caller ID'} > {call['to'] or 'no number'}"
    amounts = f"{call['duration_s']} s, {call['cost']} USD"
    tags = "".join(f"  tag:{tag}" for tag in call["tags"])
    return f"{created:%H:%M:%S}  {parties}  {outcome}", f"          {call['id']}  {call['kind']}, {amounts}{tags}"
