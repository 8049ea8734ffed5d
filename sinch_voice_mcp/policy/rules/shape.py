"""Rules about what cannot be judged: unreadable parts, and members nobody documents."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.effects import Broken, Unknown
from sinch_voice_mcp.policy.quoting import printable, quoted
from sinch_voice_mcp.policy.rules.case import Case, Failed, Judgement, Passed, Rule
from sinch_voice_mcp.svaml import Document, examine


def readable(case: Case) -> Iterator[Judgement]:
    """Everything inside the request can be read."""
    broken = list(case.all(Broken))
    yield from (Failed(effect.path, "", _sentence(effect.message)) for effect in broken)
    document = case.request
    if isinstance(document, Document) and case.intent.event is not None and not broken:
        _, findings = examine(document.to_wire(), case.intent.event)
        errors = [finding for finding in findings if finding.level == "error"]
        yield from (Failed(found.path, "", _sentence(printable(found.message, 300))) for found in errors)
        if not errors:
            yield Passed("$", case.intent.event)


def unknown_member(case: Case) -> Iterator[Judgement]:
    """No member is undocumented."""
    for path, what in dict.fromkeys((effect.path, effect.what) for effect in case.all(Unknown)):
        name = printable(what)
        if case.live:
            yield Failed(path, name, f"{quoted(what)} is no documented member, so nobody knows what it does.")
        else:
            yield Passed(path, name)


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:].removesuffix(".") + "."


RULES = (
    Rule(
        "readable",
        "Everything can be read",
        "Inline SVAML is valid for its event, prompts follow the prompt syntax, and every text can be sent as "
        "JSON; `ice`, `ace` and `pie` are SVAML or a URL.",
        (),
        readable,
    ),
    Rule(
        "unknown_member",
        "Undocumented members",
        "Refused in live mode; in the sandbox they are left out, with a warning.",
        (),
        unknown_member,
    ),
)
