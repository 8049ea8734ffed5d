"""Payloads of the Voice API: requests as they are sent, answers as they come back."""
