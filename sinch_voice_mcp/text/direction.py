"""Right-to-left text inside left-to-right text: isolated, so that the punctuation of each stays on its own side."""

import unicodedata

LEFT_TO_RIGHT, RIGHT_TO_LEFT, POP = "\u2066", "\u2067", "\u2069"
"""Unicode's isolates (UAX #9): what opens one in each direction, and what closes it."""

_DIRECTIONS = {"L": LEFT_TO_RIGHT, "R": RIGHT_TO_LEFT, "AL": RIGHT_TO_LEFT}


def isolated(text: str) -> str:
    """Return the text between isolates if a letter in it is written from right to left; otherwise unchanged."""
    strong = [_DIRECTIONS[kind] for char in text if (kind := unicodedata.bidirectional(char)) in _DIRECTIONS]
    return f"{strong[0]}{text}{POP}" if RIGHT_TO_LEFT in strong else text


def is_isolate(char: str) -> bool:
    """Whether a character opens or closes an isolate."""
    return char in {LEFT_TO_RIGHT, RIGHT_TO_LEFT, POP}


def balanced(lines: list[str]) -> list[str]:
    """Return the lines of a text so that each closes the isolates that it opens, and opens those that it continues."""
    result: list[str] = []
    opened = ""
    for line in lines:
        whole = opened + line
        for char in line:
            if char == POP:
                opened = opened[:-1]
            elif is_isolate(char):
                opened += char
        result.append(whole + POP * len(opened))
    return result
