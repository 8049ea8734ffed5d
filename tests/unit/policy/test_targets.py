"""SIP addresses, in-app users and call headers: which may be sent, what they count as, and which numbers they hide."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.policy import Intent, NeedsApproval, Policy, Tariff
from sinch_voice_mcp.policy.targets import sip_address
from sinch_voice_mcp.svaml import (
    CallHeader,
    ConnectMxp,
    ConnectSip,
    ConnectStream,
    Document,
    SipDestination,
    StreamDestination,
    UserDestination,
)
from tests.unit.policy.decisions import FACTS, REAL, allowed, answer, exposed, needed, refused

SIP = Policy(
    allow_sip=True,
    sip_hosts=frozenset({"pbx.example.com", "*.example.net"}),
    allow_in_app=True,
    allow_streams=True,
    callback_hosts=frozenset({"ai.example.com"}),
)


def to_sip(address: str, *headers: CallHeader) -> Document:
    return Document(action=ConnectSip(destination=SipDestination(endpoint=address), call_headers=headers or None))


def to_user(name: str, *headers: CallHeader) -> Document:
    return Document(action=ConnectMxp(destination=UserDestination(endpoint=name), call_headers=headers or None))


@pytest.mark.parametrize("host", ["pbx.example.com", "PBX.example.com", "a.example.net", "a.b.example.net"])
def test_a_sip_address_at_a_listed_host_is_connected(host: str) -> None:
    assert allowed(to_sip(f"alice@{host}"), SIP)
    assert allowed(to_sip(f"sips:alice@{host}:5061;transport=TLS"), SIP)


@pytest.mark.parametrize("host", ["evil.test", "example.net", "pbx.example.com.evil.test", "xpbx.example.com"])
def test_a_sip_address_at_another_host_is_refused_with_the_setting(host: str) -> None:
    refusal = refused(to_sip(f"alice@{host}"), SIP)

    assert refusal.rule == "sip_target"
    assert "is not in `sip_hosts`" in refusal.message
    assert "SINCH_VOICE_SIP_HOSTS" in refusal.how_to_change


def test_without_listed_hosts_no_sip_address_is_connected() -> None:
    assert refused(to_sip("alice@pbx.example.com"), Policy(allow_sip=True)).rule == "sip_target"
    assert refused(to_sip("alice@pbx.example.com"), Policy.sandbox(), mode="sandbox").how_to_change == (
        "Only the owner of this server can change this, with SINCH_VOICE_ALLOW_SIP and SINCH_VOICE_SIP_HOSTS."
    )


@pytest.mark.parametrize(
    "address",
    [
        "a@127.0.0.1",
        "a@169.254.169.254",
        "a@[::1]",
        "a@2130706433",
        "a@0x7f.1",
        "a@localhost",
        "a@pbx.example.com;route=911@y.com",
        "a@pbx.example.com;maddr=10.0.0.1",
        "a@pbx.example.com;transport=tls;maddr=10.0.0.1",
        "a@pbx.example.com?Route=%3Csip:evil.test%3E",
        "a@pbx.example.com\r\nRoute: <sip:evil.test>",
        "a@pbx.example.com\n",
        "a:b@pbx.example.com",
        "tel:+14045005000@pbx.example.com",
        "\uff41@pbx.example.com",
        "a@pbx.ex\u0430mple.com",
        "a b@pbx.example.com",
    ],
)
def test_an_address_that_could_reach_another_host_is_refused(address: str) -> None:
    refusal = refused(to_sip(address), SIP)

    assert refusal.rule == "sip_target"
    assert "is not a SIP address" in refusal.message


@pytest.mark.parametrize(
    "user",
    [
        *("911", "112", "9911", "0112", "00911", "n911", "911x", "112*", "*112", "+1911", "+44-999", "9.1.1"),
        *(
            "\uff19\uff11\uff11",
            "sos",
            "SOS",
            "sos.fire",
            "urn-service-sos",
            "1001",
            "4045005000",
            "+1404",
            "%39%31%31",
        ),
    ],
)
def test_a_user_that_a_gateway_could_call_as_a_wrong_number_is_refused(user: str) -> None:
    assert refused(to_sip(f"{user}@pbx.example.com"), SIP).rule == "sip_target"


@pytest.mark.parametrize(
    ("user", "rule"),
    [
        ("+88216001234567", "non_geographic"),
        ("+19005551234", "number_type"),
        ("+12129761234", "number_type"),
        ("+46701740605", "number_region"),
        ("+14045001234", "denied_prefix"),
        ("+12025550100", "fictional_number"),
        ("tel.+19005551234", "number_type"),
        ("u+19005551234", "number_type"),
        ("a-b_.+46701740605", "number_region"),
        ("x19005551234", "sip_target"),
        ("a.19005551234", "sip_target"),
        ("19005551234x", "sip_target"),
        ("1900a555b1234", "sip_target"),
        ("anna+1", "sip_target"),
    ],
)
def test_a_user_that_is_a_number_passes_every_rule_for_numbers(user: str, rule: str) -> None:
    policy = SIP.model_copy(update={"denied_prefixes": ("+1404500123",)})

    refusal = refused(to_sip(f"{user}@pbx.example.com"), policy)

    assert (refusal.rule, refusal.path) == (rule, "$.action.destination.endpoint")


def test_the_price_of_a_number_behind_sip_is_looked_up_and_its_calls_are_counted_with_those_to_the_number() -> None:
    request = to_sip(f"{REAL}@pbx.example.com")

    assert allowed(request, SIP).legs[0].e164 == REAL
    assert needed(Intent(request, "live"), SIP).tariffs == (REAL,)
    found = exposed(request, SIP, {REAL: Tariff(None, None, restricted=False)})
    assert ([number.e164 for number in found.numbers], found.targets) == ([REAL], ())


def test_without_the_switch_a_number_behind_sip_is_refused_as_a_sip_address() -> None:
    assert refused(to_sip("+46701740605@pbx.example.com"), Policy()).rule == "sip_target"


@pytest.mark.parametrize("user", ["alice", "bob.smith", "agent-17", "line_2", "a+b", "sosa", "x5"])
def test_names_are_connected(user: str) -> None:
    assert allowed(to_sip(f"{user}@pbx.example.com"), SIP)


@given(st.text(alphabet=string.ascii_letters + string.digits + "._+-*@;:%= \r\n\uff11", max_size=30))
def test_what_is_read_as_an_address_has_plain_parts_only(text: str) -> None:
    address = sip_address(text)

    if address is not None:
        assert set(address.user) <= set(string.ascii_letters + string.digits + "._+-")
        assert set(address.host) <= set(string.ascii_lowercase + string.digits + ".-")


@pytest.mark.parametrize(
    "name", ["911", "*911", "911#", "9-1-1", "\uff19\uff11\uff11", "\u0661\u0661\u0662", "a\nb", "a\x00"]
)
def test_an_in_app_user_is_printable_ascii_and_no_emergency_number(name: str) -> None:
    assert refused(to_user(name), SIP).rule == "in_app_target"


@pytest.mark.parametrize("name", ["alice", "user 17", "+14045005000", "agent911", "alice@example.com"])
def test_other_in_app_users_are_connected(name: str) -> None:
    assert allowed(to_user(name), SIP)


HEADERS = [
    CallHeader(key="X-A\r\nRoute", value="x"),
    CallHeader(key="X-A", value="x\r\nRoute: <sip:evil.test>"),
    CallHeader(key="X-A", value="x\ty"),
    CallHeader(key="X-\u00c4", value="x"),
    CallHeader(key="X-A", value="\uff11"),
    CallHeader(key="", value="x"),
    CallHeader(key="X:Y", value="x"),
    CallHeader(key="X Y", value="x"),
]


@pytest.mark.parametrize("header", HEADERS)
def test_call_headers_are_printable_ascii_in_every_connection(header: CallHeader) -> None:
    stream = ConnectStream(destination=StreamDestination(endpoint="wss://ai.example.com/a"), call_headers=(header,))

    for document in (to_sip("alice@pbx.example.com", header), to_user("alice", header), Document(action=stream)):
        refusal = refused(document, SIP)
        assert (refusal.rule, refusal.path) == ("readable", "$.action.callHeaders[0]")


@pytest.mark.parametrize("key", ["Route", "rECORD-rOUTE", "Via", "v", "Refer-To", "r", "Contact", "From", "To", "f"])
def test_a_header_that_routes_a_call_is_refused(key: str) -> None:
    header = CallHeader(key=key, value="<sip:911@evil.com>")
    for document in (to_sip("alice@pbx.example.com", header), to_user("alice", header)):
        refusal = refused(document, SIP)
        assert (refusal.rule, refusal.path) == ("readable", "$.action.callHeaders[0]")
        assert "X-Order" in refusal.message


def test_call_headers_are_shown_to_the_person_who_confirms() -> None:
    document = to_sip("alice@pbx.example.com", CallHeader(key="X-Order", value="17; drop"))
    decision = answer(document, SIP, approved=False)

    assert isinstance(decision, NeedsApproval)
    assert "Call header: X-Order: 17; drop" in decision.question.splitlines()


def test_plain_call_headers_are_sent() -> None:
    assert allowed(to_sip("alice@pbx.example.com", CallHeader(key="X-Id", value="")), SIP)
    assert allowed(to_user("alice", CallHeader(key="X-Id", value="~ 17!")), SIP)


def test_targets_are_counted_whatever_their_spelling_and_reserved_for_at_the_highest_price() -> None:
    first = exposed(to_sip("Alice@pbx.example.com"), SIP, {})
    second = exposed(to_sip("sip:alice@PBX.example.com:5060;transport=udp"), SIP, {})

    assert first.targets == second.targets == ("sip:alice@pbx.example.com",)
    assert exposed(to_user("Alice"), SIP, {}).targets == ("in_app:alice",)
    assert first.micros == 10 * 250_000
    assert exposed(Document(action=ConnectMxp()), SIP, {}).targets == ()


def test_a_number_behind_sip_needs_no_caller_id() -> None:
    assert allowed(to_sip(f"{REAL}@pbx.example.com"), SIP, facts=FACTS)
