"""Where calls and conferences are: each is at the host of one region, and unknown at every other one."""

from dataclasses import dataclass
from typing import get_args

from sinch_voice_mcp.types import Region

_REGIONS: tuple[Region, ...] = get_args(Region)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call or a conference is. Only :meth:`VoiceApi.place_of` makes one of a URL that others wrote.

    Attributes:
        region: The region at whose host it is; None for the host that this server uses for its own callouts.
    """

    region: Region | None = None


HOME = Place()
"""The host that this server uses for its own callouts."""


def place_at(region: object) -> Place:
    """Return the place at a region as the journal stores it; :data:`HOME` if this program knows no such region."""
    return Place(next((known for known in _REGIONS if known == region), None))
