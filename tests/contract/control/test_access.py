"""Who may use the control API, and what it refuses."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from sinch_voice_mcp.sandbox.control.routes import ROUTES
from tests.contract.control.scene import BASE, ControlScene

REMOTE = "192.0.2.7"
TOKEN = "correct horse battery staple"


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["127.0.0.1:8021", "localhost:8021", "[::1]:8021", "127.0.0.1"])
async def test_a_program_on_this_machine_needs_no_token(peer: str, host: str) -> None:
    scene = ControlScene(token=TOKEN, peer=peer, base=f"http://{host}")
    assert (await scene.get("ready"))["ready"] is True


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_path_needs_the_token_from_another_machine(route: Any) -> None:
    scene = ControlScene(token=TOKEN, peer=REMOTE)
    path = route.path.replace("{", "").replace("}", "")
    response = await scene.request(route.method, path)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert (await scene.fails(route.method, path, headers=bearer("wrong")))[:2] == (401, "unauthorized")
    assert (await scene.fails(route.method, path, headers={"authorization": "Bearer"}))[:2] == (401, "unauthorized")


@pytest.mark.parametrize("token", ["", " ", " x", "x\n", "\xe9", "\ud800"])
def test_a_token_that_anyone_or_no_one_can_send_is_none(token: str) -> None:
    with pytest.raises(ValueError, match="a token has at least one character"):
        ControlScene(token=token)


async def test_the_token_opens_the_api_to_another_machine_under_any_name() -> None:
    scene = ControlScene(token=TOKEN, peer=REMOTE, base="http://sandbox.example:8021")
    assert (await scene.request("GET", "ready", headers=bearer())).status_code == 200
    assert (await scene.request("GET", "ready", headers={"authorization": f"bearer  {TOKEN} "})).status_code == 200


async def test_without_a_token_no_other_machine_gets_in() -> None:
    scene = ControlScene(peer=REMOTE)
    for headers in ({}, bearer(""), bearer("None")):
        assert (await scene.fails("GET", "ready", headers=headers))[0] == 401


async def test_a_wrong_token_is_refused_also_from_this_machine() -> None:
    assert (await ControlScene(token=TOKEN).fails("GET", "ready", headers=bearer("wrong")))[0] == 401


async def test_a_request_that_a_proxy_passes_on_is_not_from_this_machine() -> None:
    scene = ControlScene(token=TOKEN)
    for header in ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"):
        assert (await scene.fails("GET", "ready", headers={header: REMOTE}))[0] == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "192.0.2.1", ""])
async def test_a_name_that_may_point_to_this_machine_is_refused(host: str) -> None:
    scene = ControlScene()
    assert (await scene.fails("GET", "calls", headers={"host": host}))[:2] == (403, "forbidden")
    assert (await scene.fails("POST", "clock", {"advance_s": 9}, headers={"host": host}))[:2] == (403, "forbidden")
    assert (await scene.get("clock"))["now"] == "2026-01-05T12:00:00.000Z"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://127.0.0.1:8021"},
        {"origin": "http://127.0.0.1:8021.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("token", [{}, bearer()], ids=["without token", "with token"])
async def test_a_page_of_another_site_is_refused(headers: Mapping[str, str], token: Mapping[str, str]) -> None:
    scene = ControlScene(token=TOKEN)
    sent = {**headers, **token, "content-type": "text/plain"}
    assert (await scene.fails("POST", "clock", {"advance_s": 9}, headers=sent))[:2] == (403, "forbidden")
    assert (await scene.fails("GET", "calls", headers=sent))[:2] == (403, "forbidden")
    assert (await scene.fails("OPTIONS", "calls", headers=sent))[:2] == (403, "forbidden")


@pytest.mark.parametrize(
    "headers",
    [{"origin": BASE, "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}],
    ids=["own page", "address bar"],
)
async def test_the_own_page_may_use_it(headers: Mapping[str, str]) -> None:
    response = await ControlScene().request("GET", "ready", headers=headers)
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("access-control-")]


async def test_a_body_that_is_too_large_changes_nothing() -> None:
    scene = ControlScene()
    body = b'{"advance_s": 5' + b" " * 1024 * 1024 + b"}"
    assert (await scene.fails("POST", "clock", body))[:2] == (413, "body_too_large")
    assert (await scene.get("clock"))["now"] == "2026-01-05T12:00:00.000Z"


@pytest.mark.parametrize(
    ("method", "path", "code", "next_step"),
    [
        ("GET", "cals", "not_found", "Did you mean /_sandbox/calls?"),
        ("GET", "", "not_found", "GET /_sandbox/openapi.json lists every path."),
        ("GET", "calls/x/y/z", "not_found", "GET /_sandbox/openapi.json lists every path."),
        ("PUT", "clock", "method_not_allowed", "This path takes GET and POST."),
        ("PATCH", "calls", "method_not_allowed", "This path takes GET and DELETE."),
    ],
)
async def test_an_unknown_path_or_method_names_what_there_is(method: str, path: str, code: str, next_step: str) -> None:
    scene = ControlScene()
    transport = httpx2.ASGITransport(scene.sandbox.asgi)
    async with httpx2.AsyncClient(transport=transport, base_url=BASE) as client:
        response = await client.request(method, f"/_sandbox/{path}")
    error = response.json()["error"]
    assert error["code"] == code
    assert next_step in error["next_step"]
    assert response.headers.get("allow") == (None if code == "not_found" else next_step[16:-1].replace(" and ", ", "))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("calls?lim=3", "`lim` is not known here; did you mean `limit`?"),
        ("calls?limit=0", "`limit` must be 1 or more"),
        ("calls?limit=two", "`limit` must be a whole number"),
        ("calls?limit=3&limit=4", "a parameter is given twice"),
        ("wait?timeout=61", "`timeout` must be 60 or less"),
        ("wait?timeout=nan", "`timeout` must be a number"),
        ("ready?verbose=1", "`verbose` is not known here"),
        ("calls?" + "&".join(f"p{number}=1" for number in range(30)), "there are more than 20 parameters"),
    ],
)
async def test_a_wrong_parameter_is_named(path: str, message: str) -> None:
    assert await ControlScene().fails("GET", path) == (400, "invalid_parameter", message)


async def test_the_platform_api_is_not_part_of_it() -> None:
    scene = ControlScene()
    transport = httpx2.ASGITransport(scene.sandbox.asgi, client=(REMOTE, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox.example") as client:
        for path in ("/_sandboxes/ready", "/calling/_sandbox/ready", "/%5Fsandbox/ready", "//_sandbox/ready"):
            assert (await client.get(path)).json()["errorCode"] == 40100


async def test_changes_and_refusals_are_reported_and_reading_is_not() -> None:
    scene = ControlScene()
    seen: list[tuple[str, str, int, str | None]] = []
    scene.sandbox.listeners.on_control = lambda one: seen.append((one.method, one.raw_path, one.status, one.rejection))
    await scene.get("calls")
    await scene.post("clock", {"advance_s": 1})
    await scene.fails("GET", "calls/unknown")
    await scene.fails("POST", "clock", {"advance": 1})
    assert [one[:3] for one in seen] == [
        ("POST", "/_sandbox/clock", 200),
        ("GET", "/_sandbox/calls/unknown", 404),
        ("POST", "/_sandbox/clock", 400),
    ]
    assert seen[0][3] is None
    assert "did you mean" in str(seen[2][3])
