"""The control API of a sandbox: watch its calls, act at their phones, move its time; HTTP below ``/_sandbox/``."""

from sinch_voice_mcp.sandbox.control.access import TOKEN_RULE, is_token
from sinch_voice_mcp.sandbox.control.controls import Controls
from sinch_voice_mcp.sandbox.control.feed import Feed
from sinch_voice_mcp.sandbox.control.gateway import ControlGateway
from sinch_voice_mcp.sandbox.control.routing import PREFIX

__all__ = ["PREFIX", "TOKEN_RULE", "ControlGateway", "Controls", "Feed", "is_token"]
