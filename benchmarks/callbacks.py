"""How many callbacks a second the receiver takes: one server process, one process that sends.

Run with ``python -m benchmarks.callbacks [mode ...]``; without a mode all of them are measured. Each request is
signed and about another call, so none is a duplicate. What sends keeps its connections, waits for every answer, and
costs a share of the same cores.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from sinch_voice_mcp.app import open_app
from sinch_voice_mcp.callbacks import DEFAULT_PATH, Limits, Receiver, RecordEvent, Skew, Verifier, receiver
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.signing import Credentials, Flaw, Message, authorization, timestamp
from sinch_voice_mcp.wire.events import VoiceEvent
from tests.databases import NoPostgres, postgres_database

CREDENTIALS = Credentials("669E367E-6BBA-48AB-AF15-266871C28135", "BeIukql3pTKJ8RGL5zo0DA==")
REQUESTS = 6_000
ROUNDS = 3
CONNECTIONS = 32
TARGET = 1_000
LONGEST_MS = 100
REPLY = b'{"action":{"name":"continue"}}'
BODY = (
    '{"event":"ace","callid":"1ce0ffee-ca11-ca11-ca11-%012d","timestamp":"2024-06-06T17:10:34Z","version":1,'
    '"custom":"0123456789abcdef0123456789abcdef","applicationKey":"f00dcafe-abba-c0de-1dea-dabb1ed4caf3"}'
)


# What is measured


@asynccontextmanager
async def memory_hear(url: str) -> AsyncGenerator[RecordEvent]:
    """Events kept in memory only."""
    del url
    kept: deque[tuple[str, bytes]] = deque(maxlen=10_000)

    async def record(event: VoiceEvent, body: bytes) -> bytes:
        kept.append((event.identity, body))
        return REPLY

    yield record


@asynccontextmanager
async def durable_hear(url: str) -> AsyncGenerator[RecordEvent]:
    """Events as a server under the live rules hears them: judged, and committed before they are answered."""
    settings = load(
        {
            "SINCH_APPLICATION_KEY": CREDENTIALS.key,
            "SINCH_APPLICATION_SECRET": CREDENTIALS.secret,
            "SINCH_VOICE_REHEARSE": "true",
            "SINCH_VOICE_DATABASE_URL": url,
        }
    )
    async with open_app(settings) as service:

        async def record(event: VoiceEvent, body: bytes) -> bytes:
            del body
            return await service.events.record(event)

        yield record


class Trusting(Verifier):
    """Believes everything: shows what verifying costs."""

    def flaw(self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes) -> Flaw | None:
        """Nothing is wrong with it."""
        del scope, headers, body


def verified(record: RecordEvent) -> ASGIApp:
    """The receiver as it is."""
    return receiver(record, [CREDENTIALS], SystemClock())


def unverified(record: RecordEvent) -> ASGIApp:
    """The receiver without the signature."""
    clock, limits = SystemClock(), Limits()
    skew = Skew(clock)
    return Receiver(record, Trusting([CREDENTIALS], clock, skew, tolerance=limits.tolerance), skew, limits)


def floor(record: RecordEvent) -> ASGIApp:
    """Nothing but the HTTP server."""
    del record

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        while (await receive()).get("more_body"):
            pass
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(REPLY))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": REPLY})

    return answer


Listening = Callable[[str], AbstractAsyncContextManager[RecordEvent]]
MODES: Mapping[str, tuple[Listening, Callable[[RecordEvent], ASGIApp]]] = {
    "floor": (memory_hear, floor),
    "unverified": (memory_hear, unverified),
    "verified": (memory_hear, verified),
    "sqlite": (durable_hear, verified),
    "postgres": (durable_hear, verified),
}
DURABLE = ("sqlite", "postgres")


async def serve(mode: str, url: str) -> None:
    """Serve a mode on a free port, which is printed, until the process is ended."""
    hearing, build = MODES[mode]
    async with hearing(url) as record:
        config = uvicorn.Config(
            build(record), lifespan="off", access_log=False, log_level="warning", proxy_headers=False
        )
        # Only where the protocol is named, asyncio sends without delay; else each answer waits for an ACK of its head.
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(2048)
            print(listener.getsockname()[1], flush=True)
            await uvicorn.Server(config).serve([listener])


# What measures


class Sender(asyncio.Protocol):
    """One connection: sends a request, waits for its answer, sends the next."""

    def __init__(self, requests: Sequence[bytes], took: list[float]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = iter(requests)
        self._took = took
        self._answer = b""
        self._started = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Read an answer, and send the next request when it is whole."""
        self._answer += data
        if not self._answer.endswith(REPLY):
            return
        self._took.append((time.perf_counter() - self._started) * 1000)
        if not self._answer.startswith(b"HTTP/1.1 200"):
            self.connection_lost(AssertionError(self._answer))
        self._answer = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server closed it, or there is nothing more to send."""
        if not self.done.done():
            self.done.set_exception(exc or AssertionError(f"the connection was closed after {self._answer!r}"))

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._started = time.perf_counter()
        self._transport.write(request)


async def send(port: int, start: int) -> None:
    """Send so many callbacks and print what it took: a second, p50 and p99 in milliseconds."""
    numbers = [range(start + at, start + REQUESTS, CONNECTIONS) for at in range(CONNECTIONS)]
    shares = [[request(number) for number in share] for share in numbers]
    loop, took = asyncio.get_running_loop(), list[float]()
    started = time.perf_counter()
    made = [
        await loop.create_connection(lambda share=share: Sender(share, took), "127.0.0.1", port) for share in shares
    ]
    await asyncio.gather(*(sender.done for _, sender in made))
    rate = REQUESTS / (time.perf_counter() - started)
    cuts = quantiles(took, n=100)
    print(f"{rate:.0f} {cuts[49]:.2f} {cuts[98]:.2f}", flush=True)


def request(number: int) -> bytes:
    """A signed callback of its own call, as bytes of HTTP."""
    body = (BODY % number).encode()
    message = Message("POST", DEFAULT_PATH, "application/json", timestamp(SystemClock().now()), body)
    head = (
        f"POST {message.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {message.content_type}\r\n"
        f"x-timestamp: {message.timestamp}\r\nAuthorization: {authorization(CREDENTIALS, message)}\r\n"
        f"User-Agent: sinch\r\nAccept: */*\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


# Both together


def measure(mode: str) -> None:
    """Run one mode, round by round, and print."""
    with _database(mode) as url:
        if isinstance(url, NoPostgres):
            print(f"  {mode:<12}not measured: {url.reason}")
            return
        rounds, cpu = _measured(mode, url)
    rate, p50, p99 = sorted(rounds)[len(rounds) // 2]
    target = f"   (target: {TARGET:,}/s, p99 {LONGEST_MS} ms)" if mode in DURABLE else ""
    # Other work on the machine changes the rate, and hardly this.
    share = f"   {cpu * 1_000_000:4.0f} µs of CPU each" if cpu else ""
    print(f"  {mode:<12}{rate:8,.0f}/s   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms{share}{target}", flush=True)


def _measured(mode: str, url: str) -> tuple[list[tuple[float, float, float]], float]:
    """The rounds, and the seconds of CPU that the server spent on each request."""
    server = _process("--serve", mode, url)
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        # The first round warms up.
        _round(port, 0)
        before = _cpu_seconds(server.pid)
        rounds = [_round(port, number) for number in range(1, ROUNDS + 1)]
        return rounds, (_cpu_seconds(server.pid) - before) / REQUESTS / ROUNDS
    finally:
        server.terminate()
        server.wait()


@contextmanager
def _database(mode: str) -> Generator[str | NoPostgres]:
    """An empty database for a mode, or why there is none."""
    if mode != "postgres":
        with TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder, 'journal.db')}"
        return
    with postgres_database() as postgres:
        if isinstance(postgres, NoPostgres):
            yield postgres
            return
        with postgres.schema() as url:
            yield url


def _cpu_seconds(process: int) -> float:
    """What a process has used so far; 0 where the system does not tell."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _round(port: str, number: int) -> tuple[float, float, float]:
    with _process("--send", port, str(number * REQUESTS)) as sender:
        output, _ = sender.communicate()
    assert sender.returncode == 0
    rate, p50, p99 = map(float, output.split())
    return rate, p50, p99


def _process(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - this program itself
        [sys.executable, "-m", "benchmarks.callbacks", *arguments], stdout=subprocess.PIPE, text=True
    )


def main(arguments: Sequence[str]) -> None:
    """Measure the modes that are named, or all; or be one of the two processes of a measurement."""
    match arguments:
        case ["--serve", mode, url]:
            asyncio.run(serve(mode, url))
        case ["--send", port, start]:
            asyncio.run(send(int(port), int(start)))
        case _:
            print(f"Callbacks: {REQUESTS:,} a round on {CONNECTIONS} connections, median of {ROUNDS} rounds")
            for mode in arguments or MODES:
                measure(mode)


if __name__ == "__main__":
    main(sys.argv[1:])
