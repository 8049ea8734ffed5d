"""Files of recordings: silence, as long as the recording, and its transcription."""

import json
import struct
from collections.abc import AsyncGenerator
from dataclasses import asdict

import anyio

from sinch_voice_mcp.sandbox.control import showing
from sinch_voice_mcp.sandbox.control.errors import ControlError
from sinch_voice_mcp.sandbox.control.requests import EmptyBody, NoParameters
from sinch_voice_mcp.sandbox.control.routing import ControlRequest, Download

_RATE_HZ = 8_000
_CHUNK_BYTES = 64 * 1024
_SILENCE = b"\x80"
# RIFF, and one format chunk: PCM, one channel, 8 bits.
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


async def get_recording(request: ControlRequest[NoParameters, EmptyBody]) -> Download:
    """Return the file of a recording, a WAV file of silence; with the ending `.json`, its transcription."""
    call = request.controls.engine.view(request.path["call_id"])
    name = request.path["name"]
    for recorded in () if call is None else call.recorded:
        if name == recorded.name:
            length = round(recorded.seconds * _RATE_HZ)
            return Download("audio/wav", _HEADER.size + length, _wave(length))
        if call is not None and name == f"{recorded.name.rpartition('.')[0]}.json":
            lines: list[object] = [asdict(line) for line in showing.transcript(call)]
            text = json.dumps({"call_id": call.id, "transcript": lines}).encode()
            return Download("application/json", len(text), _whole(text))
    raise ControlError(
        "not_found", "there is no such recording", "GET /_sandbox/calls/ID lists the recordings of a call."
    )


async def _whole(content: bytes) -> AsyncGenerator[bytes]:
    yield content


async def _wave(length: int) -> AsyncGenerator[bytes]:
    """Yield a WAV file with so many samples."""
    rest = _HEADER.size - 8 + length
    yield _HEADER.pack(b"RIFF", rest, b"WAVE", b"fmt ", 16, 1, 1, _RATE_HZ, _RATE_HZ, 1, 8, b"data", length)
    for start in range(0, length, _CHUNK_BYTES):
        await anyio.lowlevel.checkpoint()
        yield _SILENCE * min(_CHUNK_BYTES, length - start)
