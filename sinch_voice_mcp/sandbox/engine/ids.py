"""Ids that look random and come from a seed."""

import hashlib
from collections import Counter
from typing import Literal
from uuid import UUID

Kind = Literal["call", "reference"]


class Ids:
    """UUIDs in a fixed order, one sequence for each kind: an error does not shift the ids of calls."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._given: Counter[Kind] = Counter()

    def next(self, kind: Kind) -> str:
        """The next id of a kind."""
        self._given[kind] += 1
        digest = hashlib.sha256(f"{self._seed}/{kind}/{self._given[kind]}".encode()).digest()
        return str(UUID(bytes=digest[:16], version=4))
