"""The state of conferences: which calls are in one, and what each hears and may press."""

from dataclasses import dataclass, field
from datetime import datetime

from sinch_voice_mcp.sandbox.engine.endpoints import Region
from sinch_voice_mcp.svaml import ConferenceDtmfOptions, MusicOnHold

ConferenceKey = tuple[str, Region, str]
"""The application, the region and the conference id: the same id is another conference elsewhere."""


@dataclass(slots=True)
class ConferenceMember:
    """A call in a conference; ``moh`` is the music that it hears on hold.

    ``keys`` says what happens to the keys that it presses, and ``digits`` are the keys of a sequence so far.
    """

    joined_at: datetime
    keys: ConferenceDtmfOptions
    digits: str = ""
    muted: bool = False
    onhold: bool = False
    moh: MusicOnHold | None = None


@dataclass(slots=True)
class SimulatedConference:
    """A conference; it exists while it has members, which are keyed by call id."""

    id: str
    members: dict[str, ConferenceMember] = field(default_factory=dict[str, ConferenceMember])
