"""Write the generated tables of the documentation; with ``--check``, fail if they are out of date.

The tables come from the code: tools, commands, settings, guard rules, limits, lint rules, and the sandbox's behavior.
"""

import json
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import cast

import click
from pydantic import SecretStr

from sinch_voice_mcp.cli import cli
from sinch_voice_mcp.operations.endings import REASONS, RESULTS
from sinch_voice_mcp.policy import REFUSALS, Policy, Refusal
from sinch_voice_mcp.policy.amounts import UNLIMITED
from sinch_voice_mcp.policy.refusal import RefusalKind
from sinch_voice_mcp.sandbox.behaviors import GROUPS, all_behaviors
from sinch_voice_mcp.sandbox.control.routes import ROUTES
from sinch_voice_mcp.sandbox.control.search import FIELDS
from sinch_voice_mcp.sandbox.destinations import DESTINATIONS, PLATFORM_TEST_NUMBERS
from sinch_voice_mcp.sandbox.ledger import Behavior
from sinch_voice_mcp.sandbox.state.schema import seed_file_schema
from sinch_voice_mcp.settings import CONFIG_VARIABLE, Setting, all_settings, variable
from sinch_voice_mcp.storage.columns import PERSONAL
from sinch_voice_mcp.svaml.lint import RULES as RULES_OF_SVAML
from sinch_voice_mcp.svaml.schema import schema
from sinch_voice_mcp.tools import ALL_TOOLS, ToolSpec

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    ROOT / "README.md",
    *(ROOT / "docs" / f"{name}.md" for name in ("guard", "results", "safety", "sandbox", "svaml")),
)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(text) for text in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def tools() -> str:
    """Return the table of tools: effect, description, parameters."""
    return table(("Toolset", "Tool", "Effect", "What it does", "Parameters"), (_tool(spec) for spec in ALL_TOOLS))


def _tool(spec: ToolSpec) -> Sequence[str]:
    built = spec.build()
    required = set(built.parameters.get("required", []))
    names = (f"`{name}`" if name in required else f"`{name}?`" for name in built.parameters.get("properties", {}))
    what = " ".join(built.description.split())
    return (spec.toolset, f"`{spec.name}`", spec.effect.value, what, " ".join(names))


def settings() -> str:
    """Return the table of the server's settings: variable, default, meaning."""
    rows = [(f"`{CONFIG_VARIABLE}`", "", "TOML file with settings, named as below in lower case, without the prefix")]
    rows += [(f"`{row.variable}`", _default(row), row.description) for row in all_settings().values() if not row.guard]
    return table(("Variable", "Default", "Meaning"), rows)


def commands() -> str:
    """Return the table of commands: usage and description."""
    return table(("Command", "What it does"), _commands(cli, ()))


def _commands(group: click.Group, path: tuple[str, ...]) -> Iterator[Sequence[str]]:
    context = click.Context(group)
    # In the order of the program, not of the alphabet.
    for name in tuple(group.commands) or group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                written = " ".join((*path, name, *map(_parameter, command.params)))
                yield (f"`{written}`", command.get_short_help_str(limit=200))
            yield from _commands(command, (*path, name))
        else:
            written = " ".join((*path, name, *map(_parameter, command.params)))
            yield (f"`{written}`", command.get_short_help_str(limit=200))


def _parameter(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        return parameter.make_metavar(click.Context(cli))
    takes = parameter.metavar or (parameter.name or "").upper()
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    return f"[{parameter.opts[-1]}]" if flag else f"[{parameter.opts[-1]} {takes}]"


def limits() -> str:
    """Return the table of settings that a rule of the guard uses, with the live and the sandbox default."""
    return _defaults(ruled=True)


def budgets() -> str:
    """Return the table of the guard's other settings: counted limits, confirmation, audit."""
    return _defaults(ruled=False)


def _defaults(*, ruled: bool) -> str:
    named = {name for row in _refusals("rule") for name in row.settings}
    sandbox, live = Policy.sandbox(), Policy.live()
    rows = [
        (f"`{row.variable}`", _held(row, live), _held(row, sandbox), row.description)
        for row in all_settings().values()
        if row.guard and (row.name in named) == ruled
    ]
    return table(("Variable", "Live default", "Sandbox default", "Meaning"), rows)


def _held(row: Setting, policy: Policy) -> str:
    value = getattr(policy, row.name)
    return f"`{UNLIMITED}`" if value is None and row.default is not None else _value(value)


def _default(row: Setting) -> str:
    return _value(row.default)


def _value(value: object) -> str:
    match value:
        case None | SecretStr():
            return ""
        case bool():
            return f"`{str(value).lower()}`"
        case frozenset() | tuple():
            return ", ".join(f"`{item}`" for item in _names(cast("Collection[object]", value))) or "none"
        case _:
            return f"`{value}`"


def _names(values: Collection[object]) -> list[str]:
    return sorted(str(value) for value in values)


def rules() -> str:
    """Return the table of the guard's rules, in the order in which they are applied."""
    return table(("Rule", "Exactly", "Changed by", "Passes unchanged"), (_refusal(row) for row in _refusals("rule")))


def counted() -> str:
    """Return the table of refusals that the guard alone does not decide: limits and confirmation."""
    rows = (_refusal(row) for row in _refusals("limit", "confirmation"))
    return table(("Refusal", "Exactly", "Changed by", "Passes unchanged"), rows)


def _refusals(*kinds: RefusalKind) -> list[Refusal]:
    return [row for row in REFUSALS.values() if row.kind in kinds]


def _refusal(row: Refusal) -> Sequence[str]:
    return (f"`{row.code}`", row.exactly, _variables(row.settings) or "no setting", row.passes)


def _variables(names: Iterable[str]) -> str:
    return ", ".join(f"`{variable(name)}`" for name in names)


def destinations() -> str:
    """Return the table of the fictional numbers, each with a command that shows what it does."""
    rows = [(f"`{row.number}`", f"`{row.name}`", row.what, f"`{row.tried_by} {row.number}`") for row in DESTINATIONS]
    tests = [(f"`{row.number}`", "", row.what, f"`call {row.number}`") for row in PLATFORM_TEST_NUMBERS]
    return table(("Number", "Name", "What happens", "Try it"), [*rows, *tests])


def behaviors() -> str:
    """Return the tables of what the sandbox simulates, and the source of that knowledge, one for each group."""
    found = all_behaviors()
    parts = (
        f"### {title}\n\n" + table(("Behavior", "In the sandbox", "Source"), map(_behavior, _of_group(found, group)))
        for group, title in GROUPS.items()
    )
    return "\n\n".join(parts)


def _of_group(found: Iterable[Behavior], group: str) -> Iterator[Behavior]:
    return (row for row in found if row.group == group)


def _behavior(row: Behavior) -> Sequence[str]:
    return (row.name, row.what, f"{row.evidence}: {row.source}" if row.source else row.evidence)


def lint_rules() -> str:
    """Return the table of the linter's rules."""
    rows = [(rule.code, rule.level, rule.title, rule.exactly, "fix" if rule.fixable else "") for rule in RULES_OF_SVAML]
    return table(("Rule", "Level", "About", "Exactly", ""), rows)


def control_routes() -> str:
    """Return the table of the routes of the sandbox's control API."""
    rows = ((f"`{route.method} /_sandbox/{route.path}`", route.description.partition("\n\n")[0]) for route in ROUTES)
    return table(("Route", "What it does"), rows)


def search_fields() -> str:
    """Return the table of the fields of the sandbox's search language."""
    return table(("Field", "What it finds"), ((f"`{name}:`", field.what) for name, field in FIELDS.items()))


def kept() -> str:
    """Return the table of columns that can hold something of a person."""
    rows = [(f"`{row.name}`", row.holds, row.form, row.deleted_by) for row in PERSONAL]
    return table(("Column", "Of a person", "Form", "Deleted by"), rows)


def results() -> str:
    """Return the table of results and reasons of calls, in plain words."""
    rows = [(f"`{row.code}`", row.kind, row.words, row.advice) for row in (*RESULTS.values(), *REASONS.values())]
    return table(("Sinch's word", "Kind", "In words", "What to do"), rows)


SECTIONS: dict[str, Callable[[], str]] = {
    "tools": tools,
    "settings": settings,
    "commands": commands,
    "limits": limits,
    "budgets": budgets,
    "rules": rules,
    "counted": counted,
    "behaviors": behaviors,
    "lint": lint_rules,
    "destinations": destinations,
    "control-routes": control_routes,
    "search-fields": search_fields,
    "kept": kept,
    "results": results,
}


def filled(text: str) -> str:
    """Return the page with every generated section replaced."""

    def section(match: re.Match[str]) -> str:
        name = match.group(1)
        return f"<!-- generated: {name} -->\n{SECTIONS[name]()}\n<!-- end -->"

    return re.sub(r"<!-- generated: ([a-z-]+) -->\n.*?<!-- end -->", section, text, flags=re.DOTALL)


def main() -> int:
    """Write the pages, or check them; return the exit status."""
    check = "--check" in sys.argv[1:]
    wanted = {page: filled(page.read_text("utf-8")) for page in PAGES}
    for name, described in (("svaml", schema()), ("sandbox", seed_file_schema())):
        wanted[ROOT / "docs" / f"{name}.schema.json"] = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
    stale = {page: text for page, text in wanted.items() if not page.exists() or page.read_text("utf-8") != text}
    for page, text in stale.items():
        name = page.relative_to(ROOT)
        print(f"{name} is out of date: run `make docs`" if check else f"wrote {name}")
        if not check:
            page.write_text(text, "utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
