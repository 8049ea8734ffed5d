"""Seed files: what they may say, and what an error says about the place."""

from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError, validate

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.sandbox import SandboxOptions, StateError, create_sandbox, read_seed_file
from sinch_voice_mcp.sandbox.state.schema import seed_file_schema
from sinch_voice_mcp.sandbox.state.seed_file import located
from sinch_voice_mcp.svaml.reading.yamltext import YAML

WHOLE = """\
# What the shop's tests begin with.
applications:
  - key: 5a4db0c5-0000-4000-8000-000000000002
    secret: c2hvcA==
    name: Shop
    callback: http://127.0.0.1:3000/voice
    fallback: https://example.com/voice
    incoming: {action: {name: connectConf, conferenceId: lobby}}
numbers:
  - {number: +14155550150, application: Shop}
  - {number: "+1 415 555 0151", capability: sms}
prices:
  +1202*: 0.0085
  "+12025550100": 1
scripts:
  +12025550190: [{on: answer, say: hello}]
faults:
  - fault: busy
    match: {number: +1202*, tag: ci-1, kind: tts, application: Shop}
    probability: 0.25
    seed: 7
settings: {speed: 10, seed: 1, keep: 100}
"""


def test_a_whole_file_is_read() -> None:
    seed = read_seed_file(WHOLE.encode(), "sandbox.yaml")
    assert [one.number for one in seed.numbers or ()] == ["+14155550150", "+14155550151"]
    assert seed.prices == {"+1202*": Decimal("0.0085"), "+12025550100": Decimal(1)}
    assert list(seed.scripts) == ["+12025550190"]
    assert (seed.settings.speed, seed.settings.seed, seed.settings.keep) == (10, 1, 100)
    account = create_sandbox(clock=ManualClock(), options=SandboxOptions(setup=seed.setup)).engine.account
    (shop,) = account.applications()
    assert (shop.name, shop.urls) == ("Shop", ("http://127.0.0.1:3000/voice", "https://example.com/voice"))
    assert shop.on_incoming is not None
    assert account.owner("+14155550150") is shop


@pytest.mark.parametrize("text", ["{}", "# nothing", "", "settings: {}", '{"faults": [], "prices": {}}', "\ufeff{}"])
def test_a_file_that_says_nothing_is_the_usual_sandbox(text: str) -> None:
    made = create_sandbox(
        clock=ManualClock(), options=SandboxOptions(setup=read_seed_file(text.encode(), "sandbox.yaml").setup)
    )
    assert len(made.engine.account.numbers()) == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("numbers: [", "sandbox.yaml is not YAML: "),
        ("[]", "sandbox.yaml:1:1: must be an object"),
        ("faults:\n- falt: busy", "sandbox.yaml:2:9: faults[0].falt: is not known here; did you mean `fault`?"),
        (
            "applications:\n- key: shop\n  colour: red",
            "sandbox.yaml:3:11: applications[0].colour: is not known here; known are key, secret, name, callback,",
        ),
        ("setings: {}", "sandbox.yaml:1:10: setings: is not known here; did you mean `settings`?"),
        ("settings:\n  kep: 1", "sandbox.yaml:2:8: settings.kep: is not known here; did you mean `keep`?"),
        ("settings: {keep: 0}", "sandbox.yaml:1:18: settings.keep: must be 1 or more"),
        ("settings: {speed: fast}", "sandbox.yaml:1:19: settings.speed: must be a number"),
        ("numbers:\n- number: 0123", "sandbox.yaml:2:11: numbers[0].number: must be a number in E.164 form"),
        ("numbers:\n- {}", "sandbox.yaml:2:3: numbers[0].number: is missing"),
        ("prices: {+12x*: 1}", "sandbox.yaml:1:17: prices['+12x*']: must be a number such as"),
        ("prices: {+12*: -1}", "sandbox.yaml:1:16: prices['+12*']: must be 0 or more"),
        ("prices: {+12*: .inf}", "sandbox.yaml:1:16: prices['+12*']: must be a number"),
        ("prices: {+12*: 1, +12*: 2}", "sandbox.yaml:1:25: prices['+12*']: is written twice"),
        (
            "faults: [{fault: bussy}]",
            "sandbox.yaml:1:18: faults[0].fault: must be the name of a behavior; there is no `bussy`, did you",
        ),
        ("faults: [{fault: busy, probability: 2}]", "sandbox.yaml:1:37: faults[0].probability: must be 1 or less"),
        ("faults: [{fault: busy, match: {tag: a b}}]", "sandbox.yaml:1:37: faults[0].match.tag: must be 1 to 64 ASCII"),
        ("applications: [{key: 'a b'}]", "sandbox.yaml:1:22: applications[0].key: the application key is empty, or"),
        ("applications: [{key: a, secret: '?'}]", "sandbox.yaml:1:33: applications[0].secret: the application secret"),
        ("applications: [{key: a, callback: 3000}]", "sandbox.yaml:1:35: applications[0].callback: must be text"),
        ("applications: [{key: a, callback: /voice}]", "sandbox.yaml:1:35: applications[0].callback: must be an http"),
        ("scripts: {12: []}", "sandbox.yaml:1:15: scripts['12']: must be a number in E.164 form"),
        (
            "scripts: {+12025550190: [{on: answer, pres: 1}]}",
            "sandbox.yaml:1:45: scripts['+12025550190'][0].pres: is not known here; did you mean `press`?",
        ),
    ],
)
def test_an_error_names_the_file_the_line_and_the_member(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_seed_file(text.encode(), "sandbox.yaml")
    assert refused.value.message.startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("applications:\n- key: a", "sandbox.yaml:2:3: applications[0].secret: is missing"),
        (
            "applications:\n- {key: a, secret: YQ==}\n- {key: A-, secret: YQ==}",
            "sandbox.yaml:3:9: applications[1].key: another application has this key",
        ),
        (
            "applications:\n- {key: a, secret: YQ==, name: x}\n- {key: b, secret: YQ==, name: x}",
            "sandbox.yaml:3:32: applications[1].name: another application has this name",
        ),
        (
            "applications:\n- {key: a, secret: YQ==, incoming: {action: {name: hangupp}}}",
            "sandbox.yaml:2:36: applications[0].incoming: is not valid SVAML: $.action",
        ),
        (
            "numbers:\n- {number: +14155550150, application: b}",
            "sandbox.yaml:2:39: numbers[0].application: there is no application with this key or name",
        ),
        (
            "numbers:\n- number: +14155550150\n- number: 14155550150",
            "sandbox.yaml:3:11: numbers[1].number: is there already",
        ),
        (
            "scripts: {+12025550190: [{busy: true}, {say: hello}]}",
            "sandbox.yaml:1:25: scripts['+12025550190']: script[1].say: never happens, because script[0]",
        ),
        (
            "faults:\n- {fault: busy, match: {application: b}}",
            "sandbox.yaml:2:38: faults[0].match.application: there is no application with this key or name",
        ),
    ],
)
def test_a_contradiction_is_found_before_the_sandbox_starts(text: str, message: str) -> None:
    seed = read_seed_file(text.encode(), "sandbox.yaml")
    with pytest.raises(StateError) as refused:
        create_sandbox(clock=ManualClock(), options=SandboxOptions(setup=seed.setup))
    assert located(text.encode(), "sandbox.yaml", refused.value).message.startswith(message)


@given(st.binary(max_size=200) | st.text(alphabet="{}[]:,&*!|>'\"#- \nab01", max_size=60).map(str.encode))
def test_no_bytes_raise_another_error(data: bytes) -> None:
    with suppress(ConfigurationError):
        read_seed_file(data, "sandbox.yaml")


def fits(text: str) -> bool:
    """Whether the schema accepts a file."""
    schema: Any = seed_file_schema()
    value: Any = YAML.parse(text).value
    try:
        validate(value, schema, Draft202012Validator)
    except ValidationError:
        return False
    return True


def test_the_schema_accepts_the_whole_file_and_finds_what_is_wrong_with_a_member() -> None:
    assert fits(WHOLE)
    assert fits(f"$schema: sandbox.schema.json\n{WHOLE}")
    for text in ("setings: {}", "settings: {keep: 0}", "faults: [{}]", "numbers: [{number: true}]"):
        assert not fits(text), text


def test_a_file_can_name_its_schema() -> None:
    assert read_seed_file(b'{"$schema": "sandbox.schema.json", "faults": []}', "sandbox.json").faults == ()


def test_the_file_in_the_documentation_is_one() -> None:
    page = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text("utf-8")
    (text,) = (block.partition("```")[0] for block in page.split("```yaml\n")[1:] if "applications:" in block)
    assert fits(text)
    seed = read_seed_file(text.encode(), "sandbox.yaml")
    assert (
        len(create_sandbox(clock=ManualClock(), options=SandboxOptions(setup=seed.setup)).engine.scripts.listed()) == 1
    )
