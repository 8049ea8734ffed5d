"""Decisions on replies, for tests of the event log."""

from sinch_voice_mcp.ports import JournalEntry, Replies, Reply

CONTINUE, HANG_UP = '{"action":{"name":"continue"}}', '{"action":{"name":"hangup"}}'


class Deciding:
    """Decides on a reply, and remembers the arguments."""

    def __init__(self, reply: str = CONTINUE, **remarks: object) -> None:
        self.asked: list[tuple[JournalEntry | None, Replies]] = []
        self._decided = Reply(reply, remarks)

    def __call__(self, entry: JournalEntry | None, replies: Replies) -> Reply:
        self.asked.append((entry, replies))
        return self._decided
