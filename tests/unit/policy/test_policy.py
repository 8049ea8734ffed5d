import json
import re
from decimal import Decimal

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
        "calling_hours",
        "repeat_in_flight",
        "repeat_gap_s",
        "repeat_per_day",
        "repeat_per_week",
        "calls_per_minute",
        "calls_per_hour",
        "calls_per_day",
        "max_concurrent_calls",
        "max_spend_per_day",
        "confirm",
    }


@pytest.mark.parametrize("name", sorted(Policy.model_fields))
def test_every_member_has_a_description_of_one_line(name: str) -> None:
    description = Policy.model_fields[name].description

    assert description is not None
    assert 10 < len(description) <= 110
    assert "\n" not in description


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"allowed_regions": ["UK"]}, "`UK` is not a region with telephone numbers; did you mean GB"),
        ({"allowed_regions": ["Sweden"]}, "`Sweden` is not a region"),
        ({"allowed_regions": ["001"]}, "`001` is not a region"),
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
        ({"recording_destinations": ["https://example.com/"]}, "is not a location for recordings"),
        ({"recording_destinations": ["s3://bucket/../other"]}, "is not a location for recordings"),
        ({"recording_destinations": ["s3://"]}, "is not a location for recordings"),
        ({"max_text_chars": 2501}, "less than or equal to 2500"),
        (
            {"calling_hours": "nine to five"},
            "`nine to five` is not a valid calling-hours entry; write `auto`, `any`, or hours such as",
        ),
        ({"calling_hours": ""}, "is not a valid calling-hours entry"),
        ({"calling_hours": "9:00-17:00"}, "is not a valid calling-hours entry"),
        ({"calling_hours": "Mon-Fri 09:00-17:00 Sat 10:00-12:00"}, "is not a valid calling-hours entry"),
        ({"calling_hours": "21:00-08:00"}, "`21:00-08:00` ends before it begins"),
        ({"calling_hours": "09:00-25:00"}, "`25:00` is not a time of day"),
        ({"calling_hours": "09:60-10:00"}, "`09:60` is not a time of day"),
        ({"calling_hours": "14:00-18:00 09:00-12:00"}, "is not in order"),
        ({"calling_hours": "Mon-Fri 09:00-17:00, Fri 09:00-12:00"}, "name Fri twice"),
        ({"repeat_per_day": -1}, "a whole number from 0 to 1,000,000,000, or `unlimited`"),
        ({"repeat_per_day": "many"}, "or `unlimited`"),
        ({"repeat_per_day": 1.5}, "or `unlimited`"),
        ({"repeat_per_day": True}, "or `unlimited`"),
        ({"calls_per_minute": "nan"}, "or `unlimited`"),
        ({"max_rate_per_minute": "cheap"}, "an amount from 0 to 1,000,000, such as 0.25, or `unlimited`"),
        ({"max_rate_per_minute": -0.1}, "or `unlimited`"),
        ({"max_spend_per_day": "inf"}, "or `unlimited`"),
        ({"max_duration_s": 14_401}, "less than or equal to 14400"),
        ({"max_duration_s": 0}, "greater than or equal to 1"),
        ({"dial_timeout_s": 0}, "greater than or equal to 1"),
        ({"max_duration_s": 500, "default_duration_s": 501}, "DEFAULT_DURATION_S \\(501 s\\) is more than"),
        ({"confirm": "sometimes"}, "Input should be"),
        ({"confirm": "never"}, "SINCH_VOICE_CONFIRM=never needs SINCH_VOICE_ALLOWED_NUMBERS or SINCH_VOICE_ALLOWED_R"),
        ({"trusted_numbers": ["0701740607"]}, "`0701740607` has no country calling code"),
        ({"allowed_number_types": ["cheap"]}, "Input should be"),
        ({"allowed_region": ["SE"]}, "Extra inputs are not permitted"),
    ],
)
def test_an_invalid_value_is_rejected_with_one_sentence(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Policy.model_validate(given)

    (fault,) = caught.value.errors()
    assert re.search(sentence, fault["msg"])
    assert "\n" not in fault["msg"]


def test_values_are_normalized() -> None:
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


def test_a_dump_loads_again_and_its_json_is_sorted() -> None:
    policy = Policy(allowed_regions=frozenset({"US", "SE", "DE"}), verified_cli=frozenset({"private"}))

    assert Policy.model_validate(policy.model_dump()) == policy
    assert json.loads(policy.model_dump_json())["allowed_regions"] == ["DE", "SE", "US"]


def test_a_policy_is_immutable() -> None:
    policy = Policy.live()

    with pytest.raises(ValidationError, match="frozen"):
        setattr(policy, "allow_sip", True)  # noqa: B010 - the type checker would not let it pass


def test_a_pasted_prefix_is_normalized_too() -> None:
    assert Policy(denied_prefixes=("+1\u00a0900",)).denied_prefixes == ("+1900",)


@pytest.mark.parametrize("name", ["repeat_per_day", "calls_per_hour", "max_rate_per_minute", "max_spend_per_day"])
def test_unlimited_is_a_word_and_zero_is_a_limit(name: str) -> None:
    assert getattr(Policy.model_validate({name: " Unlimited "}), name) is None
    assert getattr(Policy.model_validate({name: "0"}), name) == 0


def test_money_is_exact_and_not_the_nearest_binary_number() -> None:
    assert Policy.model_validate({"max_rate_per_minute": 0.1}).max_rate_per_minute == Decimal("0.1")
    assert Policy.model_validate({"max_spend_per_day": "12.34"}).max_spend_per_day == Decimal("12.34")


@pytest.mark.parametrize(("ceiling", "usual"), [(300, 300), ("300", 300), (600, 600), (7_200, 600)])
def test_the_default_duration_follows_a_lower_maximum(ceiling: object, usual: int) -> None:
    assert Policy.model_validate({"max_duration_s": ceiling}).default_duration_s == usual


@pytest.mark.parametrize("given", [{"allowed_numbers": ["+14045005000"]}, {"allowed_regions": ["US"]}])
def test_confirm_never_is_accepted_if_the_owner_lists_numbers_or_regions(given: dict[str, object]) -> None:
    assert Policy.model_validate({"confirm": "Never", **given}).confirm == "never"


@pytest.mark.parametrize("policy", [Policy.live(), Policy.sandbox()])
def test_the_defaults_load_from_json_too(policy: Policy) -> None:
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
