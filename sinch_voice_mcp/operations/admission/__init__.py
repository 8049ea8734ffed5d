"""Whether a request may be sent: the guard, facts about the account, confirmation and limits."""
