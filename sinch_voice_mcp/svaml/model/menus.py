"""The menus of ``runMenu``: prompts, options and limits."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from sinch_voice_mcp.types import Inert, Many, Meaning, Payload

ENDS_SEQUENCE = "#"
"""The key that ends the keys of a menu with ``maxDigits``; it is not one of them."""


def ends_sequence(key: object, max_digits: object) -> bool:
    """Whether a key ends the keys of a menu, and so chooses nothing; a menu that takes one key ends by itself."""
    return key == ENDS_SEQUENCE and isinstance(max_digits, int) and max_digits > 1


class Option(Payload):
    """A key or, with ``enable_voice``, a spoken phrase, and where it leads.

    ``action`` is ``return(value)`` or ``menu(id)``.
    """

    dtmf: Annotated[str, Field(pattern=r"^[0-9*#]$"), Meaning.INERT] | None = None
    input: Inert[str] | None = None
    action: Annotated[str, Field(pattern=r"^(?i:\s*menu\s*\([^()]+\)|\s*return\s*(\([^()]*\))?)\s*$"), Meaning.INERT]

    @model_validator(mode="after")
    def _has_a_trigger(self) -> Self:
        if self.dtmf is None and self.input is None:
            raise ValueError("has an option without a key (`dtmf`) or, with `enableVoice`, a phrase (`input`)")
        return self


class Menu(Payload):
    """A question with its options. Times are in milliseconds; ``repeats`` is how often the prompt is repeated.

    With ``max_digits``, a sequence of keys is collected; without it, the first key decides.
    """

    id: Inert[str]
    main_prompt: Annotated[str, Meaning.PROMPT] | None = None
    repeat_prompt: Annotated[str, Meaning.PROMPT] | None = None
    repeats: Annotated[int, Field(ge=0), Meaning.LASTS] | None = None
    max_digits: Annotated[int, Field(ge=1), Meaning.INERT] | None = None
    timeout_mills: Annotated[int, Field(ge=0), Meaning.LASTS] | None = None
    max_timeout_mills: Annotated[int, Field(ge=0), Meaning.LASTS] | None = None
    options: Many[Option] | None = None
