"""The requester of a call, and what a person answered to the question about it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

PersonAnswer = Literal["yes", "no", "closed", "not_asked", "cannot_ask"]
"""What a person answered. ``closed``: the question was dismissed. ``not_asked``: no person had to be asked.
``cannot_ask``: the client cannot show a question, so its own approval of the tool counts."""

LOCAL = "local"
"""The principal of a server that only its own user can reach."""


@dataclass(frozen=True, slots=True)
class Requester:
    """The client and principal behind one request.

    Attributes:
        principal: The authenticated user; requests of two principals are never the same request.
        key: The client's idempotency key: the same key is the same call.
        answer: What a person answered.
        token: Digest of the sealed answer that came with the request; good for one call.
    """

    principal: str = LOCAL
    key: str | None = None
    answer: PersonAnswer = "cannot_ask"
    token: str | None = None

    def part(self, index: int) -> "Requester":
        """The requester of one of several requests that came together, with a key of its own."""
        return Requester(self.principal, _part(self.key, index), self.answer, _part(self.token, index))


ANONYMOUS = Requester()
"""The one user of a server that only its own user can reach, without a key."""


def digest(*parts: object) -> str:
    """SHA-256 over length-prefixed parts, as hexadecimal digits."""
    sealed = hashlib.sha256()
    for part in _texts(parts):
        sealed.update(f"{len(part)}:{part}".encode("utf-8", "surrogatepass"))
    return sealed.hexdigest()


def _texts(parts: Sequence[object]) -> list[str]:
    return [str(part) for part in parts]


def _part(text: str | None, index: int) -> str | None:
    return None if text is None else f"{text}#{index}"
