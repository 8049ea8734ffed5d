"""The HTTP face of the sandbox. It knows requests and answers, and no telephony."""
