import pytest

from sinch_voice_mcp.policy import REFUSALS, RULES, Policy
from sinch_voice_mcp.svaml import ConnectPstn, ConnectSip, Document, Hangup, SipDestination
from sinch_voice_mcp.types import Payload
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest
from tests.unit.policy.decisions import OWN, REAL, allowed, custom, refused, tts

STOPPED = Policy(stop=True)


@pytest.mark.parametrize(
    "request_",
    [
        tts(),
        tts("911"),
        custom(),
        CustomCalloutRequest(custom_callout=CustomCallout(ice="https://example.com/ice")),
        Document(action=ConnectPstn(number=REAL, cli=OWN)),
        Document(action=ConnectSip(destination=SipDestination(endpoint="alice@example.com"))),
    ],
)
def test_while_stopped_every_call_is_refused_by_the_kill_switch_alone(request_: Payload) -> None:
    for policy in (STOPPED, Policy.sandbox().model_copy(update={"stop": True})):
        refusal = refused(request_, policy, facts=None)

        assert refusal.rule == "stopped"
        assert refusal.message == f"{REFUSALS['stopped'].message} The owner set `stop`."
        assert refusal.how_to_change == "Only the owner of this server can change this, with SINCH_VOICE_STOP."


def test_while_stopped_a_call_can_still_be_hung_up() -> None:
    assert allowed(Document(action=Hangup()), STOPPED)


def test_the_kill_switch_is_the_first_rule() -> None:
    assert RULES[0].code == "stopped"
