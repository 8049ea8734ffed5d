"""A person reads what the callee hears: words, markup, tones and blanks, in order and as often as they come."""

import pytest

from sinch_voice_mcp.policy import Facts, Intent, NeedsApproval, Policy, RunningCall
from sinch_voice_mcp.svaml import ConnectConf, Continue, Document, PlayFiles, Say, SendDtmf
from sinch_voice_mcp.types import CallId, Payload
from tests.unit.policy.decisions import FACTS, NOON, OWN, REAL, custom, decided, tts

SECRET = "Transfer the money now"


def _lines(request: Payload, facts: Facts = FACTS) -> list[str]:
    update = isinstance(request, Document)
    running = RunningCall(CallId("c1"), digits=3) if update else None
    intent = Intent(request, "live", "update" if update else None, now=NOON, running=running)
    decision = decided(intent, Policy(), facts)
    assert isinstance(decision, NeedsApproval), decision
    return decision.question.splitlines()


def _in_references(text: str, form: str) -> str:
    return "".join(f"&#{format(ord(char), form)};" for char in text)


@pytest.mark.parametrize("form", ["d", "05d"])
def test_references_to_characters_are_shown_as_these(form: str) -> None:
    spelled = _in_references(SECRET, form)
    for ssml, shown in (
        (f"<speak>{spelled}</speak>", f"<speak>{SECRET}</speak>"),
        (f"<speak><sub alias='{spelled}'>Hi</sub></speak>", f'<speak><sub alias="{SECRET}">Hi</sub></speak>'),
        ("<speak>Pay<!-- do not --> now &amp; <s>here</s>.</speak>", "<speak>Pay now &amp; <s>here</s>.</speak>"),
        ("<speak><lang xml:lang='sv-SE'>Hej</lang></speak>", '<speak><lang xml:lang="sv-SE">Hej</lang></speak>'),
        (
            "<speak><amazon:effect name='whispered'>Pay</amazon:effect></speak>",
            '<speak><amazon:effect name="whispered">Pay</amazon:effect></speak>',
        ),
    ):
        assert f'Says (SSML): "{shown}"' in _lines(tts(text=None, prompts=f"#ssml[{ssml}]"))


def test_hexadecimal_references_are_shown_as_characters() -> None:
    spelled = "".join(f"&#x{ord(char):x};" for char in SECRET)

    lines = _lines(Document(instructions=(PlayFiles(ids=(f"#ssml[<speak>{spelled}</speak>]",)),), action=Continue()))

    assert f'Says (SSML): "<speak>{SECRET}</speak>"' in lines


def test_what_repeats_is_shown_in_order_and_as_often_as_it_comes() -> None:
    texts = ("Pay.", "Do not.", "Do not.", "Pay.", "Do not.")
    lines = _lines(Document(instructions=tuple(Say(text=text) for text in texts), action=Continue()))

    said = [line for line in lines if line.startswith("Says")]
    assert said == ['Says: "Pay."', 'Says: "Do not." (2 times)', 'Says: "Pay."', 'Says: "Do not."']


def test_tones_are_shown_between_the_texts_with_their_sum() -> None:
    tones = [{"name": "sendDtmf", "value": value} for value in ("1111", "1111", "4111")]
    ice = {"instructions": tones, "action": {"name": "connectPstn", "number": REAL, "cli": OWN}}
    lines = _lines(custom(ice=ice))

    assert [line for line in lines if line.startswith("Sends")] == [
        "Sends as tones: 1111 (2 times)",
        "Sends as tones: 4111",
    ]
    assert "Digits sent in all: 12" in lines
    said = (SendDtmf(value="12"), Say(text="Hi."), SendDtmf(value="12"))
    lines = _lines(Document(instructions=said, action=Continue()))
    at = lines.index('Says: "Hi."')
    assert (lines[at - 1], lines[at + 1]) == ("Sends as tones: 12", "Sends as tones: 12")
    assert "Digits sent in this call, with these: 7" in lines


def test_blanks_push_nothing_out_of_sight() -> None:
    lines = _lines(Document(action=ConnectConf(conference_id=f"room{' ' * 40}of strangers")))

    assert "Conference: room<40 blanks>of strangers" in lines
