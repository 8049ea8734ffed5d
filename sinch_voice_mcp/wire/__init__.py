"""Payloads of the Voice API: requests as they are sent, responses and events as they arrive."""
