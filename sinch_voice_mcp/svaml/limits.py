"""The platform's limits and rates, each in one place."""

MAX_SPOKEN_CHARS = 600
"""Characters that the platform speaks in one piece, unless the account allows more."""

MOST_SPOKEN_CHARS = 2_500
"""Characters that an owner can allow in one piece: as many as a question to a person can show in full."""

SSML_CHARS_PER_SPOKEN_CHAR = 10
"""How much longer SSML may be than the text in it."""

MAX_SSML_CHARS = MOST_SPOKEN_CHARS * SSML_CHARS_PER_SPOKEN_CHAR
MAX_SSML_DEPTH = 64
"""Elements inside each other; real SSML has a handful."""

MAX_BREAK_S = 10
"""Seconds of silence that one ``<break>`` can last."""

MAX_BREAKS_S = 30
"""Seconds that the guard lets all breaks of one SSML text last together; the platform documents no bound."""

DEFAULT_BREAK_S = 1.0
"""Seconds of a ``<break>`` without ``time``."""

CHARS_PER_SECOND = 14
"""About how fast the platform's voices speak English; Sinch publishes no number."""

MAX_CALL_S = 14_400
"""Seconds that a call can last: four hours."""

MAX_PARK_S = 600
"""Seconds that a call can stay parked."""

MAX_REPEATS = 10
"""How often the guard lets a menu repeat its prompt; the platform documents no bound."""

MAX_TIMEOUT_MS = 60_000
"""Milliseconds that the guard lets a menu or a conference wait for the next key; the platform documents no bound."""

MAX_INPUT_MS = 300_000
"""Milliseconds that the guard lets a menu wait for all keys together; the platform documents no bound."""

MAX_RINGING_S = 600
"""Seconds after which no telephone network still rings; a longer limit is probably given in milliseconds."""

MAX_DIGITS = 64
"""Keys that a caller could be asked to enter; the platform documents no bound."""

MAX_TONES = 64
"""Tones that the guard sends at once; the platform documents no bound."""

MIN_SAMPLE_RATE, MAX_SAMPLE_RATE = 8_000, 96_000
"""Samples per second of streamed audio."""

STREAMING_VERSION = 1
"""The only version of the streaming protocol."""

MAX_PROMPTS = 64
"""Prompts in one ``playFiles``."""

MAX_CONFERENCE_ID_CHARS = 64
MAX_PAIR_BYTES = 1_024
"""Bytes of all cookies of a call together, and of all call headers of an action."""

MAX_JSON_CHARS = 1_048_576
"""Characters of a JSON text that is read: 1 MiB of ASCII."""

MAX_JSON_DEPTH = 100
"""Objects and arrays inside each other in a JSON text; a document has about eight."""

MAX_INTEGER_DIGITS = 300
"""Digits of a whole number in a JSON text; a longer one is more than any double can hold."""
