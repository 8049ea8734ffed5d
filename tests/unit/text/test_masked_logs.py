"""No line of the log and no traceback contains a telephone number, in whatever form it is written."""

import ast
import logging
from pathlib import Path

import pytest

import sinch_voice_mcp
from sinch_voice_mcp.text.masked_logs import masked_logger

PACKAGE = Path(sinch_voice_mcp.__file__).parent


def test_numbers_in_messages_and_tracebacks_are_masked(caplog: pytest.LogCaptureFixture) -> None:
    logger = masked_logger("sinch_voice_mcp.tests")
    caplog.set_level(logging.INFO)
    logger.warning("no answer from %s at %s", "+1 (404) 500-5000", "2026-11-25T09:00:00Z")
    try:
        {}["404 500 5000 is in no list"]
    except LookupError:
        logger.exception("a call to 404-500-5000 failed")
    assert "no answer from +1404…00 at 2026-11-25T09:00:00Z" in caplog.text
    assert "a call to 40450…00 failed" in caplog.text
    assert caplog.text.count("KeyError: '40450…00 is in no list'") == 1
    assert "5000" not in caplog.text


def test_every_logger_of_the_package_masks() -> None:
    found = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "getLogger"
    }
    assert found == {"text/masked_logs.py"}


def test_no_message_or_traceback_contains_a_line_or_a_control_character_of_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = masked_logger("sinch_voice_mcp.tests")
    forged = "evil\x1b[31m\r\nWARNING forged \u202eline\u200b"
    logger.warning("call %s", forged)

    def fail() -> None:
        raise ValueError(forged)

    try:
        fail()
    except ValueError:
        logger.exception("failed: %s", forged)
    assert not [char for char in caplog.text if char in "\x1b\r\u202e\u200b"]
    assert not [line for line in caplog.text.splitlines() if line.startswith("WARNING forged")]
    assert "call evil\\u001b[31m\\u000d\\u000aWARNING forged" in caplog.text
