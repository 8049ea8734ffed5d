"""Documents linted per second on one core, compared with validating them with a JSON Schema validator.

Run with ``make bench``. A validator reports whether a document has the right shape; the linter also reports whether its
menus lead somewhere, its prompts can be read and its numbers are numbers, and where each problem is.
"""

import json
import time
from collections.abc import Callable
from statistics import median

from jsonschema import Draft202012Validator

from sinch_voice_mcp.svaml.lint import RULES, lint
from sinch_voice_mcp.svaml.schema import schema

DOCUMENTS = 600
ROUNDS = 5


def menu(number: int) -> dict[str, object]:
    """Return a greeting with a menu of a few options and a second menu."""
    return {
        "instructions": [
            {"name": "answer"},
            {"name": "say", "text": f"Welcome to clinic {number}.", "locale": "en-US"},
        ],
        "action": {
            "name": "runMenu",
            "locale": "en-US",
            "barge": True,
            "menus": [
                {
                    "id": "main",
                    "mainPrompt": "#tts[Press 1 to book, 2 for opening hours.]",
                    "repeats": 2,
                    "options": [
                        {"dtmf": "1", "action": "return(book)"},
                        {"dtmf": "2", "action": "menu(hours)"},
                    ],
                },
                {"id": "hours", "mainPrompt": "#tts[Nine to five.]", "maxDigits": 4, "timeoutMills": 3000},
            ],
        },
    }


def transfer(number: int) -> dict[str, object]:
    """Return a sentence, then a transfer."""
    return {
        "instructions": [{"name": "say", "text": "One moment, please.", "locale": "en-GB"}],
        "action": {
            "name": "connectPstn",
            "number": f"+120255501{number % 100:02}",
            "cli": "+14155550100",
            "maxDuration": 600,
        },
    }


def hold(number: int) -> dict[str, object]:
    """Return music from the web, then a conference."""
    return {
        "instructions": [{"name": "playFiles", "ids": [f"https://media.example.com/{number}.mp3"], "locale": "en-US"}],
        "action": {"name": "connectConf", "conferenceId": f"room-{number}", "moh": "music1"},
    }


def rate(work: Callable[[str], object], texts: list[str]) -> float:
    """Return documents per second: the median of several rounds."""
    rates: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for text in texts:
            work(text)
        rates.append(len(texts) / (time.perf_counter() - start))
    return median(rates)


def main() -> None:
    """Measure and print."""
    makers = (menu, transfer, hold)
    texts = [json.dumps(makers[number % 3](number)) for number in range(DOCUMENTS)]
    validator = Draft202012Validator(schema())

    def validates(text: str) -> bool:
        return validator.is_valid(json.loads(text))  # pyright: ignore[reportUnknownMemberType] - the library's own types

    if not all(validates(text) and lint(text).ok for text in texts):
        raise SystemExit("the documents of this benchmark are not valid")
    linted = rate(lint, texts)
    validated = rate(validates, texts)
    print(f"{len(texts)} typical documents, {len(RULES)} rules, median of {ROUNDS} rounds on one core")
    print(f"  lint (parse, read, all rules)         {linted:10,.0f} documents/s")
    print(f"  parse and validate with jsonschema    {validated:10,.0f} documents/s")


if __name__ == "__main__":
    main()
