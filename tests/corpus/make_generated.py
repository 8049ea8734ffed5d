"""Write documents that Hypothesis thinks of to `generated.jsonl`: `python -m tests.corpus.make_generated`."""

import json
from hashlib import sha256
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from sinch_voice_mcp.svaml import EVENTS, Document, Event
from tests.strategies import documents, sensible_documents

COUNT, MAX_CHARS = 200, 700


def main() -> None:
    """Write half of them as the types allow, and half as the platform does."""
    found: dict[str, tuple[Event, Document]] = {}

    @seed(1)
    @settings(max_examples=2_000, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.sampled_from(EVENTS), documents | sensible_documents)
    def collect(event: Event, document: Document) -> None:
        text = document.to_json()
        if len(text) <= MAX_CHARS:
            found[text] = (event, document)

    collect()
    kept = sorted(found.values(), key=lambda pair: hash_of(pair[1]))[:COUNT]
    rows = (
        {"name": f"generated {number}", "event": event, "document": document.to_wire()}
        for number, (event, document) in enumerate(kept, start=1)
    )
    lines = (json.dumps(row, ensure_ascii=True) + "\n" for row in rows)
    Path(__file__).with_name("generated.jsonl").write_text("".join(lines), "utf-8")


def hash_of(document: Document) -> str:
    """Return a text that orders documents by chance, but always alike."""
    return sha256(document.to_json().encode("utf-8", "surrogatepass")).hexdigest()


if __name__ == "__main__":
    main()
