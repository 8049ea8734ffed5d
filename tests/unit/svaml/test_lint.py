"""The linter: for each rule, a document that violates it and one that does not."""

import copy
import json
import re
from pathlib import Path

import pytest

from sinch_voice_mcp.svaml import codes as codes_module
from sinch_voice_mcp.svaml.lint import RULES, Context, fix, lint
from sinch_voice_mcp.types import is_object
from tests.unit.svaml.snippets import CONF, HANGUP, MENU, PSTN, menu, played, recorded, said, tts

Case = tuple[str, object, object, Context | None]

QUIET_MENU = {"name": "runMenu", "menus": [{"id": "main", "maxDigits": 4}]}

CASES: list[Case] = [
    ("SV001", "{", {"action": HANGUP}, None),
    ("SV001", [], {"action": HANGUP}, None),
    ("SV001", '{"action": {"name": "hangup", "name": "park"}}', '{"action": {"name": "hangup"}}', None),
    (
        "SV001",
        {"method": "customCallout", "customCallout": {"ice": {"action": PSTN}}},
        {"method": "customCallout", "customCallout": {"ice": json.dumps({"action": PSTN})}},
        None,
    ),
    ("SV002", {"commands": []}, {"action": HANGUP}, None),
    ("SV003", said() | {"action": None}, said(), "ice"),
    ("SV004", {"action": [HANGUP]}, {"action": HANGUP}, None),
    ("SV004", {"actions": [HANGUP]}, {"action": HANGUP}, None),
    ("SV005", {"action": {"name": "hangUpp"}}, {"action": HANGUP}, None),
    ("SV006", {"action": {"name": "Hangup"}}, {"action": HANGUP}, None),
    ("SV007", {"action": {"name": "continue"}}, {"action": HANGUP}, "ice"),
    ("SV007", said({"name": "say", "text": "Bye."}), {}, "dice"),
    ("SV007", {"action": CONF}, {"action": HANGUP}, "dice"),
    ("SV007", {"action": HANGUP}, {}, "conference"),
    ("SV008", menu(MENU, badge=True), menu(MENU, barge=True), None),
    ("SV009", {"action": {"name": "connectConf"}}, {"action": CONF}, None),
    ("SV010", menu(MENU | {"options": [{"dtmf": 1, "action": "return(a)"}]}), menu(MENU), None),
    ("SV011", {"action": PSTN | {"number": "12025550100"}}, {"action": PSTN}, None),
    ("SV011", {"action": PSTN | {"cli": "0012025550100"}}, {"action": PSTN | {"cli": "private"}}, None),
    ("SV011", tts(text="Hi.") | {"ttsCallout": {**tts(text="Hi.")["ttsCallout"], "cli": "1"}}, tts(text="Hi."), None),  # type: ignore[dict-item]
    ("SV012", said({"name": "say", "text": "a" * 601}), said({"name": "say", "text": "a" * 600}), None),
    ("SV012", played(f"#tts[{'a' * 601}]"), played(f"#tts[{'a' * 600}];#tts[b]"), None),
    ("SV013", {"action": PSTN | {"maxDuration": 14_401}}, {"action": PSTN | {"maxDuration": 14_400}}, None),
    ("SV013", {"action": {"name": "park", "maxDuration": 601}}, {"action": {"name": "park", "maxDuration": 600}}, None),
    ("SV014", said({"name": "sendDtmf", "value": "1*"}), said({"name": "sendDtmf", "value": "1w#"}), None),
    ("SV015", menu(MENU | {"id": "other"}), menu(MENU), None),
    ("SV015", menu(MENU, mainMenu="lost"), menu(MENU, mainMenu="main"), None),
    ("SV015", menu(MENU, MENU), menu(MENU), None),
    ("SV015", menu(MENU | {"options": [{"dtmf": "1", "action": "menu(x)"}]}), menu(MENU), None),
    ("SV016", menu(MENU, MENU | {"id": "island"}), menu(MENU), None),
    ("SV016", menu(MENU | {"options": MENU["options"] * 2}), menu(MENU), None),
    ("SV016", menu(MENU | {"options": [{"dtmf": "1", "action": "menu(main)"}]}), menu(MENU), None),
    ("SV017", menu(MENU | {"options": [{"dtmf": "1", "action": "go"}]}), menu(MENU), None),
    ("SV017", menu(MENU | {"options": [{"dtmf": "1", "action": "return"}]}), menu(MENU), None),
    (
        "SV018",
        menu({"id": "main", "mainPrompt": "#tts[Hi.]"}),
        menu({"id": "main", "mainPrompt": "#tts[Hi.]", "maxDigits": 4}),
        None,
    ),
    ("SV018", menu({"id": "main", "maxDigits": 4}), said({"name": "say", "text": "Hi."}, **QUIET_MENU), None),
    ("SV019", menu(MENU, locale=None), menu(MENU), None),
    ("SV019", menu({"id": "main", "maxDigits": 1}, enableVoice=True, locale=None), menu(MENU, enableVoice=True), None),
    (
        "SV020",
        said({"name": "say", "text": "a", "locale": "xx-XX"}),
        said({"name": "say", "text": "a", "locale": "SV-se"}),
        None,
    ),
    ("SV020", played("#tts[a]", locale="Joana"), played("#tts[a]", locale="joanna"), None),
    ("SV021", played("tts#[a]"), played("#tts[a]"), None),
    ("SV021", played("#tts[a"), played("file"), None),
    ("SV012", played(f"#ssml[<speak>{'a' * 601}</speak>]"), played(f"#ssml[<speak>{'<p>a</p>' * 600}</speak>]"), None),
    ("SV022", played("#ssml[<speak>a]"), played("#ssml[<speak>a<break time='1s'/></speak>]"), None),
    ("SV022", said({"name": "say", "text": "<speak>a</speak>"}), said({"name": "say", "text": "speak < a"}), None),
    ("SV022", played("#tts[< SPEAK >a]"), played("#tts[<speaker>a]"), None),
    ("SV022", played("#ssml[<speak><blink>a</blink></speak>]"), played("#ssml[<speak><p>a</p></speak>]"), None),
    ("SV022", played("#ssml[<speak>a<x:breath/></speak>]"), played("#ssml[<speak>a<amazon:breath/></speak>]"), None),
    ("SV023", played("http://media.example.com/a.mp3"), played("https://media.example.com/a.mp3"), None),
    ("SV023", played("#href[https://127.0.0.1/a.mp3]"), played("#href[https://media.example.com/a]"), None),
    ("SV023", played("https://media.local/a.mp3"), played("https://local.example.com/a.mp3"), None),
    ("SV023", played("https://media.example.com/a.exe"), played("https://media.example.com/a.wav"), None),
    (
        "SV024",
        said(*[{"name": "setCookie", "key": "k", "value": "v" * 600}] * 2),
        said({"name": "setCookie", "key": "k", "value": "v" * 1023}),
        None,
    ),
    (
        "SV024",
        {"action": {"name": "connectMxp", "callHeaders": [{"key": "X-K", "value": "é" * 600}]}},
        {"action": {"name": "connectMxp", "callHeaders": [{"key": "X-K", "value": "e" * 600}]}},
        None,
    ),
    ("SV025", {"action": CONF | {"conferenceId": "r" * 65}}, {"action": CONF | {"conferenceId": "r" * 64}}, None),
    ("SV026", said({"name": "startRecording"}, name="connectMxp"), said({"name": "startRecording"}, **CONF), None),
    ("SV027", recorded(destinationUrl="ftp://a/b"), recorded(destinationUrl="gs://a/b"), None),
    (
        "SV027",
        recorded(destinationUrl="s3://a/b", credentials="KEY:SECRET"),
        recorded(destinationUrl="s3://a/b", credentials="KEY:SE/CR+ET:eu-west-1"),
        None,
    ),
    ("SV027", recorded(destinationUrl="azure://a/b"), recorded(destinationUrl="azure://a/b", credentials="k"), None),
    (
        "SV028",
        said({"name": "say", "text": "Hi."}),
        said({"name": "answer"}, {"name": "say", "text": "Hi."}),
        "ice",
    ),
    ("SV029", {"action": PSTN | {"amd": {"enabled": True}}}, {"action": PSTN | {"amd": {"enabled": True}}}, "ice"),
    ("SV029", {"action": PSTN | {"amd": {"async": True}}}, {"action": PSTN | {"amd": {"enabled": True}}}, "callout"),
    ("SV030", {"action": {"name": "connectPstn", "number": "+12025550100"}}, {"action": PSTN}, "callout"),
    ("SV031", {"action": CONF}, {"action": PSTN}, "callout"),
    (
        "SV031",
        {"method": "customCallout", "customCallout": {"cli": "+14155550100", "ice": json.dumps({"action": PSTN})}},
        {"method": "customCallout", "customCallout": {"ice": json.dumps({"action": PSTN})}},
        None,
    ),
    ("SV032", {"action": PSTN | {"suppressCallbacks": True}}, {"action": PSTN | {"suppressCallbacks": False}}, None),
    ("SV033", {"action": CONF | {"moh": "jazz"}}, {"action": CONF | {"moh": "ring"}}, None),
    (
        "SV034",
        {"action": {"name": "connectStream", "destination": {"type": "Websocket", "endpoint": "wss://example.com"}}},
        {"action": PSTN},
        None,
    ),
    ("SV035", tts(), tts(text="Hi."), None),
    ("SV035", tts(text="Hi.", prompts="#tts[Ho.]"), tts(enableAce=True), None),
    ("SV022", said({"name": "say", "text": "Hi <break/> there."}), said({"name": "say", "text": "3 < 4 > 2"}), None),
    ("SV036", said({"name": "say", "text": "Hi {{name}}."}), said({"name": "say", "text": "Hi Anna."}), None),
    ("SV036", tts(text="Hi [Name]."), tts(text="Hi (Anna)."), None),
    ("SV037", played("#tts[你好]"), played("#tts[Hi.]"), None),
    (
        "SV037",
        menu(MENU, locale="ja-JP") | said({"name": "say", "text": "你好"}),
        said({"name": "say", "text": "你好", "locale": "cmn-CN"}),
        None,
    ),
    ("SV039", {"action": CONF | {"moh": "ring\n"}}, said({"name": "say", "text": "One.\nTwo."}), None),
    ("SV038", said({"name": "say", "text": "..."}), said({"name": "say", "text": "."}) | said(), None),
]


def codes(document: object, context: Context | None) -> set[str]:
    return {finding.code for finding in lint(document, context).findings}


@pytest.mark.parametrize(("code", "bad", "good", "context"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_each_rule_reports_its_violation_and_accepts_the_correct_form(
    code: str, bad: object, good: object, context: Context | None
) -> None:
    assert code in codes(bad, context)
    # The same document where it belongs: answering machines are detected in callouts.
    assert code not in codes(good, "callout" if code == "SV029" and context == "ice" else context)


def test_every_rule_is_tested_documented_and_numbered() -> None:
    assert {case[0] for case in CASES} == {rule.code for rule in RULES} == {f"SV{n:03}" for n in range(1, 40)}
    for rule in RULES:
        assert rule.title
        assert rule.exactly.endswith(".")


def test_exactly_the_rules_marked_fixable_have_fixes() -> None:
    fixed = {finding.code for _, bad, _, context in CASES for finding in fix(bad, context).applied}
    assert fixed == {rule.code for rule in RULES if rule.fixable}


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        (
            {"action": {"name": "Connectpstn", "number": "12025550100"}},
            {"action": {"name": "connectPstn", "number": "+12025550100"}},
        ),
        (menu(MENU, badge="true"), menu(MENU, barge=True)),
        ({"action": [HANGUP]}, {"action": HANGUP}),
        ({"action": CONF | {"moh": "ringing"}}, {"action": CONF | {"moh": "ring"}}),
        (played(["tts#[a]"]), played("#tts[a]")),
        (
            {"action": {"name": "connectMXP", "callheaders": [{"key": "a", "value": "b"}]}},
            {"action": {"name": "connectMxp", "callHeaders": [{"key": "a", "value": "b"}]}},
        ),
    ],
)
def test_a_fix_gives_the_documented_form(bad: object, good: object) -> None:
    before = copy.deepcopy(bad)
    assert fix(bad).value == good
    assert bad == before


@pytest.mark.parametrize(
    ("document", "codes_in_order"),
    [
        ({"action": {"name": "connectPstn", "destination": "12025550100"}}, ["SV008", "SV011"]),
        ({"action": CONF | {"mohClass": "RINGING"}}, ["SV008", "SV010"]),
        (menu(MENU, locale=None), ["SV019"]),
    ],
)
def test_a_fix_that_has_to_wait_for_another_is_applied_and_counted_once(
    document: object, codes_in_order: list[str]
) -> None:
    fixed = fix(document)

    assert [finding.code for finding in fixed.applied] == codes_in_order
    assert not any(finding.fix for finding in fixed.report.findings)


def test_every_code_is_described_and_found_where_the_table_says() -> None:
    package = Path(codes_module.__file__).parent
    mentioned: dict[str, set[str]] = {code: set() for code in codes_module.CODES}
    for file in sorted(package.rglob("*.py")):
        name = ".".join(file.relative_to(package).with_suffix("").parts)
        if name != "codes":
            for code in set(re.findall(r'"(SV\d{3})"', file.read_text("utf-8"))):
                mentioned[code].add(name)

    assert mentioned == {code: {owner.described_in, *owner.found_in} for code, owner in codes_module.CODES.items()}
    assert [rule.code for rule in RULES] == list(codes_module.CODES)


def test_unreadable_ssml_is_an_error_and_an_unknown_tag_a_warning() -> None:
    unreadable, unknown = lint(played("#ssml[<speak>a]")), lint(played("#ssml[<speak><blink>a</blink></speak>]"))

    assert [(finding.code, finding.level) for finding in unreadable.findings] == [("SV022", "error")]
    assert [(finding.code, finding.level) for finding in unknown.findings] == [("SV022", "warning")]
    assert unreadable.findings[0].message == "the SSML is not well-formed XML at line 1, column 9"


def test_a_finding_in_a_request_has_its_path_in_the_document_inside() -> None:
    inner = json.dumps({"action": {"name": "connectPstn"}})
    report = lint({"method": "customCallout", "customCallout": {"ice": inner}})
    assert ("SV030", "$.customCallout.ice.action") in {(finding.code, finding.path) for finding in report.findings}
    assert report.context == "request"


def test_a_fix_reaches_into_the_documents_of_a_request() -> None:
    ice = json.dumps({"action": PSTN | {"name": "ConnectPSTN", "maxDuration": "90"}}, indent=2)
    ace = json.dumps({"action": {"name": "Hangup"}})
    request = {"method": "customCallout", "customCallout": {"ice": ice, "ace": ace}}

    fixed = fix(request)

    layout = json.dumps({"action": PSTN | {"maxDuration": 90}}, indent=2)
    assert fixed.value == {
        "method": "customCallout",
        "customCallout": {"ice": layout, "ace": '{"action": {"name": "hangup"}}'},
    }
    assert sorted(finding.code for finding in fixed.applied) == ["SV006", "SV006", "SV010"]
    assert not any(finding.fix for finding in fixed.report.findings)


def test_a_document_of_a_request_that_contains_credentials_is_not_copied_into_a_fix() -> None:
    options = {"destination": "s3://bucket", "credentials": "KEY:HUSH:eu-west-1"}
    ice = json.dumps({"instructions": [{"name": "startRecording", "options": options}], "action": PSTN})
    (finding,) = lint({"method": "customCallout", "customCallout": {"ice": ice}}).findings
    assert finding.message == (
        "the documented name of this member is `destinationUrl` (not fixed here, because the text contains credentials)"
    )
    assert finding.fix == ()


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ({"action": {"name": "park", "locale": None, "holdPrompt": "#tts[a]"}}, {"locale": "en-US"}),
        (menu(MENU, locale=None), {"locale": "en-US"}),
        ({"action": CONF | {"mohClass": "ring", "moh": None}}, {"moh": "ring"}),
        ({"action": {"name": "connectMxp", "callheaders": [], "callHeaders": None}}, {"callHeaders": []}),
    ],
)
def test_a_member_that_is_null_is_replaced_and_counted_once(document: object, value: dict[str, object]) -> None:
    fixed = fix(document)

    assert len(fixed.applied) == 1
    assert is_object(fixed.value)
    assert is_object(action := fixed.value["action"])
    assert value.items() <= action.items()
    assert None not in action.values()
    assert fix(fixed.value).applied == ()


def test_a_document_that_was_serialized_twice_is_not_an_object() -> None:
    document = json.dumps({"action": HANGUP})
    assert codes(json.dumps(document), None) == {"SV001"}
    dialed = {"destination": {"type": "number", "endpoint": "+12025550100"}, "cli": "+14155550100"}
    request = {"method": "customCallout", "customCallout": {**dialed, "ace": json.dumps(document)}}
    assert codes(request, None) == {"SV001"}
    assert codes(document, None) == set()


def test_a_document_has_the_same_findings_as_text_and_as_a_value() -> None:
    sip = {"name": "connectSip", "destination": {"type": "sip", "endpoint": "bob@sip.example.com"}}
    assert lint(json.dumps({"action": sip})).findings == lint({"action": sip}).findings == ()


def test_a_document_that_only_speaks_lacks_an_action() -> None:
    assert codes({"instructions": [{"name": "say", "text": "Hi."}]}, None) == {"SV003"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON: the text is empty at line 1, column 1"),
        ('{"a": "b', "not JSON: unterminated string starting at line 1, column 7"),
    ],
)
def test_what_is_not_json_is_reported_with_its_position(text: str, message: str) -> None:
    assert [finding.message for finding in lint(text).findings] == [message]


def test_levels_can_be_chosen_per_rule() -> None:
    document = {"action": {"name": "Hangup"}}
    assert lint(document, levels={"SV006": "error"}).errors == 1
    assert lint(document, levels={"SV006": "off"}).findings == ()


def test_findings_are_capped_with_a_count_of_the_rest() -> None:
    report = lint({"instructions": [{"name": "Answer"}] * 250, "action": HANGUP}, limit=100)
    assert (len(report.findings), report.omitted) == (100, 150)
