"""End quietly if the reader of the output has closed it, and in one sentence if the output cannot be written."""

import errno
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import cast

import click

_CLOSED_BY_READER = frozenset({errno.EPIPE, errno.ESHUTDOWN, errno.ECONNRESET})
_NOT_WRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
_FAILED = 2


@contextmanager
def ending_with_the_output() -> Generator[None]:
    """Exit the process if standard output fails: with status 1 and no word if its reader has closed it.

    Raises:
        SystemExit: The output could not be written.
    """
    try:
        yield
    except (OSError, BaseExceptionGroup) as error:
        failure = output_failure(error)
        if failure is None:
            raise
        sys.exit(report(failure))


def output_failure(error: BaseException) -> OSError | None:
    """Return the error of writing the output that is behind an error; None if it is about anything else."""
    while isinstance(error, BaseExceptionGroup):
        inner = cast("BaseExceptionGroup[BaseException]", error).exceptions
        if len(inner) != 1:
            return None
        error = inner[0]
    if isinstance(error, OSError) and error.filename is None and error.errno in _CLOSED_BY_READER | _NOT_WRITABLE:
        return error
    return None


def report(failure: OSError) -> int:
    """Say why the output could not be written, unless its reader has closed it; returns the exit status."""
    status = 1
    if failure.errno not in _CLOSED_BY_READER:
        status = _FAILED
        # Standard error may be the same full disk.
        with suppress(OSError):
            click.echo(f"sinch-voice-mcp: the output cannot be written: {failure.strerror}", err=True)
    discard_output()
    return status


def discard_output() -> None:
    """Discard what the streams still hold: Python writes it at the exit, and reports the same error again."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
                continue
            with suppress(OSError, ValueError, AttributeError):
                os.dup2(nowhere, stream.fileno())
