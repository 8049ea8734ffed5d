"""Rules about what cannot be judged: unreadable parts, and members nobody documents."""

from collections.abc import Iterator

from sinch_voice_mcp.policy.effects.kinds import Broken, Unknown
from sinch_voice_mcp.policy.nearest import nearest_member
from sinch_voice_mcp.policy.rules.case import Case, Failed, Judgement, Passed, Rule
from sinch_voice_mcp.svaml import Document, examine
from sinch_voice_mcp.text.quoting import printable, quoted, sentence

_CORRECT = "Correct what stands at the named path, and ask again."


def readable(case: Case) -> Iterator[Judgement]:
    """Everything inside the request can be read, and nothing that would be played is empty."""
    broken = list(case.all(Broken))
    yield from (Failed(effect.path, "", sentence(effect.message), _CORRECT) for effect in broken)
    document = case.request
    if isinstance(document, Document) and case.intent.event is not None and not broken:
        _, findings = examine(document.to_wire(), case.intent.event)
        errors = [finding for finding in findings if finding.level == "error"]
        yield from (Failed(found.path, "", sentence(printable(found.message, 300)), _CORRECT) for found in errors)
        if not errors:
            yield Passed("$", case.intent.event)


def unknown_member(case: Case) -> Iterator[Judgement]:
    """No member is undocumented."""
    for path, what in dict.fromkeys((effect.path, effect.what) for effect in case.all(Unknown)):
        if case.live:
            yield _unknown(path, what, nearest_member(case.intent.request, path, what))
        else:
            yield Passed(path, printable(what))


def _unknown(path: str, what: str, nearest: str | None) -> Failed:
    meant = f" (did you mean {quoted(nearest)}?)" if nearest else ""
    message = f"{quoted(what)} is no documented member{meant}, so nobody knows what it does."
    write = f"Write {quoted(nearest)} instead, or leave it out" if nearest else "Leave it out"
    return Failed(path, printable(what), message, f"{write}, and ask again.")


RULES = (
    Rule(
        "readable",
        "Everything can be read",
        "Inline SVAML is valid for its event, prompts follow the prompt syntax and are not empty, `playFiles` names "
        "something to play, and every text can be sent as JSON; `ice`, `ace` and `pie` are SVAML or a URL.",
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
