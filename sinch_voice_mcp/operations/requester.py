"""Who asks for a call, and what a person said to it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Answer = Literal["yes", "no", "closed", "not_asked", "cannot_ask"]
"""``closed``: the question was put away without an answer. ``not_asked``: nobody had to be asked. ``cannot_ask``: the
client shows no questions; its own approval counts."""

LOCAL = "local"
"""The principal of a server that only its own user can reach."""


@dataclass(frozen=True, slots=True)
class Requester:
    """One request's circumstances.

    Attributes:
        principal: Who asks; requests of two of them are never the same request.
        key: The caller's name for this request: the same key is the same call.
        answer: What a person said when asked.
        token: Digest of the sealed answer that came with the request; good for one call.
    """

    principal: str = LOCAL
    key: str | None = None
    answer: Answer = "cannot_ask"
    token: str | None = None

    def part(self, at: int) -> "Requester":
        """The same for one of several requests that were asked for together."""
        return Requester(self.principal, _part(self.key, at), self.answer, _part(self.token, at))


def digest(*parts: object) -> str:
    """SHA-256 of texts that cannot run into each other."""
    sealed = hashlib.sha256()
    for part in _texts(parts):
        sealed.update(f"{len(part)}:{part}".encode("utf-8", "surrogatepass"))
    return sealed.hexdigest()


def _texts(parts: Sequence[object]) -> list[str]:
    return [str(part) for part in parts]


def _part(text: str | None, at: int) -> str | None:
    return None if text is None else f"{text}#{at}"
