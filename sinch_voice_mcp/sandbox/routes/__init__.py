"""The HTTP API of the sandbox. It knows requests and responses, and no telephony."""
