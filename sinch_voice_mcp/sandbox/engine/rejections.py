"""Rejections of requests, with the platform's error codes and without HTTP."""

from sinch_voice_mcp.wire.codes import CODES


class RejectedError(Exception):
    """The platform rejects a request; nothing has changed.

    Attributes:
        code: Error code, such as 40400; its first three digits are the HTTP status.
        message: One sentence; the platform's usual words for the code unless given.
        retry_after_s: Seconds after which a repetition may be accepted; None if that is not known.
    """

    def __init__(self, code: int, message: str | None = None, *, retry_after_s: int | None = None) -> None:
        self.code = code
        self.message = message or CODES[code].message
        self.retry_after_s = retry_after_s
        super().__init__(self.message)
