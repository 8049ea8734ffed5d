"""The figures of a run: how many calls were placed too often, and how many are not accounted for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from tests.chaos.platform import FaultPlatform, Post

_NOTHING_PLACED = frozenset({"rejected", "not_sent"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What the platform saw of one client.

    Attributes:
        keys: Calls that were wanted.
        posts: Callouts that came in.
        placed: Calls placed.
        kinds: How often each fault was played.
        duplicates: Keys for which more than one call was placed.
        repeated: Keys with a callout after one that may have placed a call.
    """

    keys: int
    posts: int
    placed: int
    kinds: Counter[str]
    duplicates: list[str]
    repeated: list[str]


def seen(platform: FaultPlatform, keys: int) -> Seen:
    """Count what the platform saw."""
    posts = list(chain.from_iterable(platform.posts.values()))
    return Seen(
        keys=keys,
        posts=len(posts),
        placed=sum(post.kind.places for post in posts),
        kinds=platform.kinds,
        duplicates=[key for key, own in platform.posts.items() if sum(post.kind.places for post in own) > 1],
        repeated=[key for key, own in platform.posts.items() if not all(post.kind.refuses for post in own[:-1])],
    )


def unaccounted(platform: FaultPlatform, journal: Mapping[str, Sequence[str]]) -> list[Post]:
    """Placed calls that the journal does not know, or takes for not placed."""
    placed = (post for post in chain.from_iterable(platform.posts.values()) if post.kind.places)
    return [post for post in placed if not _accounted(journal.get(post.token or "", ()))]


def _accounted(events: Sequence[str]) -> bool:
    return "claim" in events and events[-1] not in _NOTHING_PLACED


def invented(platform: FaultPlatform, call_ids: Mapping[str, set[str]]) -> dict[str, str]:
    """Answers to clients that do not name the one call that was placed for a key, by key."""
    placed = {
        key: {post.call_id for post in platform.posts.get(key, ()) if post.call_id is not None} for key in call_ids
    }
    return {key: f"returned {own}, placed {placed[key]}" for key, own in call_ids.items() if own != placed[key]}


def books(platform: FaultPlatform, key: str, journal: Mapping[str, Sequence[str]]) -> str:
    """The calls that the platform placed for a key, and the journal's entries for it."""
    return "; ".join(f"{post.kind.name} = {list(journal.get(post.token or '', ()))}" for post in platform.posts[key])


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a run.

    Attributes:
        servers: What the platform saw of our servers.
        naive: What it saw of a client that simply retries.
        kills: Servers killed with requests in flight.
        crashes: Servers that died by themselves.
        unaccounted: Placed calls that the journal does not know.
        complaint: What is wrong with the audit log, if anything.
        contradicted: Keys with answers that contradict each other, or the platform.
        warned: Answers with a warning that the call could not be recorded at once.
        waiting: Keys that a killed server was sending, and for which clients did not wait long enough.
        unsettled: Other keys without a final answer.
        answers: How often each kind of answer was given.
        odd: Unexpected answers.
        longest: The longest wait for an answer, in seconds.
        lasted: The whole run, in seconds.
    """

    servers: Seen
    naive: Seen
    kills: int
    crashes: int
    unaccounted: list[Post]
    complaint: str | None
    contradicted: dict[str, str]
    warned: int
    waiting: list[str]
    unsettled: list[str]
    answers: Counter[str] = field(default_factory=Counter[str])
    odd: Counter[str] = field(default_factory=Counter[str])
    longest: float = 0.0
    lasted: float = 0.0

    @property
    def kept(self) -> bool:
        """Whether every call was placed at most once and accounted for."""
        broken = (self.servers.duplicates, self.servers.repeated, self.unaccounted, self.contradicted, self.unsettled)
        return not any(broken) and self.crashes == 0 and self.complaint is None

    def lines(self) -> list[str]:
        """Lines to print."""
        ours, naive = self.servers, self.naive
        rows = [
            _row("", "these servers", "plain retries"),
            _row("keys", ours.keys, naive.keys),
            _row("kill -9 with requests in flight", self.kills, 0),
            _row("POSTs seen", ours.posts, naive.posts),
            _row("calls placed", ours.placed, naive.placed),
            _row("keys with more than one call", len(ours.duplicates), len(naive.duplicates)),
            _row("keys with a POST after an open one", len(ours.repeated), len(naive.repeated)),
            _row("placed calls unaccounted for", len(self.unaccounted), "-"),
            _row("keys with contradictory answers", len(self.contradicted), "-"),
            _row("keys left while a killed one is open", len(self.waiting), "-"),
            _row("keys never settled", len(self.unsettled), "-"),
            _row("calls returned, but recorded late", self.warned, "-"),
            _row("audit log verified", "yes" if self.complaint is None else "NO", "-"),
            _row("servers that died by themselves", self.crashes, "-"),
            "what the platform did",
            *(_row(f"  {name}", count, naive.kinds[name]) for name, count in sorted(ours.kinds.items())),
            "what clients received",
            *(_row(f"  {kind}", count, "") for kind, count in self.answers.most_common()),
            *(f"    {said}: {count:,}" for said, count in self.odd.most_common(5)),
            f"longest wait for an answer {self.longest:.1f} s; the run took {self.lasted:.0f} s",
        ]
        return rows + [f"for example: {example}" for example in self.examples()]

    def examples(self) -> list[str]:
        """A few of the faults, to find their cause."""
        lost = [f"{post.key} ({post.kind.name}, token {post.token})" for post in self.unaccounted[:3]]
        found = {
            "called twice": self.servers.duplicates[:3],
            "posted again": self.servers.repeated[:3],
            "unaccounted": lost,
            "audit log": [self.complaint or ""],
            "contradictory": [f"{key}: {why}" for key, why in list(self.contradicted.items())[:3]],
            "unsettled": self.unsettled[:3],
        }
        return [f"{what}: {'; '.join(which)}" for what, which in found.items() if any(which)]


def _row(name: str, *cells: object) -> str:
    return f"{name:38}" + "".join(f"{cell:>16,}" if isinstance(cell, int) else f"{cell!s:>16}" for cell in cells)
