"""The known name that a misspelled one probably means: for every "did you mean"."""

from collections.abc import Iterable
from difflib import get_close_matches

MIN_SIMILARITY = 0.76
"""Similarity from which a name is suggested, as difflib measures it: ``txt`` and ``text`` have 0.86, ``typo`` and
``stop`` 0.5. A wrong suggestion, such as the kill switch for a word that only resembles it, is worse than none."""

_MAX_CHARS = 100
"""Characters of a name that are compared; no known name is longer, and a comparison takes time."""


def nearest(
    name: str, known: Iterable[str], shared_prefix: str = "", *, similarity: float = MIN_SIMILARITY
) -> str | None:
    """Return the known name that is most like a name, in any letter case; None if none is similar enough.

    Args:
        name: The unknown name.
        known: The names that there are.
        similarity: How similar the known name must be; more, if it is not only suggested.
        shared_prefix: What many of the names begin with; it is not compared, because it makes any two names similar.
    """
    prefix = shared_prefix.lower()
    by_form = {other.lower().removeprefix(prefix): other for other in known}
    found = get_close_matches(name[:_MAX_CHARS].lower().removeprefix(prefix), by_form, n=1, cutoff=similarity)
    return by_form[found[0]] if found else None
