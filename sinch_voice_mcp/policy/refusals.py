"""Every reason to refuse a request before it is sent: one table that messages, documentation and tests read.

A row of kind ``rule`` is decided by the guard from the request, a row of kind ``limit`` by the journal from what
was placed before, and ``confirmation`` by a person. Each module that refuses takes its row from here.
"""

from collections.abc import Mapping

from sinch_voice_mcp.policy.hours import PRESETS, USUAL_HOURS
from sinch_voice_mcp.policy.refusal import CALL_AGAIN_LATER, Refusal, limit_row, rule_row

_URL = (
    "A URL has a DNS name, port 443 and printable ASCII characters only; no user information, no fragment and no IP "
    "address in any spelling. An empty list allows no URL."
)
_AUTO = "; ".join(f"{region} {hours}" for region, hours in PRESETS.items() if hours != USUAL_HOURS)

_RULES = (
    Refusal(
        "stopped",
        "rule",
        "Kill switch",
        "While calling is stopped, every callout is refused, and so is every change of a call, a participant, a "
        "number or a callback URL. Lookups and all that only ends calls work: `hang_up`, `kick`, `close_conference`, "
        "and an `update_call` with nothing but the action `hangup`. The setting `stop`, "
        "the command `sinch-voice-mcp stop`, the tool `emergency_stop` and too many unknown outcomes stop calling.",
        ("stop",),
        "resumed",
        "Tell the user that calling is stopped, and why. Only the owner can resume it; no tool can.",
        "Calling is stopped: no call is placed, connected or changed, except to end it.",
    ),
    rule_row(
        "readable",
        "Readable request",
        "Inline SVAML is valid for its event; prompts follow the prompt syntax and are not empty; `playFiles` names "
        "something to play; every text can be sent as JSON; values of call headers have printable ASCII characters, "
        "and keys are letters, digits and -.!%*_+`'~ but no header that routes or identifies a SIP call, such as Route "
        "or From; `ice`, `ace` and `pie` are SVAML or a URL. A name, locale, tag or other value that is not spoken has "
        "no control characters and at most 1,024 bytes, and so have all cookies of a document together, and all tags.",
    ),
    rule_row(
        "unknown_member",
        "Undocumented members",
        "In live mode, a member that no documentation names is refused. In the sandbox it is left out of the request, "
        "with a warning.",
    ),
    rule_row(
        "number_named",
        "Number present",
        "`connectPstn` has a `number`. Without one, the platform would call whatever number the caller dialed.",
    ),
    rule_row(
        "emergency_number",
        "Emergency numbers",
        "Refused: up to six digits that are an emergency number in any region; a national number that is one in any "
        "region of its calling code; an invalid number that begins like one, unless only its length is wrong. The "
        "user of a SIP address and the name of an in-app user are checked too.",
    ),
    rule_row(
        "short_number",
        "Short numbers",
        "Refused: short codes that work inside one network only, according to numbering metadata.",
    ),
    rule_row(
        "e164_number",
        "E.164 numbers",
        "A number begins with + and has ASCII digits; spaces (non-breaking ones too), dots, hyphens, parentheses and "
        "marks without a shape are removed. Without a default region, numbering metadata knows it as possible and "
        "valid, or it is a fictional number; a number that `allowed_numbers` or `trusted_numbers` lists only has a "
        "possible length. Forms that a country gave up are refused. The platform receives the number in E.164 form.",
        "allowed_numbers",
    ),
    rule_row(
        "fictional_number",
        "Fictional numbers",
        "In live mode, numbers that regulators reserve for films and books are refused: NANP 555-0100 to 555-0199, "
        "and those of Ofcom and ACMA. A platform on this machine whose every answer names it a sandbox accepts them.",
    ),
    rule_row(
        "denied_prefix",
        "Denied prefixes",
        "Numbers that begin with one of `denied_prefixes` are refused, even if another setting allows them.",
        "denied_prefixes",
    ),
    rule_row(
        "non_geographic",
        "Numbers of no country",
        "Satellite and universal numbers (+800 +808 +870 +878 +881 +882 +883 +888 +979) are refused, unless "
        "`allowed_numbers` lists the exact number.",
        "allowed_numbers",
    ),
    rule_row(
        "number_type",
        "Kinds of numbers",
        "The kind of the number, according to numbering metadata, is in `allowed_number_types`, or `allowed_numbers` "
        "lists the number. In +1, the exchange 976 and 555-1212 of every area code are premium.",
        "allowed_number_types",
        "allowed_numbers",
    ),
    rule_row(
        "number_region",
        "Regions",
        "The region of the number, not its calling code, is in `allowed_regions`; by default, these are the regions "
        "of the account's own voice numbers. Numbers in `allowed_numbers` pass.",
        "allowed_regions",
        "allowed_numbers",
    ),
    rule_row(
        "cli_missing",
        "Caller ID present",
        "Every call to a telephone has a caller ID, `cli`. If the request has none, `default_cli` is used.",
        "default_cli",
    ),
    rule_row(
        "cli_form",
        "Form of the caller ID",
        "A caller ID is a plus and 7 to 15 digits, or `private` or `incoming` if `verified_cli` lists that word.",
        "verified_cli",
    ),
    rule_row(
        "self_call",
        "Calls to oneself",
        "A call does not go to the number that it shows as its caller ID, also behind a SIP address, which would ring "
        "the application that makes the call. Another of the account's own numbers may be called.",
    ),
    rule_row(
        "cli_ownership",
        "Owner of the caller ID",
        "A caller ID is one of the account's own voice numbers, is listed in `verified_cli`, or is the `default_cli`.",
        "verified_cli",
    ),
    rule_row(
        "spoken_text",
        "Text",
        "Text has something to speak, and at most `max_text_chars` characters in one piece, counted in Unicode's "
        "composed form (NFC). It has no control, bidirectional, zero-width or blank characters, except white space and "
        "the joiners that a script or an emoji needs, at most six marks on one letter, no prompt syntax such as "
        "#href[, and no tag <speak>: SSML is passed as SSML.",
        "max_text_chars",
    ),
    rule_row(
        "ssml",
        "SSML",
        "SSML is plain text, or well-formed XML with the root <speak>, without document type, entities and processing "
        "instructions; `amazon:` needs no declaration. Its text follows the rule for text; with its markup it may be "
        "ten times as long. It speaks or plays something. A break lasts at most 10 s, and all breaks together at most "
        "30 s; a break without `time` counts as 1 s. URLs in any attribute count as audio URLs.",
        "max_text_chars",
    ),
    rule_row("dtmf", "Tones", "Tones are 1 to 64 of the characters 0-9, # and w (a pause of 0.5 s)."),
    rule_row(
        "media_url",
        "Audio URLs",
        f"Audio is played from https:// URLs whose host is in `media_hosts`. {_URL}",
        "media_hosts",
    ),
    rule_row(
        "callback_url",
        "Callback URLs",
        f"Events are sent to https:// URLs whose host is in `callback_hosts`. {_URL} The sandbox also accepts http:// "
        "URLs of this machine: those of this server's own receiver, and ports that `sandbox_callback_ports` lists.",
        "callback_hosts",
    ),
    rule_row(
        "application_key",
        "Other applications",
        "Numbers are assigned to this server's own application, and taken away from it; from and to another "
        "application of the account only if `application_keys` lists its key.",
        "application_keys",
    ),
    rule_row(
        "hidden_callbacks",
        "Suppressed callbacks",
        "`suppressCallbacks` is refused unless `allow_suppress_callbacks` is set.",
        "allow_suppress_callbacks",
    ),
    rule_row(
        "recording",
        "Recording",
        "Recording is refused unless `allow_recording` is set. A recording is stored in one of "
        "`recording_destinations` or below it: s3, azure and gs URLs with plain folder and file names.",
        "allow_recording",
        "recording_destinations",
    ),
    rule_row(
        "sip_target",
        "SIP addresses",
        "SIP addresses are refused unless `allow_sip` is set and `sip_hosts` lists their host. An address is "
        "user@host with letters, digits and ._+- and a DNS name, at most followed by a port and `;transport=`. A "
        "user without letters, with a plus before a digit, or with more than six digits is a number in E.164 form, "
        "also after letters and ._-, and every rule for numbers applies to it. The user is not `sos`, and has no "
        "emergency number after letters or an access code.",
        "allow_sip",
        "sip_hosts",
    ),
    rule_row(
        "in_app_target",
        "In-app users",
        "In-app users are refused unless `allow_in_app` is set. The name has printable ASCII characters, and is not an "
        "emergency number.",
        "allow_in_app",
    ),
    rule_row(
        "stream_target",
        "Streams",
        "Streams are refused unless `allow_streams` is set. A stream goes to a wss:// URL whose host is in "
        "`callback_hosts`.",
        "allow_streams",
        "callback_hosts",
    ),
    rule_row(
        "duration",
        "Duration",
        "`maxDuration` is at most `max_duration_s`. Conference and custom callouts, `connectPstn`, `connectSip` and "
        "`connectStream` without one get `default_duration_s`. `dialTimeout` of `connectPstn` is at most "
        "`dial_timeout_s`, which is also its default. A menu has at most 10 `repeats`, a `timeoutMills` of at most "
        "60,000 ms (in a conference too) and a `maxTimeoutMills` of at most 300,000 ms.",
        "max_duration_s",
        "default_duration_s",
        "dial_timeout_s",
    ),
    rule_row(
        "valid_svaml",
        "Valid SVAML",
        "The linter finds no error in a document: the first menu and every `menu(x)` exist, `enableVoice` has a "
        "`locale`, a recording has the credentials that its storage needs. The ICE of a callout that connects no phone "
        "is a warning.",
    ),
    Refusal(
        "calling_hours",
        "rule",
        "Calling hours",
        "The time of the call is inside `calling_hours` in every time zone that the number may be in; the refusal "
        f"gives the next time when it is. `auto` means {USUAL_HOURS}, except {_AUTO}. Toll-free numbers, numbers of no "
        "country and `trusted_numbers` may be called at any time. An in-app user, or a SIP address that is no number, "
        "may be in any time zone of the regions of the account's own numbers.",
        ("calling_hours", "trusted_numbers"),
        "next_allowed_at",
        CALL_AGAIN_LATER,
    ),
    rule_row("restricted_number", "Restricted numbers", "Numbers that the platform marks as restricted are refused."),
    rule_row(
        "price",
        "Price per minute",
        "The platform's price per minute, in the account's currency and at most a day old, is at most "
        "`max_rate_per_minute`. A price that is absent, negative or cannot be looked up is unknown: in the regions of "
        "the account's own numbers, and for `allowed_numbers`, the call is priced at `max_rate_per_minute`; elsewhere "
        "it is refused, and everywhere if `max_rate_per_minute` is unlimited and `max_spend_per_day` is not. A call to "
        "an in-app user, or to a SIP address that is no number, is priced at `max_rate_per_minute`.",
        "max_rate_per_minute",
        "allowed_numbers",
    ),
)

_LIMITS = (
    limit_row(
        "repeat_in_flight",
        "Calls to one number at the same time",
        "At most `repeat_in_flight` calls to one number are in progress at the same time.",
        "A call to this number has not ended yet.",
        "call_ends",
    ),
    limit_row(
        "repeat_gap_s",
        "Pause between calls to one number",
        "At least `repeat_gap_s` seconds lie between two calls to one number.",
        "This number was called too recently.",
    ),
    limit_row(
        "repeat_per_day",
        "Calls to one number per day",
        "At most `repeat_per_day` calls to one number are placed per day.",
        "The daily limit of calls to this number is reached.",
    ),
    limit_row(
        "repeat_per_week",
        "Calls to one number per week",
        "At most `repeat_per_week` calls to one number are placed per week.",
        "The weekly limit of calls to this number is reached.",
    ),
    limit_row(
        "max_concurrent_calls",
        "Calls at the same time",
        "At most `max_concurrent_calls` calls are in progress at the same time.",
        "The limit of calls at the same time is reached.",
        "call_ends",
    ),
    limit_row(
        "calls_per_minute",
        "Calls per minute",
        "At most `calls_per_minute` calls are placed per minute.",
        "The limit of calls per minute is reached.",
    ),
    limit_row(
        "calls_per_hour",
        "Calls per hour",
        "At most `calls_per_hour` calls are placed per hour.",
        "The limit of calls per hour is reached.",
    ),
    limit_row(
        "calls_per_day",
        "Calls per day",
        "At most `calls_per_day` calls are placed per day.",
        "The limit of calls per day is reached.",
    ),
    limit_row(
        "max_spend_per_day",
        "Spending per day",
        "A day's calls cost at most `max_spend_per_day`; a call that has not ended counts with its maximum cost.",
        "The maximum cost of this call is more than what is left of today's spending limit.",
    ),
)

_CONFIRMATION = Refusal(
    "consent",
    "confirmation",
    "Call confirmed by a person",
    "Unless `confirm` is never, a person confirms a request that calls a number outside `trusted_numbers`, connects "
    "anything else, leaves the number to a callback, sends more than four digits as tones in one call, speaks in a "
    "call in progress in which anyone but trusted numbers may listen, or joins one to a conference. The person is "
    "shown all of it; for an hour, the answer covers the same request and no other.",
    ("confirm", "trusted_numbers"),
    "confirmed",
    "Tell the user that the call was not confirmed. Do not ask again unless the user wants the call.",
)

REFUSALS: Mapping[str, Refusal] = {row.code: row for row in (*_RULES, *_LIMITS, _CONFIRMATION)}
"""Every row by its code: rules in the order in which they are checked, then limits, then confirmation."""
