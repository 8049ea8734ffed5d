"""May it be sent? The guard, the account's facts, confirmation and limits."""
