"""SVAML, Sinch's call-flow language: typed documents, prompts, reading and writing.

A document is built from models, with completion and without strings for names::

    Document(instructions=(Say(text="Hello."),), action=ConnectConf(conference_id="daily"))

and read with :func:`read`, which accepts every spelling that Sinch's own material uses.
"""

from sinch_voice_mcp.svaml.findings import Finding, Level, json_path
from sinch_voice_mcp.svaml.model.actions import (
    ACTIONS,
    Action,
    AnsweringMachineDetection,
    CallHeader,
    ConferenceDtmfOptions,
    ConferenceId,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Continue,
    DtmfMode,
    Hangup,
    MusicOnHold,
    Park,
    RunMenu,
    StreamingOptions,
)
from sinch_voice_mcp.svaml.model.destinations import (
    Destination,
    NumberDestination,
    SipDestination,
    StreamDestination,
    UserDestination,
)
from sinch_voice_mcp.svaml.model.document import Document
from sinch_voice_mcp.svaml.model.events import EVENTS, Event
from sinch_voice_mcp.svaml.model.instructions import (
    INSTRUCTIONS,
    Answer,
    Instruction,
    PlayFiles,
    RecordingOptions,
    Say,
    SendDtmf,
    SetCookie,
    StartRecording,
    StopRecording,
    TranscriptionOptions,
)
from sinch_voice_mcp.svaml.model.menus import Menu, Option
from sinch_voice_mcp.svaml.reading.reader import Reading, examine, parse_json, read

__all__ = [
    "ACTIONS",
    "EVENTS",
    "INSTRUCTIONS",
    "Action",
    "Answer",
    "AnsweringMachineDetection",
    "CallHeader",
    "ConferenceDtmfOptions",
    "ConferenceId",
    "ConnectConf",
    "ConnectMxp",
    "ConnectPstn",
    "ConnectSip",
    "ConnectStream",
    "Continue",
    "Destination",
    "Document",
    "DtmfMode",
    "Event",
    "Finding",
    "Hangup",
    "Instruction",
    "Level",
    "Menu",
    "MusicOnHold",
    "NumberDestination",
    "Option",
    "Park",
    "PlayFiles",
    "Reading",
    "RecordingOptions",
    "RunMenu",
    "Say",
    "SendDtmf",
    "SetCookie",
    "SipDestination",
    "StartRecording",
    "StopRecording",
    "StreamDestination",
    "StreamingOptions",
    "TranscriptionOptions",
    "UserDestination",
    "examine",
    "json_path",
    "parse_json",
    "read",
]
