"""Send a request at most once: claim, send, record; and settle what has no outcome."""
