"""The receptionist in Node, called by a simulated caller."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NODE = shutil.which("node")


@pytest.fixture
def receptionist(voice_sandbox):
    """Run the application as a process, and send it callbacks."""
    environ = {**os.environ, "SINCH_SECRET": voice_sandbox.secret, "PORT": "0"}
    script = Path(__file__).with_name("app.mjs")
    node = subprocess.Popen([NODE, script], env=environ, stdout=subprocess.PIPE, text=True)
    try:
        voice_sandbox.send_callbacks_to(node.stdout.readline().strip() + "/sinch")
        yield node
    finally:
        node.kill()
        node.communicate()


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
@pytest.mark.usefixtures("receptionist")
def test_a_message_is_recorded(voice_sandbox, inbound_call):
    call = inbound_call("+12025550105")
    voice_sandbox.advance(6)
    call.press("2")
    voice_sandbox.advance(20)
    call.press("#")
    assert call.has_ended
    assert call.heard[-1] == "#tts[Please speak, and press hash.]"
    assert "recording_available" in [event.get("type") for event in call.events]
