"""At most once: claim, send, record; and the settlement of what stayed open."""
