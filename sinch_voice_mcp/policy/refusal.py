"""One reason to refuse a request: a row of the table of refusals, and the sentences that rows share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.errors import RefusedError
from sinch_voice_mcp.policy.policy import variable

RefusalKind = Literal["rule", "limit", "confirmation"]
"""What decides: the guard, the journal's counters, or a person."""

PassesWhen = Literal["never", "next_allowed_at", "call_ends", "confirmed", "resumed"]
"""When the same request can pass without a change of it or of a setting."""

NO_SWITCH = "No setting allows this."
UNCHANGED = "Repeating the request unchanged will not help."
"""Ends the next step of a refusal that time does not lift."""

# The default of the error class, so that both say the same.
TELL_THE_USER = RefusedError.default_next_step
CALL_AGAIN_LATER = "Tell the user, and try again at `next_allowed_at` or later."
_CHECK_CALLS = "Check list_calls, and try again when a call has ended; hang_up ends one."
_PASSES: Mapping[PassesWhen, str] = {
    "never": "never",
    "next_allowed_at": "at `next_allowed_at`",
    "call_ends": "when a call has ended, at `next_allowed_at` at the latest",
    "confirmed": "when a person confirms it",
    "resumed": "when the owner resumes calling",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row of the table.

    Attributes:
        code: The stable name in the member ``rule`` of an error; for a limit, the setting that sets it.
        kind: What decides.
        title: The subject, in a few words.
        exactly: What is allowed or refused, precisely.
        settings: The members of the policy that change it; empty if no setting does.
        passes_when: When the same request can pass although it and the settings stay as they are. Only refusals
            that pass at a known time have ``next_allowed_at``.
        next_step: What the client does now, unless a refusal has a more specific next step.
        message: The message, if it is the same for every request.
        retry_safe: Whether repeating the request has no second effect. True of every row, because a refused
            request was not sent.
    """

    code: str
    kind: RefusalKind
    title: str
    exactly: str
    settings: tuple[str, ...] = ()
    passes_when: PassesWhen = "never"
    next_step: str = TELL_THE_USER
    message: str = ""
    retry_safe: bool = True

    @property
    def passes_later(self) -> bool:
        """Whether the same request can pass although it and the settings stay as they are."""
        return self.passes_when != "never"

    @property
    def passes(self) -> str:
        """When the same request passes, for documentation."""
        return _PASSES[self.passes_when]

    @property
    def how_to_change(self) -> str:
        """One sentence: who can change this, with which settings."""
        return owner_sets(*self.settings) if self.settings else NO_SWITCH

    def steps(self, own: str | None = None) -> str:
        """Return the next step, or ``own`` if given; say so if the request never passes unchanged."""
        step = own or self.next_step
        return step if self.passes_later else never_unchanged(step)


def never_unchanged(step: str) -> str:
    """Return a next step that adds that time alone does not help."""
    return f"{step} {UNCHANGED}"


def owner_sets(*names: str, word: str = "or") -> str:
    """Return one sentence that names the settings to change; ``word`` joins them."""
    variables = f" {word} ".join(variable(name) for name in names)
    return f"Only the owner of this server can change this, with {variables}."


def rule_row(code: str, title: str, exactly: str, *settings: str) -> Refusal:
    """Return the row of a rule that time does not lift."""
    return Refusal(code, "rule", title, exactly, settings)


def limit_row(
    code: str, title: str, exactly: str, message: str, passes_when: PassesWhen = "next_allowed_at"
) -> Refusal:
    """Return the row of a limit, which the setting of the same name sets."""
    step = _CHECK_CALLS if passes_when == "call_ends" else CALL_AGAIN_LATER
    return Refusal(code, "limit", title, exactly, (code,), passes_when, step, message)
