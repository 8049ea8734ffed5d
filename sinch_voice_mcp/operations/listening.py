"""Whether events of calls come in, and where they should be sent."""

from dataclasses import dataclass

from sinch_voice_mcp.errors import NoCallbacksError


@dataclass(frozen=True, slots=True)
class Listening:
    """How this server hears of its calls.

    Attributes:
        active: Whether a receiver is there: in this process, or another one on the same journal.
        url: Where the platform should send events; None where nobody said.
    """

    active: bool
    url: str | None = None

    def needed_for(self, what: str) -> None:
        """Insist on events.

        Raises:
            NoCallbacksError: None come in.
        """
        if not self.active:
            raise NoCallbacksError(f"{what} needs Sinch to tell this server what happens in a call.")

    @property
    def remark(self) -> str:
        """What is not known without events; empty where they come."""
        return "" if self.active else "No events come in: who answered and what was pressed is not known."
