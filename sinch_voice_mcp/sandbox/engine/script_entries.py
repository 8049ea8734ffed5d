"""The entries of a script: their members and bounds, and what is wrong with an entry in words of its reader."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import ErrorDetails

from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.svaml.limits import MAX_CALL_S
from sinch_voice_mcp.text.suggestions import nearest
from sinch_voice_mcp.text.validation import complaint

LegOutcome = Literal["answer", "busy", "no_answer", "fail"]
"""How a second phone that the call dials reacts."""

ANSWER = "answer"
MENU = "menu:"
PLACES = (ANSWER, "beep", "conference")
PLACES_WITH_NAME = ("menu", "step")

MAX_SAID_CHARS = 600
MAX_KEYS = 40
MAX_NAME_CHARS = 100
MAX_ANSWER_AFTER_S = 600

_KEYS = re.compile(r"[0-9*#]+")
_WHEN = ("on", "after_s", "barge")
_DURING_THE_CALL = ("press", "say", "hang_up")
_UNANSWERED = ("busy", "no_answer", "reject")
_BEFORE_THE_ANSWER = ("answer_after_s", *_UNANSWERED)
_ACTIONS = (*_DURING_THE_CALL, *_BEFORE_THE_ANSWER, "leg")


def _place(text: str) -> str:
    kind, colon, name = text.partition(":")
    if text in PLACES:
        return text
    if kind in PLACES_WITH_NAME and colon:
        if not 1 <= len(name) <= MAX_NAME_CHARS:
            raise ValueError(f"`{kind}:` needs a name of 1 to {MAX_NAME_CHARS} characters")
        return text
    near = nearest(kind, (*PLACES, *PLACES_WITH_NAME))
    hint = f"; did you mean `{near + ':NAME' if near in PLACES_WITH_NAME else near}`?" if near else ""
    raise ValueError(f"must be `answer`, `menu:ID`, `step:NAME`, `beep` or `conference`{hint}")


def _keys(text: str) -> str:
    if _KEYS.fullmatch(text) is None:
        raise ValueError("must be keys from `0` to `9`, `*` and `#`")
    return text


def _fact(value: object) -> object:
    if value is not True:
        raise ValueError("must be true; leave it out otherwise")
    return value


_Fact = Annotated[bool, AfterValidator(_fact)]


class ScriptEntry(BaseModel):
    """One entry.

    Attributes:
        on: The place where it acts; it continues the entry before if it names none.
        after_s: Seconds from the place, or from the entry before.
        barge: Whether it acts during the prompt of its menu, not after it.
        press: Keys to press, 0.25 s apart.
        say: What the callee says.
        hang_up: The callee hangs up.
        answer_after_s: The callee answers so many seconds after dialing started.
        busy: The callee is busy.
        no_answer: The callee does not answer.
        reject: The callee lets it ring, then rejects the call.
        leg: How the next second phone reacts.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    on: Annotated[str, Field(max_length=MAX_NAME_CHARS + 20), AfterValidator(_place)] | None = None
    after_s: Annotated[float, Field(ge=0, le=MAX_CALL_S)] | None = None
    barge: _Fact | None = None
    press: Annotated[str, Field(min_length=1, max_length=MAX_KEYS), AfterValidator(_keys)] | None = None
    say: Annotated[str, Field(min_length=1, max_length=MAX_SAID_CHARS)] | None = None
    hang_up: _Fact | None = None
    answer_after_s: Annotated[float, Field(ge=1, le=MAX_ANSWER_AFTER_S)] | None = None
    busy: _Fact | None = None
    no_answer: _Fact | None = None
    reject: _Fact | None = None
    leg: LegOutcome | None = None

    @classmethod
    def complaint(cls, fault: ErrorDetails) -> str:
        """Return what is wrong with an entry, to follow its index: ``.press: must be text``."""
        member = ".".join(str(part) for part in fault["loc"])
        text = complaint(fault)
        if fault["type"] == "extra_forbidden":
            near = nearest(member, cls.model_fields)
            hint = f"did you mean `{near}`?" if near else f"an entry has {_listed(cls.model_fields)}"
            text = f"{text}; {hint}"
        return f".{member[:40]}: {text}" if member else f": {text}"

    def given(self, names: Sequence[str]) -> list[str]:
        """Return which of some members the entry has."""
        return [name for name in names if getattr(self, name) is not None]


def complaints(entries: Sequence[ScriptEntry]) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with entries that are valid by themselves: the index, and the member with the reason."""
    ringing, over = None, None
    for at, entry in enumerate(entries):
        actions = entry.given(_ACTIONS)
        yield from ((at, text) for text in _own_faults(entry, actions))
        if entry.on is not None:
            over = None
        elif over is not None and entry.given(_DURING_THE_CALL):
            yield at, f": never happens, because the call has ended at script[{over}]; give it a place with `on`"
        for name in entry.given(_BEFORE_THE_ANSWER):
            if ringing is not None:
                yield at, f".{name}: script[{ringing}] already says how the callee takes the call"
            ringing = at
        if entry.hang_up:
            over = at
    yield from _unanswered(entries)


def _own_faults(entry: ScriptEntry, actions: Sequence[str]) -> Iterator[str]:
    if not actions:
        yield f": needs one of {_listed(_ACTIONS)}"
    for name in actions[1:]:
        yield f".{name}: one entry does one thing, and `{actions[0]}` is there already"
    if entry.barge and not (entry.on or "").startswith(MENU):
        yield ".barge: only an entry with `on`: `menu:ID` can interrupt a prompt"
    if actions and actions[0] in (*_BEFORE_THE_ANSWER, "leg"):
        for name in entry.given(_WHEN):
            yield f".{name}: `{actions[0]}` has a time of its own"


def _unanswered(entries: Sequence[ScriptEntry]) -> Iterator[tuple[int, str]]:
    """Yield the entries that never happen because the callee does not take the call."""
    refusing = next((at for at, entry in enumerate(entries) if entry.given(_UNANSWERED)), None)
    if refusing is None:
        return
    for at, entry in enumerate(entries):
        for name in entry.given((*_DURING_THE_CALL, "leg")):
            yield at, f".{name}: never happens, because script[{refusing}] does not take the call"


def _listed(names: Collection[str]) -> str:
    *most, last = (f"`{name}`" for name in names)
    return f"{', '.join(most)} or {last}"


BEHAVIORS = (
    chosen(
        "script",
        "limits of an entry",
        "40 keys, 600 characters, an answer after 600 s",
        covers=("MAX_SAID_CHARS", "MAX_KEYS", "MAX_NAME_CHARS", "MAX_ANSWER_AFTER_S"),
    ),
)
