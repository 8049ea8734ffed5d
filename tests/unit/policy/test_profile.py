import json
import re

import pytest
from pydantic import ValidationError

from sinch_voice_mcp.policy import NUMBER_TYPES, Policy


def test_the_live_defaults_allow_ordinary_numbers_and_nothing_that_is_off() -> None:
    policy = Policy.live()

    refused = {"premium", "shared_cost", "personal", "pager", "voicemail", "unknown"}
    assert policy.allowed_number_types == set(NUMBER_TYPES) - refused
    assert policy.allowed_regions is None
    assert not policy.media_hosts | policy.callback_hosts | policy.verified_cli | policy.recording_destinations
    assert not any(value for name, value in policy if name.startswith("allow_"))


def test_the_sandbox_allows_any_region_and_the_reserved_hosts() -> None:
    policy = Policy.sandbox()

    assert policy.allowed_regions == {"*"}
    assert policy.media_hosts == policy.callback_hosts == {"example.com", "*.example.com"}


def test_the_sandbox_differs_from_live_in_nothing_else() -> None:
    live, sandbox = Policy.live().model_dump(), Policy.sandbox().model_dump()

    assert {name for name in live if live[name] != sandbox[name]} == {
        "allowed_regions",
        "media_hosts",
        "callback_hosts",
    }


@pytest.mark.parametrize("name", sorted(Policy.model_fields))
def test_every_member_says_in_a_line_what_it_is(name: str) -> None:
    description = Policy.model_fields[name].description

    assert description is not None
    assert 10 < len(description) <= 110
    assert "\n" not in description


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"allowed_regions": ["UK"]}, "`UK` is no region with telephone numbers; did you mean GB"),
        ({"allowed_regions": ["Sweden"]}, "`Sweden` is no region"),
        ({"allowed_regions": ["001"]}, "`001` is no region"),
        ({"allowed_numbers": ["0701740607"]}, "`0701740607` has no country calling code"),
        ({"allowed_numbers": ["911"]}, "emergency number"),
        ({"denied_prefixes": ["1900"]}, "`1900` is not the beginning of a number"),
        ({"denied_prefixes": ["+"]}, "`\\+` is not the beginning of a number"),
        ({"default_cli": "private"}, "`private` is not a number in E.164 form"),
        ({"verified_cli": ["14155550100"]}, "`14155550100` is not a number in E.164 form"),
        ({"verified_cli": ["*"]}, "`\\*` is not a number in E.164 form"),
        ({"media_hosts": ["127.0.0.1"]}, "`127.0.0.1` is not a DNS name"),
        ({"media_hosts": ["2130706433"]}, "is not a DNS name"),
        ({"media_hosts": ["*"]}, "is not a DNS name"),
        ({"media_hosts": ["*.com"]}, "is not a DNS name"),
        ({"callback_hosts": ["https://example.com"]}, "is not a DNS name"),
        ({"callback_hosts": ["example.com:8080"]}, "is not a DNS name"),
        ({"callback_hosts": ["localhost"]}, "is not a DNS name"),
        ({"recording_destinations": ["https://example.com/"]}, "is not a place for recordings"),
        ({"recording_destinations": ["s3://bucket/../other"]}, "is not a place for recordings"),
        ({"recording_destinations": ["s3://"]}, "is not a place for recordings"),
        ({"max_text_chars": 601}, "less than or equal to 600"),
        ({"allowed_number_types": ["cheap"]}, "Input should be"),
        ({"allowed_region": ["SE"]}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_member_is_answered_with_one_sentence(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Policy.model_validate(given)

    (fault,) = caught.value.errors()
    assert re.search(sentence, fault["msg"])
    assert "\n" not in fault["msg"]


def test_members_are_brought_into_one_form() -> None:
    policy = Policy.model_validate(
        {
            "allowed_regions": ["se", " US "],
            "allowed_numbers": ["+1 (404) 500-5000"],
            "denied_prefixes": ["+1 900", "+44-909"],
            "default_cli": "+1 415 555 0100",
            "verified_cli": ["Private", "+46 70 174 06 05"],
            "media_hosts": ["Example.COM"],
        }
    )

    assert policy.allowed_regions == {"SE", "US"}
    assert policy.allowed_numbers == {"+14045005000"}
    assert policy.denied_prefixes == ("+1900", "+44909")
    assert policy.default_cli == "+14155550100"
    assert policy.verified_cli == {"private", "+46701740605"}
    assert policy.media_hosts == {"example.com"}


def test_a_dump_reads_back_and_its_json_is_in_order() -> None:
    policy = Policy(allowed_regions=frozenset({"US", "SE", "DE"}), verified_cli=frozenset({"private"}))

    assert Policy.model_validate(policy.model_dump()) == policy
    assert json.loads(policy.model_dump_json())["allowed_regions"] == ["DE", "SE", "US"]


def test_nothing_can_change_a_policy() -> None:
    policy = Policy.live()

    with pytest.raises(ValidationError, match="frozen"):
        setattr(policy, "allow_sip", True)  # noqa: B010 - the type checker would not let it pass


def test_a_beginning_may_be_pasted_too() -> None:
    assert Policy(denied_prefixes=("+1\u00a0900",)).denied_prefixes == ("+1900",)
