"""Settings: a wrong one stops the start with one clear sentence; it never means a default."""

import json
from pathlib import Path

import pytest

from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.settings import Setting, all_settings, changed, load

KEY, SECRET = "669E367E-6BBA-48AB-AF15-266871C28135", "BeIukql3pTKJ8RGL5zo0DA=="
LIVE = {"SINCH_APPLICATION_KEY": KEY, "SINCH_APPLICATION_SECRET": SECRET}
SPACED = {"region": "euc1", "public_url": "https://voice.example.com", "default_cli": "+14155550100"}


def test_without_credentials_the_platform_is_the_sandbox() -> None:
    settings = load({})
    assert (settings.mode, settings.embedded) == ("sandbox", True)


def test_credentials_mean_live() -> None:
    settings = load(LIVE)
    assert (settings.mode, settings.embedded, settings.credentials.key) == ("live", False, KEY)


def test_the_sandbox_can_be_forced() -> None:
    assert load(LIVE, {"sandbox": True}).mode == "sandbox"


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"SINCH_APPLICATION_KEY": KEY}, "SINCH_APPLICATION_SECRET is missing"),
        ({"SINCH_APPLICATION_SECRET": SECRET}, "SINCH_APPLICATION_KEY is missing"),
        (
            {**LIVE, "SINCH_APPLICATION_SECRET": "not base64!"},
            "SINCH_APPLICATION_SECRET: the application secret is not",
        ),
        ({"SINCH_VOICE_REGOIN": "use1"}, "there is no setting SINCH_VOICE_REGOIN; did you mean SINCH_VOICE_REGION?"),
        ({"SINCH_APPLICATION_KEYS": KEY}, "did you mean SINCH_APPLICATION_KEY?"),
        ({"SINCH_VOICE_REGION": "mars"}, "SINCH_VOICE_REGION: must be 'global', 'use1'"),
        ({"SINCH_VOICE_AUTH": "none"}, "SINCH_VOICE_AUTH: must be 'signed' or 'basic'"),
        ({"SINCH_VOICE_READ_ONLY": "maybe"}, "SINCH_VOICE_READ_ONLY: must be true or false"),
        ({"SINCH_VOICE_REQUEST_TIMEOUT_S": "60"}, "SINCH_VOICE_REQUEST_TIMEOUT_S: must be 15 or less"),
        ({"SINCH_VOICE_BASE_URL": "http://127.0.0.1:1"}, "SINCH_VOICE_BASE_URL needs SINCH_APPLICATION_KEY"),
        (
            {**LIVE, "SINCH_VOICE_BASE_URL": "http://127.0.0.1:1", "SINCH_VOICE_CALLING_URL": "http://127.0.0.1:1"},
            "is used for both hosts",
        ),
        (
            {**LIVE, "SINCH_VOICE_SANDBOX": "1", "SINCH_VOICE_BASE_URL": "https://voice.example.com"},
            "must run on this machine",
        ),
        ({"SINCH_VOICE_ALLOWED_REGIONS": "USA"}, "SINCH_VOICE_ALLOWED_REGIONS"),
        ({"SINCH_VOICE_DEFAULT_CLI": "4155550100"}, "SINCH_VOICE_DEFAULT_CLI"),
        ({"SINCH_VOICE_CONFIG": "/nonexistent/voice.toml"}, "cannot be read"),
        ({"sinch_voice_rehearse": "1"}, "did you mean SINCH_VOICE_REHEARSE?"),
        ({"SINCH_APP_KEY": KEY}, "did you mean SINCH_APPLICATION_KEY?"),
        ({**LIVE, "SINCH_VOICE_BASE_URL": "http://voice.example.com"}, "SINCH_VOICE_BASE_URL must be https"),
        ({**LIVE, "SINCH_VOICE_CALLING_URL": "nonsense"}, "SINCH_VOICE_CALLING_URL"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(environ: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigurationError) as stopped:
        load(environ)
    assert says in stopped.value.message
    assert "\n" not in stopped.value.message
    assert SECRET not in stopped.value.message


@pytest.mark.parametrize("name", ["TYPO", "STEP", "PORT", "URL", "KEY"])
def test_a_name_that_is_like_no_setting_gets_no_proposal_and_never_the_kill_switch(name: str) -> None:
    with pytest.raises(ConfigurationError, match="see the README's table of settings"):
        load({f"SINCH_VOICE_{name}": "1"})


@pytest.mark.parametrize("around", ["{}\n", " {} ", "\t{}\r\n"])
def test_white_space_around_a_value_does_not_count_wherever_it_comes_from(tmp_path: Path, around: str) -> None:
    environ = {name: around.format(value) for name, value in LIVE.items()}
    file = tmp_path / "voice.toml"
    file.write_text("\n".join(f"{name} = {json.dumps(around.format(value))}" for name, value in SPACED.items()))

    from_file = load(environ, file=file)
    from_variables = load(
        environ | {f"SINCH_VOICE_{name.upper()}": around.format(value) for name, value in SPACED.items()}
    )

    for settings in (from_file, from_variables):
        assert (settings.credentials.key, settings.credentials.secret) == (KEY, SECRET)
        assert (settings.region, settings.callback_url) == ("euc1", "https://voice.example.com/callbacks/voice")
        assert settings.policy.default_cli == "+14155550100"


@pytest.mark.parametrize("depth", [3_000, 100_000])
def test_a_file_that_is_nested_too_deep_is_a_wrong_file(tmp_path: Path, depth: int) -> None:
    file = tmp_path / "voice.toml"
    file.write_text("allowed_regions = " + "[" * depth + "]" * depth)
    with pytest.raises(ConfigurationError, match="nested too deep"):
        load({}, file=file)


def test_variables_of_other_programs_are_ignored() -> None:
    assert load({"SINCH_PROJECT_ID": "p", "SINCH_KEY_ID": "k", "SINCH_KEY_SECRET": "s", "HOME": "/"}).mode == "sandbox"


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "voice.toml"
    file.write_text('region = "euc1"\ndefault_cli = "+14155550100"\nallowed_regions = ["US", "SE"]\nauth = "basic"\n')
    environ = {"SINCH_VOICE_REGION": "use1", "SINCH_VOICE_CONFIG": str(file), "SINCH_VOICE_ALLOWED_REGIONS": "GB, FR"}
    settings = load(environ, {"region": "apse1"})
    assert (settings.region, settings.auth) == ("apse1", "basic")
    assert settings.policy.default_cli == "+14155550100"
    assert settings.policy.allowed_regions == {"GB", "FR"}
    assert load(environ).region == "use1"


@pytest.mark.parametrize(
    ("text", "says"), [("regoin = 1", "did you mean `region`?"), ("= 1", "is not TOML"), ("region = 5", "`region` in")]
)
def test_a_wrong_file_stops_the_start(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "voice.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as stopped:
        load({}, file=file)
    assert says in stopped.value.message


def test_the_defaults_of_the_guard_depend_on_the_mode() -> None:
    assert "example.com" in load({}).policy.media_hosts
    assert load(LIVE).policy.media_hosts == frozenset()
    assert load({"SINCH_VOICE_REHEARSE": "1"}).policy.media_hosts == frozenset()
    assert load({**LIVE, "SINCH_VOICE_MEDIA_HOSTS": "cdn.example.com"}).policy.media_hosts == {"cdn.example.com"}


def test_no_form_of_the_settings_contains_the_secret() -> None:
    settings = load(LIVE)
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)
    assert SECRET not in settings.model_dump_json()
    assert SECRET not in repr(settings.credentials)


def test_every_setting_names_the_source_of_its_value(tmp_path: Path) -> None:
    file = tmp_path / "voice.toml"
    file.write_text('calling_hours = "Mon-Fri 09:00-18:00, Sat 10:00-12:00"\nregion = "euc1"\n')

    settings = load({**LIVE, "SINCH_VOICE_REPEAT_PER_DAY": "unlimited"}, {"region": "use1"}, file)

    assert settings.policy.calling_hours == "Mon-Fri 09:00-18:00, Sat 10:00-12:00"
    assert settings.policy.repeat_per_day is None
    assert settings.sources["repeat_per_day"] == "SINCH_VOICE_REPEAT_PER_DAY"
    assert settings.sources["calling_hours"] == f"`calling_hours` in {file}"
    assert settings.sources["region"] == "--region"
    assert settings.sources["application_secret"] == "SINCH_APPLICATION_SECRET"
    assert (settings.sources["confirm"], settings.sources["auth"]) == ("default (live)", "default")
    assert load({}).sources["confirm"] == "default (sandbox)"
    assert set(settings.sources) == set(all_settings())
    assert "sources" not in settings.model_dump()


def test_the_source_of_a_changed_setting_is_its_flag() -> None:
    settings = changed(load({"SINCH_VOICE_STOP": "1"}), {"sandbox_speed": 10})

    assert settings.sources["sandbox_speed"] == "--sandbox-speed"
    assert settings.sources["stop"] == "SINCH_VOICE_STOP"
    assert settings.policy.stop


def test_the_default_duration_follows_a_lower_maximum_from_the_environment() -> None:
    assert load({"SINCH_VOICE_MAX_DURATION_S": "120"}).policy.default_duration_s == 120
    assert load({**LIVE, "SINCH_VOICE_MAX_DURATION_S": "120"}).policy.default_duration_s == 120


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        (
            {"SINCH_VOICE_CALLING_HOURS": "always"},
            "SINCH_VOICE_CALLING_HOURS: `always` is not a valid calling-hours",
        ),
        ({"SINCH_VOICE_CALLS_PER_DAY": "many"}, "SINCH_VOICE_CALLS_PER_DAY: must be a whole number from 0 to"),
        ({"SINCH_VOICE_MAX_SPEND_PER_DAY": "-1"}, "SINCH_VOICE_MAX_SPEND_PER_DAY: must be an amount from 0 to"),
        ({**LIVE, "SINCH_VOICE_CONFIRM": "never"}, "SINCH_VOICE_CONFIRM=never needs SINCH_VOICE_ALLOWED_NUMBERS or"),
        (
            {"SINCH_VOICE_MAX_DURATION_S": "120", "SINCH_VOICE_DEFAULT_DURATION_S": "121"},
            "SINCH_VOICE_DEFAULT_DURATION_S (121 s) is more than SINCH_VOICE_MAX_DURATION_S (120 s)",
        ),
        ({"SINCH_VOICE_DATABASE_URL": "mysql://me:hunter2@db/calls"}, "SINCH_VOICE_DATABASE_URL must be postgresql://"),
        ({"SINCH_VOICE_DATABASE_URL": "sqlite:///"}, "SINCH_VOICE_DATABASE_URL must be postgresql://"),
    ],
)
def test_a_wrong_limit_stops_the_start_with_one_sentence(environ: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigurationError) as stopped:
        load(environ)
    assert says in stopped.value.message
    assert "\n" not in stopped.value.message
    assert "hunter2" not in stopped.value.message


@pytest.mark.parametrize("url", ["postgresql://me:hunter2@db.example.com/calls", "sqlite:////tmp/calls.db", ":memory:"])
def test_the_database_url_is_a_secret(url: str) -> None:
    settings = load({"SINCH_VOICE_DATABASE_URL": url})

    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == url
    assert "hunter2" not in f"{settings!r} {settings.model_dump_json()} {settings.sources}"


def test_a_public_url_may_include_the_path_of_callbacks_or_not() -> None:
    for given in ("https://voice.example.com/hooks", "https://voice.example.com/hooks/callbacks/voice/"):
        settings = load({"SINCH_VOICE_PUBLIC_URL": given})
        assert settings.callback_url == "https://voice.example.com/hooks/callbacks/voice"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://voice.example.com", "must begin with https"),
        ("ftp://voice.example.com", "must be a URL without query"),
        ("voice.example.com", "must be a URL without query"),
        ("https://voice.example.com/hooks?tenant=7", "must be a URL without query"),
        ("https://voice.example.com/#top", "must be a URL without query"),
        ("https://me@voice.example.com", "must be a URL without query"),
    ],
)
def test_a_public_url_is_a_plain_https_url(url: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=f"SINCH_VOICE_PUBLIC_URL.* {says}"):
        load({"SINCH_VOICE_PUBLIC_URL": url})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_public_url_on_this_machine_may_be_http(host: str) -> None:
    assert load({"SINCH_VOICE_PUBLIC_URL": f"http://{host}:8022"}).public_url == f"http://{host}:8022"


@pytest.mark.parametrize("setting", all_settings().values(), ids=list(all_settings()))
def test_every_setting_has_a_description(setting: Setting) -> None:
    assert setting.description
    assert setting.description[0].isupper() or setting.description.startswith("https")
    assert not setting.description.endswith(".")


@pytest.mark.parametrize("name", ["anna", "Åsa at desk 7", "anna@laptop", "x" * 100])
def test_a_principal_is_a_visible_name(name: str) -> None:
    assert load({"SINCH_VOICE_PRINCIPAL": name}).principal == name


@pytest.mark.parametrize("name", ["a\nb", "a  b", "a\u200bb", "\x1b[1m", "x" * 101])
def test_a_principal_that_could_hide_something_is_rejected(name: str) -> None:
    with pytest.raises(ConfigurationError, match="SINCH_VOICE_PRINCIPAL"):
        load({"SINCH_VOICE_PRINCIPAL": name})


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("JOURNAL_KEY", "too short", "SINCH_VOICE_JOURNAL_KEY: must have at least 32 characters"),
        ("KEEP_EVENTS_DAYS", "0", "SINCH_VOICE_KEEP_EVENTS_DAYS: must be 1 or more"),
        ("KEEP_REPLIES_DAYS", "0", "SINCH_VOICE_KEEP_REPLIES_DAYS: must be 1 or more"),
        ("KEEP_CALLS_DAYS", "7", "SINCH_VOICE_KEEP_CALLS_DAYS: must be 8 or more"),
        ("KEEP_CALLS_DAYS", "forever", "SINCH_VOICE_KEEP_CALLS_DAYS: must be a whole number"),
        ("NUMBERS_IN_RESULTS", "none", "SINCH_VOICE_NUMBERS_IN_RESULTS: must be 'full' or 'masked'"),
    ],
)
def test_what_is_kept_of_people_has_bounds(name: str, given: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as stopped:
        load({f"SINCH_VOICE_{name}": given})
    assert says in stopped.value.message
    assert "too short" not in stopped.value.message


def test_terms_have_defaults_and_can_be_unlimited() -> None:
    terms = ("keep_events_days", "keep_replies_days", "keep_calls_days")
    assert [getattr(load({}), name) for name in terms] == [30, 1, 400]
    unlimited = load({f"SINCH_VOICE_{name.upper()}": "unlimited" for name in terms})
    assert [getattr(unlimited, name) for name in terms] == [None, None, None]


def test_the_journal_is_sealed_under_its_own_key_or_the_application_secret() -> None:
    key = "a key of the owner, which is hard to guess"
    assert load(LIVE).sealing_secret == SECRET.encode()
    settings = load({**LIVE, "SINCH_VOICE_JOURNAL_KEY": key})
    assert settings.sealing_secret == key.encode()
    assert key not in f"{settings!r} {settings.model_dump_json()} {settings.sources}"
    assert load({}).sealing_secret
