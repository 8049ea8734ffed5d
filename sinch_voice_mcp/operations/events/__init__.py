"""What the platform reports: the inbox that answers, the monitor that waits, the source of events."""
