"""Applications of the account besides the server's own one: a tool may change those that the owner lists."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Problem, Rule, RuleResult, result_of
from sinch_voice_mcp.text.quoting import printable
from sinch_voice_mcp.wire.applications import AssignNumbers, UnassignNumber

_ROW = REFUSALS["application_key"]


def other_application(case: Case) -> Iterator[RuleResult]:
    """Refuse to change an application that is not listed; requests about the server's own one name no key."""
    request = case.request
    if isinstance(request, AssignNumbers | UnassignNumber) and request.application_key is not None:
        is_listed = request.application_key in case.policy.application_keys
        yield result_of("$.applicationkey", printable(request.application_key), None if is_listed else _PROBLEM)


_PROBLEM = Problem("This would change another application of the account, which the owner has not listed.")

RULES = (Rule(_ROW, other_application),)
