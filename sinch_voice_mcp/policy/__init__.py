"""The guard: pure functions and tables that decide whether a request may be sent.

::

    match decide(Intent(request=request, mode="live"), policy, facts):
        case Allow(request=request):
            ...  # send this request, not the one that was asked for
        case Refuse() as refusal:
            raise refusal.error()
"""

from sinch_voice_mcp.policy.deciding import decide, needs_facts
from sinch_voice_mcp.policy.decision import Allow, Decision, Facts, Intent, Refuse, Verdict
from sinch_voice_mcp.policy.effects import (
    Broken,
    Dial,
    Effect,
    Fetch,
    Hides,
    Identify,
    Lasts,
    Reach,
    Secret,
    Speak,
    SpeakSsml,
    Store,
    Tones,
    Unknown,
)
from sinch_voice_mcp.policy.fictional import FICTIONAL, FictionalRange
from sinch_voice_mcp.policy.numbers import NumberFacts, NumberType, describe_number
from sinch_voice_mcp.policy.profile import NUMBER_TYPES, VARIABLE_PREFIX, Mode, Policy
from sinch_voice_mcp.policy.rules import RULES, Rule
from sinch_voice_mcp.policy.walk import effects_of

__all__ = [
    "FICTIONAL",
    "NUMBER_TYPES",
    "RULES",
    "VARIABLE_PREFIX",
    "Allow",
    "Broken",
    "Decision",
    "Dial",
    "Effect",
    "Facts",
    "Fetch",
    "FictionalRange",
    "Hides",
    "Identify",
    "Intent",
    "Lasts",
    "Mode",
    "NumberFacts",
    "NumberType",
    "Policy",
    "Reach",
    "Refuse",
    "Rule",
    "Secret",
    "Speak",
    "SpeakSsml",
    "Store",
    "Tones",
    "Unknown",
    "Verdict",
    "decide",
    "describe_number",
    "effects_of",
    "needs_facts",
]
