"""Rules about the caller id."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.effects.kinds import Dial, Identify
from sinch_voice_mcp.policy.policy import is_caller_id_number, is_caller_id_word
from sinch_voice_mcp.policy.rules.case import NO_SWITCH, Case, Failed, Judgement, Passed, Rule, Unsettled, listed
from sinch_voice_mcp.text.quoting import printable, quoted


def cli_missing(case: Case) -> Iterator[Judgement]:
    """A call to a telephone shows a caller id."""
    for dial in case.all(Dial):
        if dial.cli is not None:
            yield Passed(dial.cli_path, printable(dial.cli))
            continue
        message = (
            "This call has no caller id (`cli`). Sinch would accept it and return a call id, and the phone would "
            "never ring."
        )
        yield Failed(dial.cli_path, "", message, _pass_one(case))


def cli_form(case: Case) -> Iterator[Judgement]:
    """A caller id is a number in E.164, or a word that the owner listed."""
    for effect in case.all(Identify):
        if effect.cli in case.policy.accepted_cli or is_caller_id_number(effect.cli):
            yield Passed(effect.path, printable(effect.cli))
        else:
            # The owner can list a word, and no misspelt number.
            is_word = is_caller_id_word(effect.cli)
            unlisted = ", and nobody listed it as verified" if is_word else ""
            message = (
                f"The caller id {quoted(effect.cli)} is not a number in E.164 form, such as +14155550100{unlisted}."
            )
            how = None if is_word else NO_SWITCH
            yield Failed(effect.path, printable(effect.cli), message, _pass_one(case), how)


def cli_ownership(case: Case) -> Iterator[Judgement]:
    """A caller id is the account's own, or listed."""
    for effect in case.all(Identify):
        if effect.cli in case.policy.accepted_cli:
            yield Passed(effect.path, printable(effect.cli))
        elif case.own_numbers is None:
            yield Unsettled(effect.path, "own_numbers")
        elif effect.cli in case.own_numbers:
            yield Passed(effect.path, printable(effect.cli))
        else:
            message = (
                f"The caller id {quoted(effect.cli)} is not one of the account's voice numbers, and nobody listed "
                f"it as verified.{_own(case)}"
            )
            yield Failed(effect.path, printable(effect.cli), message, _pass_one(case))


def _own(case: Case) -> str:
    return f" The account's own voice numbers: {listed(case.known_numbers)}." if case.known_numbers else ""


def _pass_one(case: Case) -> str:
    if case.known_numbers:
        return f"Pass `cli`: one of {listed(case.known_numbers)}."
    return "Pass `cli`: one of your own numbers; list_numbers shows them."


RULES = (
    Rule(
        "cli_missing",
        "A caller id is there",
        "Every call to a telephone has a `cli`. `default_cli` fills it in where it is missing; nothing else does.",
        ("default_cli",),
        cli_missing,
    ),
    Rule(
        "cli_form",
        "The caller id's form",
        "A plus and 7 to 15 digits; `private` and `incoming` only where `verified_cli` lists them.",
        ("verified_cli",),
        cli_form,
    ),
    Rule(
        "cli_ownership",
        "The caller id's owner",
        "One of the account's own voice numbers, or in `verified_cli`, or the `default_cli`.",
        ("verified_cli",),
        cli_ownership,
        needs_facts=True,
    ),
)
