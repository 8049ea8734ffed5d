"""What a request does: it rings, identifies, fetches, stores, speaks; and the search that finds it."""
