"""JSON values that a client sent as JSON text."""

import json


def parsed(value: object) -> object:
    """Return the value of a JSON text; any other value, and a text that is no JSON, as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
