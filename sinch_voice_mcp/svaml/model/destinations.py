"""Destinations: what a call is connected to. ``type`` is lower case except ``Websocket``, as Sinch writes it."""

from typing import Annotated, Literal

from pydantic import Field

from sinch_voice_mcp.types import Meaning, Payload


class NumberDestination(Payload):
    """A telephone: ``endpoint`` is a number in E.164 form."""

    type: Literal["number"] = "number"
    endpoint: Annotated[str, Meaning.DIALS]


class UserDestination(Payload):
    """An in-app user: ``endpoint`` is the user name."""

    type: Literal["username"] = "username"
    endpoint: Annotated[str, Field(min_length=1), Meaning.REACHES]


class SipDestination(Payload):
    """A SIP address: ``user@host[;params]``."""

    type: Literal["sip"] = "sip"
    endpoint: Annotated[str, Meaning.REACHES]


class StreamDestination(Payload):
    """A WebSocket server that receives the audio: ``wss://…``."""

    type: Literal["Websocket"] = "Websocket"
    endpoint: Annotated[str, Meaning.REACHES]


Destination = Annotated[NumberDestination | UserDestination | SipDestination, Field(discriminator="type")]
"""What a callout can call."""

DESTINATION_TYPES = ("number", "username", "sip")
"""The types of :data:`Destination`."""
