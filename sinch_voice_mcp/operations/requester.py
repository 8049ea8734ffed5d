"""The requester of a call, and what a person answered to the question about it."""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

PersonAnswer = Literal["yes", "no", "closed", "expired", "failed", "not_asked", "cannot_ask"]
"""What a person answered. ``closed``: the person closed the question. ``expired``: no answer came in time. ``failed``:
the client could not ask, or its answer cannot be read. ``not_asked``: no person had to be asked. ``cannot_ask``: the
client does not show questions, so its own approval of the tool call counts."""

LOCAL = "local"
"""The principal of a server that only its own user can reach."""


@dataclass(frozen=True, slots=True)
class Requester:
    """The client and principal behind one request.

    Attributes:
        principal: The authenticated user; requests of two principals are never the same request.
        key: The client's idempotency key; two requests with the same key are the same request.
        answer: What a person answered.
        answer_digest: Digest of the sealed answer that came with the request; it is valid for one request.
        confirmer: The principal that confirmations belong to.
        shown: The question that the person answered; None if none was asked.
    """

    principal: str = LOCAL
    key: str | None = None
    answer: PersonAnswer = "cannot_ask"
    answer_digest: str | None = None
    confirmer: str = LOCAL
    shown: str | None = None

    @property
    def answer_key(self) -> str | None:
        """Digest of the key that a request with this sealed answer takes; None without one."""
        return None if self.answer_digest is None else digest("token", self.answer_digest)

    def part(self, index: int) -> "Requester":
        """Return the requester of one request of a list, with a key and an answer of its own."""
        return replace(self, key=_part(self.key, index), answer_digest=_part(self.answer_digest, index))


ANONYMOUS = Requester()
"""The user of a server that only its own user can reach, without a key."""


def digest(*parts: object) -> str:
    """Return the SHA-256 of several parts as hexadecimal digits; each part counts as its text."""
    hashed = hashlib.sha256()
    for text in map(str, parts):
        # With the length before it, because ("ab", "c") must not have the digest of ("a", "bc").
        hashed.update(f"{len(text)}:{text}".encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()


def _part(text: str | None, index: int) -> str | None:
    return None if text is None else f"{text}#{index}"
