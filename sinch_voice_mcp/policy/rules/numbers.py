"""Rules about the numbers that a request calls."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Dial
from sinch_voice_mcp.policy.numbers import NO_REGION, Fault, FaultKind, NumberFacts
from sinch_voice_mcp.policy.refusal import NO_SWITCH
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Failed, Passed, Rule, RuleResult, Unsettled, listed
from sinch_voice_mcp.policy.values import ANY_REGION
from sinch_voice_mcp.text.quoting import printable


def number_named(case: Case) -> Iterator[RuleResult]:
    """Refuse a connection that leaves the number to the caller."""
    for dial in case.all(Dial):
        if dial.number is None:
            message = "`connectPstn` has no `number`, so it would call what the caller dialed, which cannot be checked."
            yield Failed(dial.path, "", message, "Pass `number`, in E.164 form.")


def _without(kind: FaultKind) -> Rule:
    """Return the rule that refuses one kind of text that is not a number to be called."""

    def check(case: Case) -> Iterator[RuleResult]:
        for path, number, found in case.dialed:
            if isinstance(found, Fault) and found.kind == kind:
                # Listing a number helps only if nothing but its range is unknown.
                change = NO_SWITCH if found.possible is None else None
                yield Failed(path, printable(number), found.message, found.next_step, change)
            else:
                yield Passed(path, printable(number))

    return Rule(REFUSALS[kind], check)


def fictional_number(case: Case) -> Iterator[RuleResult]:
    """Refuse numbers that are reserved for films and books, in live mode."""
    for path, found in case.sound:
        if case.live and not case.intent.on_sandbox and found.fictional:
            message = f"{found.e164} is reserved for films and books; no such phone exists."
            yield Failed(path, found.e164, message, "Ask the user for the real number; never invent one.")
        else:
            yield Passed(path, found.e164)


def denied_prefix(case: Case) -> Iterator[RuleResult]:
    """Refuse numbers with a denied prefix, even if another setting allows them."""
    for path, found in case.sound:
        prefix = next((one for one in case.policy.denied_prefixes if found.e164.startswith(one)), None)
        if prefix is None:
            yield Passed(path, found.e164)
        else:
            yield Failed(path, found.e164, f"The owner denies calls to numbers that begin with {prefix}.")


def non_geographic(case: Case) -> Iterator[RuleResult]:
    """Refuse satellite and universal numbers that are not listed."""
    for path, found in case.sound:
        if found.region != NO_REGION or found.e164 in case.policy.allowed_numbers:
            yield Passed(path, found.e164)
        else:
            message = (
                f"{found.e164} belongs to no country: +{found.calling_code} is a satellite or universal service, which "
                "can be very expensive to call."
            )
            yield Failed(path, found.e164, message)


def number_type(case: Case) -> Iterator[RuleResult]:
    """Refuse numbers of a kind that the owner does not allow."""
    for path, found in case.sound:
        value = f"{found.e164} ({found.type})"
        # The kind of a number in no known range is unknown, and only the owner's lists let such a number get here.
        is_new = found.type == "unknown" and not found.assigned
        if is_new or found.type in case.policy.allowed_number_types or found.e164 in case.policy.allowed_numbers:
            yield Passed(path, value)
        else:
            kinds = listed(tuple(sorted(case.policy.allowed_number_types))) or "none"
            yield Failed(path, value, f"{found.e164} is a number of the kind {found.type}; allowed kinds: {kinds}.")


def number_region(case: Case) -> Iterator[RuleResult]:
    """Refuse numbers of a region that the owner does not allow."""
    for path, found in case.sound:
        yield _region_result(case, path, found)


def _region_result(case: Case, path: str, found: NumberFacts) -> RuleResult:
    value = f"{found.e164} ({found.region or 'no region'})"
    # Numbers that belong to no country are the subject of the rule `non_geographic`.
    if found.e164 in case.policy.allowed_numbers or found.region == NO_REGION:
        return Passed(path, value)
    regions = _allowed_regions(case)
    if regions is None:
        return Unsettled(path, "own_numbers")
    if ANY_REGION in regions or found.region in regions:
        return Passed(path, value)
    place = f"is in {found.region}" if found.region else "is in no known region"
    allowed = listed(tuple(sorted(regions))) or "none"
    return Failed(path, value, f"{found.e164} {place}; allowed regions: {allowed}{_origin(case)}.")


def _allowed_regions(case: Case) -> frozenset[str] | None:
    return home_regions(case) if case.policy.allowed_regions is None else case.policy.allowed_regions


def home_regions(case: Case) -> frozenset[str] | None:
    """Return the regions of the account's own numbers; None if these were not looked up."""
    if case.own_numbers is None:
        return None
    own = case.own_regions.values()
    return frozenset(region for region in own if region is not None and region != NO_REGION)


def _origin(case: Case) -> str:
    """Return where the allowed regions come from, if the owner did not list them."""
    if case.policy.allowed_regions is not None:
        return ""
    if not case.known_numbers:
        return ", because the account has no voice numbers"
    unknown = tuple(number for number, region in case.own_regions.items() if region is None)
    without = f" without {listed(unknown)}, whose region neither this server nor the platform knows" if unknown else ""
    return f", those of the account's own voice numbers{without}"


RULES = (
    Rule(REFUSALS["number_named"], number_named),
    _without("emergency_number"),
    _without("short_number"),
    _without("e164_number"),
    Rule(REFUSALS["fictional_number"], fictional_number),
    Rule(REFUSALS["denied_prefix"], denied_prefix),
    Rule(REFUSALS["non_geographic"], non_geographic),
    Rule(REFUSALS["number_type"], number_type),
    Rule(REFUSALS["number_region"], number_region, needs_facts=True),
)
