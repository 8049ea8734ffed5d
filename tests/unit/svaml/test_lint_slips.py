"""Slips that occur in real documents: each is reported once, under its cause, with what is right."""

from collections.abc import Mapping

import pytest

from sinch_voice_mcp.policy import Policy, Refuse
from sinch_voice_mcp.svaml import read
from sinch_voice_mcp.svaml.findings import Level
from sinch_voice_mcp.svaml.lint import Context, fix, lint
from tests.unit.policy.decisions import answer
from tests.unit.svaml.snippets import CONF, HANGUP, MENU, PSTN, menu, played, recorded, said

Found = list[tuple[str, Level, str]]


def found(document: object, context: Context | None = None) -> Found:
    return [(finding.code, finding.level, finding.path) for finding in lint(document, context).findings]


def messages(document: object, context: Context | None = None) -> list[str]:
    return [finding.message for finding in lint(document, context).findings]


def spoken(text: str) -> dict[str, object]:
    return said({"name": "say", "text": text})


def asked(prompt: str) -> dict[str, object]:
    return menu(MENU | {"mainPrompt": prompt})


def stream(endpoint: str = "wss://example.com/audio", **options: object) -> dict[str, object]:
    destination = {"type": "Websocket", "endpoint": endpoint}
    return {"action": {"name": "connectStream", "destination": destination, "streamingOptions": options}}


def sip(endpoint: str) -> dict[str, object]:
    return {"action": {"name": "connectSip", "destination": {"type": "sip", "endpoint": endpoint}}}


FILE, TEXT = "$.instructions[0].ids[0]", "$.instructions[0].text"
MAIN = "$.action.menus[0]"


@pytest.mark.parametrize(
    ("document", "finding"),
    [
        (spoken(""), ("SV021", "error", TEXT)),
        (spoken(" \u200b\n"), ("SV021", "error", TEXT)),
        (played("#tts[]"), ("SV021", "error", FILE)),
        (played("#ssml[<speak></speak>]"), ("SV021", "error", FILE)),
        (played(), ("SV021", "error", "$.instructions[0].ids")),
        (asked(""), ("SV021", "error", f"{MAIN}.mainPrompt")),
        (asked("#tts[ ]"), ("SV021", "error", f"{MAIN}.mainPrompt")),
        (said({"name": "sendDtmf", "value": ""}), ("SV014", "error", "$.instructions[0].value")),
        (played("#ssml[<speak>a<break time='11s'/></speak>]"), ("SV022", "warning", FILE)),
        (played("#ssml[<speak>a" + "<break time='9s'/>" * 4 + "</speak>]"), ("SV022", "warning", FILE)),
        (spoken("#tts[Hello]"), ("SV021", "warning", TEXT)),
        (spoken("Hi\u202e there"), ("SV021", "warning", TEXT)),
        (played("ftp://cdn.example.com/x.mp3"), ("SV021", "warning", FILE)),
        (played("https:/cdn.example.com/x.mp3"), ("SV021", "warning", FILE)),
        (played("www.example.com/x.mp3"), ("SV021", "warning", FILE)),
        (played("https://bad host.example.com/x.mp3"), ("SV023", "warning", FILE)),
        (played("https://cdn.example.com:8443/x.mp3"), ("SV023", "warning", FILE)),
        (played("#href[]"), ("SV023", "warning", FILE)),
        (
            {"action": {"name": "connectMxp", "callHeaders": [{"key": "k", "value": "é"}]}},
            ("SV024", "warning", "$.action.callHeaders[0]"),
        ),
    ],
)
def test_what_the_guard_always_refuses_is_reported(document: object, finding: tuple[str, Level, str]) -> None:
    owner_allows_everything = Policy.sandbox().model_copy(update={"media_hosts": frozenset({"*.example.com"})})
    decision = answer(read(document).document, owner_allows_everything, mode="sandbox")

    assert isinstance(decision, Refuse)
    assert found(document) == [finding]


@pytest.mark.parametrize("prompt", ["Press 1 for bread", "Goodbye.", "Välkommen", "Hello, caller!"])
def test_a_text_without_a_tag_is_probably_meant_as_text(prompt: str) -> None:
    assert found(asked(prompt)) == [("SV021", "warning", f"{MAIN}.mainPrompt")]
    assert "did you mean #tts[…]?" in messages(played(prompt))[0]


@pytest.mark.parametrize("file", ["welcome", "welcome.wav", "my welcome.mp3", "menu_2-en"])
def test_the_id_of_a_stored_file_is_no_text(file: str) -> None:
    assert found(played(file)) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Hi {{name}}.", "{{name}}"), ("Hi ${name}.", "${name}"), ("Hi [Name].", "[Name]"), ("Hi <name>.", "<name>")],
)
def test_a_placeholder_that_nothing_filled_in_is_reported(text: str, shown: str) -> None:
    assert found(spoken(text)) == [("SV036", "warning", TEXT)]
    assert messages(spoken(text))[0].startswith(f"`{shown}` looks like a placeholder")


@pytest.mark.parametrize("text", ["Tom & Jerry's at 5 > 4", "a < b and c > d", "Costs $5 (about)", "x<y"])
def test_punctuation_is_no_placeholder_and_no_markup(text: str) -> None:
    assert found(spoken(text)) == []


def test_markup_in_a_plain_text_is_read_aloud() -> None:
    assert found(spoken("Hello <break time='1s'/> there")) == [("SV022", "warning", TEXT)]
    assert found(played("#tts[Hello <emphasis>you</emphasis>]")) == [("SV022", "warning", FILE)]
    assert found(spoken("<speak>Hello</speak>")) == [("SV022", "error", TEXT)]
    assert found(played("#tts[press 2 to cancel</speak>]")) == [("SV022", "error", FILE)]


def test_the_engines_own_prefix_needs_no_declaration() -> None:
    whispered = "<speak><amazon:effect name='whispered'>Hi</amazon:effect></speak>"
    assert found(played(f"#ssml[{whispered}]")) == []


def test_a_menu_that_asks_nothing_is_reported_unless_instructions_speak_first() -> None:
    silent = {"id": "main", "options": MENU["options"]}
    greeting = {"name": "say", "text": "Press 1."}
    assert found(menu(silent)) == [("SV018", "warning", MAIN)]
    assert found({"instructions": [greeting], **menu(silent)}) == []
    second = MENU | {"options": [{"dtmf": "1", "action": "menu(more)"}]}
    more = {"id": "more", "maxDigits": 1}
    assert found({"instructions": [greeting], **menu(second, more)}) == [("SV018", "warning", "$.action.menus[1]")]


def test_the_key_that_ends_a_sequence_chooses_nothing() -> None:
    options = [{"dtmf": "#", "action": "return(done)"}]
    assert found(menu(MENU | {"maxDigits": 6, "options": options})) == [("SV016", "warning", f"{MAIN}.options[0].dtmf")]
    assert found(menu(MENU | {"maxDigits": 1, "options": options})) == []
    assert found(menu(MENU | {"options": options})) == []


@pytest.mark.parametrize(
    ("document", "fixed"),
    [
        ({"Action": HANGUP}, {"action": HANGUP}),
        ({"Action": HANGUP, "action": None}, {"action": HANGUP}),
        ({"acton": HANGUP}, {"action": HANGUP}),
        ({"Instructions": [{"name": "answer"}], "action": HANGUP}, said({"name": "answer"})),
        ({"instruction": [{"name": "answer"}], "action": HANGUP}, said({"name": "answer"})),
        ({"instructons": [{"name": "answer"}], "action": HANGUP}, said({"name": "answer"})),
        ({"Instructions": [{"name": "Answer"}], "ACTION": {"name": "HangUp"}}, said({"name": "answer"})),
        ({"Action": {"Name": "Hangup"}}, {"action": HANGUP}),
        ({"instructions": [{"Name": "answer", "name": None}], "action": HANGUP}, said({"name": "answer"})),
    ],
)
def test_instructions_action_and_name_under_a_similar_name_are_an_error_with_a_fix(
    document: Mapping[str, object], fixed: object
) -> None:
    report = lint(document)
    errors = [finding for finding in report.findings if finding.level == "error"]
    assert {finding.code for finding in errors} == {"SV008"}
    assert all("this member is written `" in finding.message for finding in errors)
    assert fix(document).value == fixed
    assert fix(document).report.ok


def test_what_stands_under_a_similar_name_is_read_with_its_own_path() -> None:
    document = {"Instructions": [{"name": "say", "txt": "Hi."}], "Action": HANGUP}
    assert [(finding.code, finding.path) for finding in lint(document).findings] == [
        ("SV008", "$.Action"),
        ("SV008", "$.Instructions"),
        ("SV009", "$.Instructions[0].text"),
        ("SV008", "$.Instructions[0].txt"),
    ]


@pytest.mark.parametrize(("key", "hint"), [("Cli", ""), ("CLI", ""), ("maxduraton", "; did you mean `maxDuration`?")])
def test_an_unknown_member_gets_the_nearest_name_unless_it_is_there_already(key: str, hint: str) -> None:
    (message,) = messages({"action": PSTN | {key: "+14155550100"}})
    assert message == f"`{key}` is not a member here, and Sinch ignores it{hint}"


def test_another_member_is_not_taken_for_the_action() -> None:
    assert found({"actionUrl": "x", "action": HANGUP}) == [("SV008", "warning", "$.actionUrl")]
    assert found({"Action": HANGUP, "action": HANGUP}) == [("SV008", "warning", "$.Action")]


@pytest.mark.parametrize("member", ["commands", "command", "callBehavior"])
def test_every_form_of_voice_v2_is_recognized(member: str) -> None:
    assert found({member: {}}) == [("SV002", "error", f"$.{member}")]


def test_a_prompt_without_its_full_name_is_the_main_prompt() -> None:
    wrong = {"id": "main", "prompt": "#tts[Press 1.]", "options": MENU["options"]}
    assert messages(menu(wrong)) == ["`prompt` is not a member here, and Sinch ignores it; did you mean `mainPrompt`?"]


def test_brackets_inside_a_prompt_are_named_as_the_cause() -> None:
    (message,) = messages(played("#tts[Press 1 [one] now]"))
    assert "brackets cannot be nested" in message
    assert "separated by `;`" in messages(played("#tts[a] #tts[b]"))[0]


def test_a_menu_that_listens_without_a_locale_has_one_finding() -> None:
    assert found(menu(MENU, enableVoice=True, locale=None)) == [("SV019", "error", "$.action")]


def test_an_option_for_a_missing_menu_is_not_also_a_loop() -> None:
    lost = menu(MENU | {"options": [{"dtmf": "1", "action": "menu(x)"}, {"dtmf": "2", "action": "menu(main)"}]})
    assert found(lost) == [("SV015", "error", f"{MAIN}.options[0].action")]


def test_nested_lists_of_files_are_explained_in_a_sentence() -> None:
    nested = played(["#tts[A long welcome to everyone who calls us today.]", "#tts[And a second text.]"])
    assert messages(nested) == [
        "the documented form of this value is one flat list of prompts, without lists inside it"
    ]


@pytest.mark.parametrize("name", ["reportCallStatus", "ReportCallStatus", "REPORTCALLSTATUS"])
def test_the_status_of_an_ended_call_is_read_in_any_letter_case(name: str) -> None:
    document = {"instructions": [{"name": name, "value": "Success"}], "action": HANGUP}
    assert found(document) == found(document, "dice") == []


def test_a_finding_after_a_status_or_an_unknown_instruction_has_its_own_index() -> None:
    status = {"name": "reportCallStatus", "value": "success"}
    assert found(said(status, {"name": "answer"}), "dice") == [("SV007", "error", "$.instructions[1]")]
    assert found(said({"name": "play"}, {"name": "say", "text": ""})) == [
        ("SV005", "error", "$.instructions[0].name"),
        ("SV021", "error", "$.instructions[1].text"),
    ]


@pytest.mark.parametrize(
    ("document", "finding"),
    [
        (played("#ssml[bare text]"), ("SV022", "warning", FILE)),
        (said({"name": "setCookie", "key": "", "value": "a"}), ("SV024", "warning", "$.instructions[0].key")),
        (sip("not-an-address"), ("SV011", "warning", "$.action.destination.endpoint")),
        (
            {"action": {"name": "connectMxp", "destination": {"type": "username", "endpoint": " "}}},
            ("SV011", "warning", "$.action.destination.endpoint"),
        ),
        (
            recorded(destinationUrl="azure://a/b", credentials=""),
            ("SV027", "error", "$.instructions[0].options.credentials"),
        ),
        (sip("@sip.example.com"), ("SV011", "warning", "$.action.destination.endpoint")),
        (
            recorded(destinationUrl="gs://a/b", format="ogg"),
            ("SV033", "warning", "$.instructions[0].options.format"),
        ),
        (
            recorded(destinationUrl="gs://a/b", transcriptionOptions={"enabled": True}),
            ("SV019", "warning", "$.instructions[0].options.transcriptionOptions"),
        ),
        (
            {
                "action": CONF
                | {"recordingOptions": {"transcriptionOptions": {"enabled": True, "locale": "xx-XX"}}, "record": True}
            },
            ("SV020", "warning", "$.action.recordingOptions.transcriptionOptions.locale"),
        ),
        (
            menu(MENU | {"options": [{"dtmf": "1", "action": "return()"}]}),
            ("SV017", "warning", f"{MAIN}.options[0].action"),
        ),
    ],
)
def test_a_value_that_does_nothing_useful_is_reported(document: object, finding: tuple[str, Level, str]) -> None:
    assert found(document) == [finding]


@pytest.mark.parametrize("endpoint", ["bob@sip.example.com", "sip:bob@sip.example.com;transport=tls", "sips:b@h"])
def test_a_sip_address_can_have_a_scheme_and_parameters(endpoint: str) -> None:
    assert found(sip(endpoint)) == []


def test_a_stream_goes_to_a_websocket_server() -> None:
    beta = ("SV034", "warning", "$.action.name")
    where = "$.action.destination.endpoint"
    assert found(stream()) == [beta]
    assert found(stream("ws://example.com")) == [("SV034", "warning", where), beta]
    assert found(stream("https://example.com")) == [("SV034", "error", where), beta]


@pytest.mark.parametrize(("key", "found_at"), [("X-Order", []), ("Route", [0]), ("t", [0]), ("X Y", [0]), ("X:Y", [0])])
def test_a_header_has_a_name_of_its_own_that_routes_no_call(key: str, found_at: list[int]) -> None:
    action = {"name": "connectMxp", "callHeaders": [{"key": key, "value": "v"}]}
    paths = [f"$.action.callHeaders[{at}].key" for at in found_at]
    assert found({"action": action}) == [("SV024", "warning", path) for path in paths]
