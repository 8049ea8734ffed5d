"""Rules about what the callee hears otherwise than it was meant; ``svaml.speech`` judges it."""

from collections.abc import Callable, Iterator

from sinch_voice_mcp.svaml.findings import Finding
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Target


def _heard(code: str) -> Callable[[Target], Iterator[Finding]]:
    """Return a check that yields the warnings about speech with a code."""

    def check(target: Target) -> Iterator[Finding]:
        return target.heard(code)

    return check


RULES = (
    LintRule("SV036", "warning", "Placeholder", "A text has no placeholder that was not filled in, such as `{{name}}`, "
             "`${name}`, `[Name]` or `<name>`.", _heard("SV036")),
    LintRule("SV037", "warning", "Unread script", "The voice reads the script of the text: an English voice does not "
             "speak Chinese.", _heard("SV037")),
    LintRule("SV038", "warning", "Nothing heard", "A text has a letter or a digit, not only emoji, dots or marks.",
             _heard("SV038")),
)  # fmt: skip
