"""The standalone receiver that shares the servers' journal, and the check that says why events do not arrive."""

import json
import signal
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream
from starlette.types import ASGIApp, Receive, Scope, Send

from sinch_voice_mcp.app.http import listening_socket
from sinch_voice_mcp.callbacks import DEFAULT_PATH, receiver
from sinch_voice_mcp.clock import Clock, ManualClock, SystemClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Sandbox, create_sandbox
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.wire.events import VoiceEvent
from tests.callers import connected
from tests.contract.callbacks.delivery import IncomingRequest, answer_to, head
from tests.processes import running
from tests.shell import CANARY, Ended, Shell, serving_app

LIVE = {"SINCH_APPLICATION_KEY": "key", "SINCH_APPLICATION_SECRET": "c2VjcmV0"}
NOWHERE = "http://127.0.0.1:1"
DICE = json.dumps(
    {
        "event": "dice",
        "callid": "1ce0ffee-ca11-ca11-ca11-abcdef000033",
        "timestamp": "2024-06-06T16:59:42Z",
        "reason": "MANAGERHANGUP",
        "result": "ANSWERED",
        "version": 1,
        "duration": 12,
        "from": "12015555555",
    }
).encode()


async def _record(_event: VoiceEvent, _body: bytes) -> bytes:
    raise AssertionError("a probe is not an event")


def ours(
    credentials: Credentials = DEFAULT_CREDENTIALS, clock: Clock | None = None, *, public: tuple[str, ...] = ()
) -> ASGIApp:
    """This program's receiver, as a server runs it."""
    return receiver(_record, [credentials], clock or SystemClock(), public_paths=public)


class Foreign:
    """Another program that gives every request the same answer, and counts requests."""

    def __init__(self, status: int, body: bytes = b"hello", location: str | None = None) -> None:
        self.requests = 0
        self._status, self._body = status, body
        self._headers = [] if location is None else [(b"location", location.encode())]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        self.requests += 1
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


def behind(app: ASGIApp, *, strip: str = "", add: str = "", drop: bytes = b"") -> ASGIApp:
    """A proxy that strips a prefix from the path, adds another, or drops a header."""

    async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
        path = add + scope["path"].removeprefix(strip)
        headers = [(name, value) for name, value in scope["headers"] if name != drop]
        await app({**scope, "path": path, "raw_path": path.encode(), "headers": headers}, receive, send)

    return proxy


@pytest.fixture
def platform() -> Sandbox:
    """A standalone sandbox."""
    return create_sandbox(clock=ManualClock())


async def checked(
    platform: Sandbox,
    public: str | None,
    primary: str | None = "the same",
    fallback: str | None = None,
    **environ: str,
) -> Ended:
    """Run the check against a platform that has these callback URLs."""
    expected = None if public is None else public + DEFAULT_PATH
    primary = expected if primary == "the same" else primary
    platform.engine.account.set_callbacks(DEFAULT_CREDENTIALS.key, primary=primary, fallback=fallback)
    given = {} if public is None else {"SINCH_VOICE_PUBLIC_URL": public}
    async with serving_app(platform.asgi) as url:
        simulated = {"SINCH_VOICE_SANDBOX": "true", "SINCH_VOICE_BASE_URL": url}
        ended = await Shell(**simulated | given | environ).run("callbacks check")
    assert ended.err == ""
    assert ended.status in {0, 1}
    assert all(request.method == "GET" for request in platform.requests)
    return ended


def problems(ended: Ended) -> list[str]:
    """The problems that the check printed, each followed by a next step."""
    assert ended.status == 1
    lines = ended.lines
    found = [line.removeprefix("Problem").strip() for line in lines if line.startswith("Problem")]
    assert len([line for line in lines if line.startswith("  next step")]) == len(found) > 0
    return found


async def test_the_check_finds_no_problem_if_events_arrive(platform: Sandbox) -> None:
    async with serving_app(ours()) as public:
        ended = await checked(platform, public)
    url = public + DEFAULT_PATH
    assert (ended.status, ended.lines[:3]) == (
        0,
        [f"Expected    {url}", f"Configured  {url}; fallback none", "Probe       accepted"],
    )
    assert "No problems: " in ended.lines[3]


async def test_the_check_uses_neither_the_journal_nor_the_port_of_a_running_server(
    platform: Sandbox, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.db"
    async with serving_app(ours()) as public:
        environ = {
            "SINCH_VOICE_DATABASE_URL": f"sqlite:///{journal}",
            "SINCH_VOICE_CALLBACK_PORT": public.rpartition(":")[2],
        }
        assert (await checked(platform, public, **environ)).status == 0
    assert not journal.exists()


async def test_a_proxy_that_strips_a_prefix_is_no_problem_if_the_receiver_knows_it(platform: Sandbox) -> None:
    front = ours(public=(f"/hooks{DEFAULT_PATH}",))
    async with serving_app(behind(front, strip="/hooks")) as url:
        ended = await checked(platform, f"{url}/hooks")
    assert ended.status == 0
    assert f"A proxy forwards /hooks{DEFAULT_PATH} as {DEFAULT_PATH}." in ended.out


async def test_a_proxy_that_changes_the_path_is_detected_by_the_signature(platform: Sandbox) -> None:
    async with serving_app(behind(ours(), strip="/hooks")) as url:
        ended = await checked(platform, f"{url}/hooks")
    (found,) = problems(ended)
    assert "a proxy changed the path" in found
    assert "SINCH_VOICE_PUBLIC_URL" in ended.out
    assert "SINCH_VOICE_TRUSTED_PROXIES" in ended.out


def _wrong(base64_of_wrong: str = "d3Jvbmc=", key: str = DEFAULT_CREDENTIALS.key) -> ASGIApp:
    return ours(Credentials(key, base64_of_wrong))


def _late() -> ASGIApp:
    return ours(clock=ManualClock(SystemClock().now() - timedelta(minutes=10)))


@pytest.mark.parametrize(
    ("front", "says"),
    [
        (_wrong(), "the receiver has another secret"),
        (_wrong(key="another"), "belongs to another application"),
        (_late(), "more than 5 minutes off"),
        (behind(ours(), drop=b"authorization"), "without the headers that identify the sender"),
        (behind(ours(), drop=b"x-timestamp"), "without the headers that identify the sender"),
        (behind(ours(), add="/inner"), "under another path than its own"),
        (Foreign(200), "not this program's receiver"),
        (Foreign(200, b'{"probe":"another"}'), "not this program's receiver"),
        (Foreign(200, b"[" * 100_000), "not this program's receiver"),
        (Foreign(404), "not this program's receiver"),
        (Foreign(301, location="https://example.com/"), "redirects, and the platform does not follow"),
        (Foreign(401), "asks for a login"),
        (Foreign(403), "blocks the request"),
        (Foreign(502), "no receiver runs behind it"),
        (Foreign(503), "cannot accept events now"),
        (Foreign(500, b'{"errorCode":50000,"message":"x"}'), "answers the probe with 500"),
    ],
)
async def test_the_check_explains_what_happened_to_the_probe(platform: Sandbox, front: ASGIApp, says: str) -> None:
    async with serving_app(front) as public:
        (found,) = problems(await checked(platform, public))
    assert says in found


async def test_the_check_says_that_nothing_answers(platform: Sandbox) -> None:
    ended = await checked(platform, NOWHERE)
    (found,) = problems(ended)
    assert found == f"{NOWHERE}{DEFAULT_PATH} does not answer within 5 s."
    assert "Probe       no answer" in ended.lines


async def test_a_probe_goes_to_the_public_url_and_nowhere_else(platform: Sandbox) -> None:
    elsewhere = Foreign(200)
    async with serving_app(ours()) as public, serving_app(elsewhere) as other:
        ended = await checked(platform, public, f"{other}/callbacks", f"{other}/fallback")
        assert "Probe       accepted" in ended.lines
        problems(ended)
        redirecting = Foreign(307, location=f"{other}/callbacks")
        async with serving_app(redirecting) as front:
            problems(await checked(platform, front))
    assert (redirecting.requests, elsewhere.requests) == (1, 0)


@pytest.mark.parametrize(
    ("primary", "fallback", "says"),
    [
        (None, None, "no callback URL for this application"),
        ("https://voice.example.com/callbacks/voice", None, "elsewhere: to voice.example.com, not to 127.0.0.1:"),
        ("{public}/events", None, "elsewhere: to the path /events, not /callbacks/voice"),
        ("{public}/callbacks/voice/", None, "elsewhere: to the path /callbacks/voice/, not /callbacks/voice"),
        ("https{rest}/callbacks/voice", None, "elsewhere: with https, not http."),
        ("https://voice.example.com/", "{public}/callbacks/voice", "This server is only the fallback."),
    ],
)
async def test_the_check_explains_how_the_platforms_url_differs(
    platform: Sandbox, primary: str | None, fallback: str | None, says: str
) -> None:
    async with serving_app(ours()) as public:
        urls = [url and url.format(public=public, rest=public.removeprefix("http")) for url in (primary, fallback)]
        ended = await checked(platform, public, urls[0], urls[1])
    (found,) = problems(ended)
    assert says in found
    assert f"Set the primary callback URL to {public}{DEFAULT_PATH}" in ended.out


async def test_secrets_in_a_configured_url_are_not_shown(platform: Sandbox) -> None:
    async with serving_app(ours()) as public:
        secret = f"https://me:{CANARY}@voice.example.com/a?token={CANARY}"
        ended = await checked(platform, public, secret)
    # The shell asserts for every command that the password is nowhere in its output.
    assert "Configured  https://voice.example.com/a?…; fallback none" in ended.lines


async def test_a_query_in_the_configured_url_is_no_difference(platform: Sandbox) -> None:
    async with serving_app(ours()) as public:
        assert (await checked(platform, public, f"{public}{DEFAULT_PATH}?tenant=7")).status == 0


async def test_the_check_reports_a_missing_public_url(platform: Sandbox) -> None:
    ended = await checked(platform, None, "https://voice.example.com/events")
    (found,) = problems(ended)
    assert found == "No public URL is set, so events have no destination."
    assert "Probe       not sent" in ended.lines
    assert "Configured  https://voice.example.com/events; fallback none" in ended.lines


async def test_the_real_platform_cannot_reach_an_address_of_this_machine(platform: Sandbox) -> None:
    pair = {"key": DEFAULT_CREDENTIALS.key, "secret": DEFAULT_CREDENTIALS.secret}
    live = {f"SINCH_APPLICATION_{name.upper()}": value for name, value in pair.items()}
    async with serving_app(ours()) as public:
        ended = await checked(platform, public, SINCH_VOICE_SANDBOX="false", **live)
    (found,) = problems(ended)
    assert found.startswith("127.0.0.1 is not public: Sinch cannot reach it. It is also http")
    assert "Probe       accepted" in ended.lines


async def test_the_check_reports_that_the_platform_rejects_the_secret(platform: Sandbox) -> None:
    wrong = {"SINCH_APPLICATION_KEY": DEFAULT_CREDENTIALS.key, "SINCH_APPLICATION_SECRET": "d3Jvbmc="}
    async with serving_app(_wrong()) as public:
        ended = await checked(platform, public, **wrong)
    (found,) = problems(ended)
    assert found.startswith("The platform's callback URL could not be read: ")
    assert "Configured  unknown" in ended.lines


@pytest.mark.parametrize("command", ["callbacks", "callbacks check"])
async def test_the_embedded_sandbox_needs_no_receiver(command: str, sqlite_url: str) -> None:
    line = await Shell(SINCH_VOICE_DATABASE_URL=sqlite_url).refused(command)
    assert "delivers its events to that server directly" in line
    assert "SINCH_APPLICATION_KEY" in line


async def test_a_standalone_receiver_needs_a_journal_that_can_be_shared() -> None:
    line = await Shell(SINCH_VOICE_DATABASE_URL=":memory:", **LIVE).refused("callbacks")
    assert "a journal in memory cannot be shared" in line
    assert "SINCH_VOICE_DATABASE_URL" in line


async def test_a_busy_port_is_reported_in_one_line(sqlite_url: str) -> None:
    with listening_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        line = await Shell(SINCH_VOICE_DATABASE_URL=sqlite_url, **LIVE).refused(f"callbacks --port {port}")
    assert all(word in line for word in (str(port), "127.0.0.1", "choose another"))


async def _refused(port: int) -> None:
    """Return when the port is closed."""
    while True:
        try:
            stream = await anyio.connect_tcp("127.0.0.1", port)
        except OSError:
            return
        await stream.aclose()
        await anyio.lowlevel.checkpoint()


async def test_a_standalone_receiver_records_events_for_the_servers_and_answers_the_last_one_before_it_ends(
    sqlite_url: str,
) -> None:
    environ = {
        "SINCH_VOICE_DATABASE_URL": sqlite_url,
        "SINCH_VOICE_SANDBOX": "true",
        "SINCH_VOICE_BASE_URL": NOWHERE,
        "SINCH_VOICE_PUBLIC_URL": "https://voice.example.com/hooks",
        # The flag overrides this port, which could not be opened.
        "SINCH_VOICE_CALLBACK_PORT": "1",
    }
    call_id = json.loads(DICE)["callid"]
    async with running("callbacks", "--port", "0", **environ) as process:
        assert process.stdout is not None
        stream = BufferedByteReceiveStream(process.stdout)
        with anyio.fail_after(20):
            banner = (await stream.receive_until(b"Ctrl+C", 10_000)).decode()
        shown = dict(line.split(maxsplit=1) for line in banner.splitlines() if line.startswith("  "))
        base = shown["alive"].removesuffix("/healthz")
        assert shown["public"] == "URL    https://voice.example.com/hooks/callbacks/voice"
        assert (shown["listens"], shown["path"]) == (f"on    {base}/callbacks/voice", "/callbacks/voice")
        assert shown["ready"] == f"{base}/readyz"
        port = int(base.rpartition(":")[2])

        # The platform signs the public path; the proxy strips the prefix.
        signed = f"/hooks{DEFAULT_PATH}"
        arriving = IncomingRequest.signed(DEFAULT_CREDENTIALS, SystemClock().now(), DICE, signed_path=signed)
        forged = arriving.with_header("authorization", f"application {DEFAULT_CREDENTIALS.key}:Zm9yZ2Vk")
        with anyio.fail_after(20):
            status, _ = await answer_to(port, head(forged, "connection: close") + DICE)
            assert status == 401
            status, body = await answer_to(port, head(IncomingRequest("/readyz", "GET"), "connection: close"))
            assert (status, json.loads(body)["counts"]["refused"]) == (200, {"signature_wrong": 1})

            async with await anyio.connect_tcp("127.0.0.1", port) as late:
                await late.send(head(arriving, "expect: 100-continue"))
                assert (await late.receive()).startswith(b"HTTP/1.1 100 ")
                process.send_signal(signal.SIGTERM)
                # The port is closed to new connections; this request is still answered.
                await _refused(port)
                await late.send(DICE)
                answer = b"".join([piece async for piece in late])
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert await process.wait() == 0

    async with connected(load({"SINCH_VOICE_DATABASE_URL": sqlite_url}), "auto") as voice:
        (event,) = (await voice.ok("get_call_events", call_id=call_id))["events"]
    assert (event["event"], event["result"], event["duration_s"]) == ("dice", "ANSWERED", 12)
