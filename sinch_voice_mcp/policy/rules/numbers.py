"""Rules about the numbers that ring."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.effects.kinds import Dial
from sinch_voice_mcp.policy.numbers import Fault, FaultKind, NumberFacts, examine
from sinch_voice_mcp.policy.policy import ANY_REGION
from sinch_voice_mcp.policy.rules.case import (
    NO_REGION,
    Case,
    Check,
    Failed,
    Judgement,
    Passed,
    Rule,
    Unsettled,
    listed,
)
from sinch_voice_mcp.text.quoting import printable

_ASK = "Ask the user for the real number; never invent one."


def number_named(case: Case) -> Iterator[Judgement]:
    """A call to a telephone says which."""
    for dial in case.all(Dial):
        if dial.number is None:
            message = "This connects whatever number the caller dialled, which nobody can judge beforehand."
            yield Failed(dial.path, "", message, "Pass `number`, in E.164 form.")


def _without(kind: FaultKind) -> Check:
    def check(case: Case) -> Iterator[Judgement]:
        for path, number, found in case.dialed:
            if isinstance(found, Fault) and found.kind == kind:
                yield Failed(path, printable(number), found.message, found.next_step)
            else:
                yield Passed(path, printable(number))

    return check


def fictional_number(case: Case) -> Iterator[Judgement]:
    """Numbers for films are not rung in live mode."""
    for path, found in case.sound:
        if case.live and found.fictional:
            message = f"{found.e164} is set aside for films and books; no such phone rings."
            yield Failed(path, found.e164, message, _ASK)
        else:
            yield Passed(path, found.e164)


def denied_prefix(case: Case) -> Iterator[Judgement]:
    """Denied beginnings win over everything that is allowed."""
    for path, found in case.sound:
        prefix = next((one for one in case.policy.denied_prefixes if found.e164.startswith(one)), None)
        if prefix is None:
            yield Passed(path, found.e164)
        else:
            yield Failed(path, found.e164, f"The owner denies numbers that begin with {prefix}.")


def non_geographic(case: Case) -> Iterator[Judgement]:
    """Satellites and universal numbers are rung only where listed."""
    for path, found in case.sound:
        if found.region != NO_REGION or found.e164 in case.policy.allowed_numbers:
            yield Passed(path, found.e164)
        else:
            message = (
                f"{found.e164} belongs to no country (+{found.calling_code} is a satellite or universal "
                "service), and such calls can be very expensive."
            )
            yield Failed(path, found.e164, message)


def number_type(case: Case) -> Iterator[Judgement]:
    """Only the allowed kinds of numbers are rung."""
    for path, found in case.sound:
        if found.type in case.policy.allowed_number_types or found.e164 in case.policy.allowed_numbers:
            yield Passed(path, f"{found.e164} ({found.type})")
        else:
            kinds = listed(tuple(sorted(case.policy.allowed_number_types))) or "none"
            message = f"{found.e164} is a number of the kind {found.type}; allowed are {kinds}."
            yield Failed(path, f"{found.e164} ({found.type})", message)


def number_region(case: Case) -> Iterator[Judgement]:
    """Only the allowed regions are rung."""
    for path, found in case.sound:
        yield _region(case, path, found)


def _region(case: Case, path: str, found: NumberFacts) -> Judgement:
    value = f"{found.e164} ({found.region or 'no region'})"
    # Numbers that belong to no country are another rule's.
    if found.e164 in case.policy.allowed_numbers or found.region == NO_REGION:
        return Passed(path, value)
    regions = _allowed_regions(case)
    if regions is None:
        return Unsettled(path, "own_numbers")
    if ANY_REGION in regions or found.region in regions:
        return Passed(path, value)
    place = f"is in {found.region}" if found.region else "is in no known region"
    message = f"{found.e164} {place}; allowed is {listed(tuple(sorted(regions))) or 'no region'}{_why(case)}."
    return Failed(path, value, message)


def _allowed_regions(case: Case) -> frozenset[str] | None:
    if case.policy.allowed_regions is not None:
        return case.policy.allowed_regions
    if case.own_numbers is None:
        return None
    own = (examine(number) for number in case.own_numbers)
    return frozenset(
        found.region for found in own if isinstance(found, NumberFacts) and found.region not in (None, NO_REGION)
    )


def _why(case: Case) -> str:
    if case.policy.allowed_regions is not None:
        return ""
    return ", from the account's own voice numbers" if case.known_numbers else ": the account has no voice numbers"


RULES = (
    Rule(
        "number_named",
        "The number is named",
        "`connectPstn` without `number` would ring whatever the caller dialled, and is refused.",
        (),
        number_named,
    ),
    Rule(
        "emergency_number",
        "Emergency numbers",
        "Six digits or fewer that are an emergency number in any region; a national number that is one in any "
        "region of its calling code; an invalid number that begins like one. Also as the user of a SIP address "
        "or in-app call.",
        (),
        _without("emergency_number"),
    ),
    Rule(
        "short_number",
        "Short numbers",
        "Numbers that work inside one network only, by numbering metadata.",
        (),
        _without("short_number"),
    ),
    Rule(
        "e164_number",
        "E.164",
        "Begins with +; ASCII digits with spaces, dots, dashes and round brackets, non-breaking ones too; possible "
        "and valid by numbering metadata without a default region, or set aside for films. What is sent is the "
        "formatted number.",
        (),
        _without("e164_number"),
    ),
    Rule(
        "fictional_number",
        "Fictional numbers",
        "In live mode, numbers that regulators set aside for films: NANP 555-0100 to 555-0199, Ofcom's and ACMA's.",
        (),
        fictional_number,
    ),
    Rule(
        "denied_prefix",
        "Denied beginnings",
        "Numbers that begin with one of `denied_prefixes`, even where they are allowed otherwise.",
        ("denied_prefixes",),
        denied_prefix,
    ),
    Rule(
        "non_geographic",
        "Numbers of no country",
        "+800 +808 +870 +878 +881 +882 +883 +888 +979, unless that exact number is in `allowed_numbers`.",
        ("allowed_numbers",),
        non_geographic,
    ),
    Rule(
        "number_type",
        "Kinds of numbers",
        "The kind by numbering metadata is in `allowed_number_types`, or the number is in `allowed_numbers`.",
        ("allowed_number_types", "allowed_numbers"),
        number_type,
    ),
    Rule(
        "number_region",
        "Regions",
        "The number's region, not its calling code, is in `allowed_regions`; by default the regions of the "
        "account's own voice numbers. Numbers in `allowed_numbers` pass.",
        ("allowed_regions", "allowed_numbers"),
        number_region,
        needs_facts=True,
    ),
)
