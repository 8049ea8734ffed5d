"""Loggers whose messages and tracebacks contain no telephone number, and cannot be mistaken for other lines."""

import logging

from sinch_voice_mcp.text.masking import without_numbers
from sinch_voice_mcp.text.quoting import terminal_safe

_FORMATTER = logging.Formatter()


def masked_logger(name: str) -> logging.Logger:
    """Return the logger of a module, which masks numbers and escapes invisible characters in all that it logs."""
    logger = logging.getLogger(name)
    if not any(isinstance(each, _Masking) for each in logger.filters):
        logger.addFilter(_Masking())
    return logger


class _Masking(logging.Filter):
    """Replaces the text of a record and of its exception; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask a record in place."""
        record.msg, record.args = terminal_safe(without_numbers(record.getMessage())), None
        if record.exc_info and record.exc_info[0] is not None:
            # A formatter uses this text if it is there, and would write the exception as it is if it were not. The
            # exception itself goes, because other handlers would write it.
            record.exc_text = _indented(without_numbers(_FORMATTER.formatException(record.exc_info)))
            record.exc_info = None
        return True


def _indented(text: str) -> str:
    """Return a traceback none of whose lines begins like a record: a line end may be part of an exception's text."""
    return "\n".join(f"  {terminal_safe(line)}" for line in text.split("\n"))
