"""The command ``sandbox trigger inbound``."""

from collections.abc import Iterator, Sequence
from typing import Any

import click

from sinch_voice_mcp.cli.output import write_json
from sinch_voice_mcp.cli.sandbox.calls import wait_for
from sinch_voice_mcp.cli.sandbox.running import LATE, RunningSandbox, control_options
from sinch_voice_mcp.types import JsonObject

_ANSWER = "answer"
_ORIGINS = {"sip:": "SIP", "app:": "MXP"}
"""What a caller begins with who has no number, as in the tools."""


@click.group(short_help="Let something happen in the sandbox.")
def trigger() -> None:
    """Let something happen in the sandbox that a person does on a real platform."""


@trigger.command("inbound", short_help="Let a call come in.")
@click.option("--to", help="The own number that is called. [default: the first one that is assigned]")
@click.option(
    "--from",
    "caller",
    default="+12025550100",
    show_default=True,
    help="The caller: a number, sip:user@host or app:USER.",
)
@click.option(
    "--press",
    "presses",
    multiple=True,
    metavar="MENU:KEYS",
    help="Keys that the caller presses at a menu, such as main:2; may be repeated.",
)
@click.option(
    "--say",
    "says",
    multiple=True,
    metavar="MENU:TEXT",
    help="What the caller says at a menu, such as main:yes, or after the answer: answer:hello; may be repeated.",
)
@click.option("--tag", help="The tag of the call, to find it by.")
@click.option("--hang-up", "hangs_up", is_flag=True, help="The caller hangs up after that.")
@click.option("--wait", "waits", is_flag=True, help="Wait until the call has ended.")
@click.option(
    "--timeout", type=click.FloatRange(min=0), default=60.0, show_default=True, help="Longest wait, in seconds."
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@control_options
@click.pass_context
def inbound_command(context: click.Context, url: str, token: str | None, **options: Any) -> None:  # noqa: ANN401 - options
    """Let a call come in to a number of the sandbox, from a caller who does what the options say.

    Exit status: 0, or with --wait 1 if the call has not ended in time.
    """
    sandbox = RunningSandbox(url, token)
    script = list(_script(options["presses"], options["says"], hangs_up=options["hangs_up"]))
    body: JsonObject = {**_caller(options["caller"]), "script": script or None}
    given: JsonObject = {name: options[name] for name in ("to", "tag") if options[name] is not None}
    call = sandbox.send("POST", "inbound", body=body | given)
    if not options["waits"]:
        _write(call, as_json=options["as_json"])
        return
    found = wait_for(sandbox, f"id:{call['id']} state:ended", options["timeout"])
    if not found["matched"]:
        click.echo(f"The call {call['id']} has not ended within {options['timeout']:g} s.", err=True)
        context.exit(LATE)
    _write(found["calls"][0], as_json=options["as_json"])


def _caller(given: str) -> JsonObject:
    origin = _ORIGINS.get(given[:4])
    return {"from": given} if origin is None else {"from": given[4:], "origin": origin}


def _script(presses: Sequence[str], says: Sequence[str], *, hangs_up: bool) -> Iterator[JsonObject]:
    """Yield the script of the caller: what happens at each place, and last the end."""
    for option, action, given in (("--press", "press", presses), ("--say", "say", says)):
        for one in given:
            place, colon, what = one.partition(":")
            if not colon or not place or not what:
                raise click.BadParameter(f"{one!r} is not of the form MENU:{action.upper()}", param_hint=option)
            yield {"on": place if place == _ANSWER else f"menu:{place}", action: what}
    if hangs_up:
        # After the last act, or after the answer if there is none.
        last: JsonObject = {"hang_up": True}
        yield last if presses or says else {"on": _ANSWER, **last}


def _write(call: Any, *, as_json: bool) -> None:  # noqa: ANN401 - JSON
    if as_json:
        write_json(call, indent=2)
    elif call["state"] == "ended":
        click.echo(f"{call['id']}  {call['result']} / {call['reason']} after {call['duration_s']} s")
    else:
        click.echo(call["id"])
