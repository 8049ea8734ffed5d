"""The guard: pure functions and tables that decide whether a request may be sent.

::

    case = Case.of(Intent(request=request, mode="live", now=now), policy)
    match decide(case.knowing(facts)):
        case Allow(request=request):
            ...  # send this request, not the original one
        case NeedsApproval(question=question):
            ...  # ask a person, and decide again with approved=True
        case Refuse() as refusal:
            raise refusal.error()
"""

from sinch_voice_mcp.policy.case import Case, Intent, RunningCall
from sinch_voice_mcp.policy.cleaning import untrusted
from sinch_voice_mcp.policy.consent import FREE_DIGITS, ConsentReason
from sinch_voice_mcp.policy.decision import Allow, Decision, NeedsApproval, Refuse, Verdict, decide, needs_facts
from sinch_voice_mcp.policy.effects.collecting import effects_of
from sinch_voice_mcp.policy.effects.kinds import (
    Broken,
    Dial,
    Effect,
    Fetch,
    Hides,
    Identify,
    Join,
    Lasts,
    PlayStored,
    Reach,
    Secret,
    Speak,
    SpeakSsml,
    Store,
    Tones,
    Unknown,
)
from sinch_voice_mcp.policy.exposure import Exposure, exposure, is_hangup, minutes
from sinch_voice_mcp.policy.facts import UNKNOWN_TARIFF, Facts, Needs, Tariff
from sinch_voice_mcp.policy.fictional import FICTIONAL, FictionalRange
from sinch_voice_mcp.policy.numbers import NumberFacts, NumberType, describe_number
from sinch_voice_mcp.policy.policy import NUMBER_TYPES, VARIABLE_PREFIX, Confirm, Mode, Policy
from sinch_voice_mcp.policy.refusal import Refusal, owner_sets
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules import RULES, Rule
from sinch_voice_mcp.policy.showing import Shown, question_text

__all__ = [
    "FICTIONAL",
    "FREE_DIGITS",
    "NUMBER_TYPES",
    "REFUSALS",
    "RULES",
    "UNKNOWN_TARIFF",
    "VARIABLE_PREFIX",
    "Allow",
    "Broken",
    "Case",
    "Confirm",
    "ConsentReason",
    "Decision",
    "Dial",
    "Effect",
    "Exposure",
    "Facts",
    "Fetch",
    "FictionalRange",
    "Hides",
    "Identify",
    "Intent",
    "Join",
    "Lasts",
    "Mode",
    "Needs",
    "NeedsApproval",
    "NumberFacts",
    "NumberType",
    "PlayStored",
    "Policy",
    "Reach",
    "Refusal",
    "Refuse",
    "Rule",
    "RunningCall",
    "Secret",
    "Shown",
    "Speak",
    "SpeakSsml",
    "Store",
    "Tariff",
    "Tones",
    "Unknown",
    "Verdict",
    "decide",
    "describe_number",
    "effects_of",
    "exposure",
    "is_hangup",
    "minutes",
    "needs_facts",
    "owner_sets",
    "question_text",
    "untrusted",
]
