"""Rules about the caller ID."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Dial, Identify, Reach
from sinch_voice_mcp.policy.numbers import NumberFacts
from sinch_voice_mcp.policy.refusal import NO_SWITCH
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Failed, Passed, Rule, RuleResult, Unsettled, listed
from sinch_voice_mcp.policy.values import is_caller_id_number, is_caller_id_word
from sinch_voice_mcp.text.quoting import printable, quoted


def cli_missing(case: Case) -> Iterator[RuleResult]:
    """Refuse a call to a telephone without a caller ID."""
    for dial in case.all(Dial):
        if dial.cli is not None:
            yield Passed(dial.cli_path, printable(dial.cli))
            continue
        # Measured: the platform answers such a callout with success.
        message = (
            "This call has no caller ID (`cli`). Sinch would accept the request and return a call id, but the phone "
            "would never ring."
        )
        yield Failed(dial.cli_path, "", message, _pass_own_number(case))


def cli_form(case: Case) -> Iterator[RuleResult]:
    """Refuse a caller ID that is neither a number in E.164 form nor a word that the owner listed."""
    for effect in case.all(Identify):
        if effect.cli in case.policy.accepted_cli or is_caller_id_number(effect.cli):
            yield Passed(effect.path, printable(effect.cli))
        else:
            # The owner can list a word as verified, but not a malformed number.
            is_word = is_caller_id_word(effect.cli)
            unlisted = ", and the owner has not listed it in `verified_cli`" if is_word else ""
            message = (
                f"The caller ID {quoted(effect.cli)} is not a number in E.164 form, such as +14155550100{unlisted}."
            )
            how_to_change = None if is_word else NO_SWITCH
            yield Failed(effect.path, printable(effect.cli), message, _pass_own_number(case), how_to_change)


def self_call(case: Case) -> Iterator[RuleResult]:
    """Refuse a call to the number that it shows as its caller ID."""
    shown = {effect.path: effect.cli for effect in case.effects if isinstance(effect, Dial | Reach)}
    for path, number, found in case.dialed:
        # The user part of a SIP address can be written with letters before the number.
        called = found.e164 if isinstance(found, NumberFacts) else number
        if (cli := shown.get(path)) is None:
            continue
        if called == cli:
            message = f"{printable(cli)} would call itself: the caller ID is the number that is called."
            step = "Check with the user which number is meant, or pass another of the account's numbers as `cli`."
            yield Failed(path, printable(called), message, step)
        else:
            yield Passed(path, printable(called))


def cli_ownership(case: Case) -> Iterator[RuleResult]:
    """Refuse a caller ID that is neither the account's own nor listed by the owner."""
    for effect in case.all(Identify):
        if effect.cli in case.policy.accepted_cli:
            yield Passed(effect.path, printable(effect.cli))
        elif case.own_numbers is None:
            yield Unsettled(effect.path, "own_numbers")
        elif effect.cli in case.own_numbers:
            yield Passed(effect.path, printable(effect.cli))
        else:
            message = (
                f"The caller ID {quoted(effect.cli)} is not one of the account's voice numbers, and the owner has not "
                f"listed it in `verified_cli`.{_own(case)}"
            )
            yield Failed(effect.path, printable(effect.cli), message, _pass_own_number(case))


def _own(case: Case) -> str:
    return f" The account's own voice numbers: {listed(case.known_numbers)}." if case.known_numbers else ""


def _pass_own_number(case: Case) -> str:
    if case.known_numbers:
        return f"Pass `cli`: one of {listed(case.known_numbers)}."
    return "Pass `cli`: one of the account's own numbers; list_numbers shows them."


RULES = (
    Rule(REFUSALS["cli_missing"], cli_missing),
    Rule(REFUSALS["cli_form"], cli_form),
    Rule(REFUSALS["self_call"], self_call),
    Rule(REFUSALS["cli_ownership"], cli_ownership, needs_facts=True),
)
