"""Which requests can bring someone on the line who has no number."""

from collections.abc import Mapping

import pytest

from sinch_voice_mcp.policy import Case, Intent, Policy
from sinch_voice_mcp.svaml import (
    Action,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Document,
    SipDestination,
    StreamDestination,
    UserDestination,
)
from tests.unit.policy.decisions import REAL, custom

OTHERS: Mapping[str, Action] = {
    "SIP": ConnectSip(destination=SipDestination(endpoint=f"{REAL}@example.com")),
    "in-app": ConnectMxp(destination=UserDestination(endpoint="anna")),
    "in-app, chosen by the caller": ConnectMxp(),
    "stream": ConnectStream(destination=StreamDestination(endpoint="wss://example.com/x")),
    "number dialed by the caller": ConnectPstn(),
    "conference": ConnectConf(conference_id="room"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_anyone_else_than_a_dialed_number_is_another_party(what: str) -> None:
    case = Case.of(Intent(Document(action=OTHERS[what]), "live", event="update"), Policy())

    assert case.others


def test_a_callout_whose_reply_a_callback_gives_counts_as_one_to_anyone() -> None:
    assert Case.of(Intent(custom(ace="https://example.com/ace"), "live"), Policy()).others
    assert not Case.of(Intent(custom(ace={"action": {"name": "hangup"}}), "live"), Policy()).others
