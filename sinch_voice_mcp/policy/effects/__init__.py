"""What a request does: rings, identifies, fetches, stores, speaks; and the walk that finds it."""
