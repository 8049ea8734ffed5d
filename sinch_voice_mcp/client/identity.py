"""Whether the platform is a sandbox on this machine, as its own answers say."""

from sinch_voice_mcp.client.transport import Answered, Attempt, Lost


class PlatformIdentity:
    """Looks at every answer: a sandbox on this machine names itself in a header of each.

    Args:
        local: Whether every base URL is on this machine. Elsewhere, such a header proves nothing.
    """

    def __init__(self, *, local: bool) -> None:
        self.local = local
        self._answers = 0
        self._all_from_sandbox = True

    @property
    def is_sandbox(self) -> bool:
        """Whether there were answers, and every one was from a sandbox; one without the header ends that for good."""
        return self.local and self._answers > 0 and self._all_from_sandbox

    def note(self, attempt: Attempt) -> None:
        """Look at what came back of one attempt; without a status, nothing did."""
        match attempt:
            case Answered(from_sandbox=from_sandbox) | Lost(from_sandbox=from_sandbox) if attempt.status:
                self._answers += 1
                self._all_from_sandbox &= from_sandbox
            case _:
                pass
