"""Journals that earlier versions of the program made: they are opened, brought up to date, verified, and read."""

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import psycopg
import pytest
from mcp import Client

from tests.golden.make_journals import played, steps
from tests.golden.scenarios import FOLDER
from tests.golden.stage import Stage
from tests.shell import Shell

_WITHOUT_PLUS = re.compile(r'"(1[0-9]{3})[0-9]…')
_REPLY = re.compile(r'"reply": "incoming_text", | The reply was the text of SINCH_VOICE_INCOMING_TEXT\.')
JOURNALS = sorted([*FOLDER.glob("journal-*.db"), *FOLDER.glob("journal-*.sql")])


@pytest.fixture(params=JOURNALS, ids=lambda file: file.name)
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with an old journal in it."""
    file: Path = request.param
    if file.suffix == ".db":
        shutil.copy(file, tmp_path / "old.db")
        return f"sqlite:///{tmp_path}/old.db"
    url: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(file.read_bytes())
    return url


async def test_an_old_journal_is_verified_and_gives_its_calls_back(old_url: str, tmp_path: Path) -> None:
    # The same was played just now, so that the platform knows these calls and a journal of today has them too.
    stage = Stage(played(), f"sqlite:///{tmp_path}/new.db")
    await stage.play()
    # Earlier versions stored numbers only shortened, and without a plus if the platform wrote none.
    async with stage.connected(old_url, SINCH_VOICE_NUMBERS_IN_RESULTS="masked") as client:
        old = json.loads(_WITHOUT_PLUS.sub(r'"+\1…', json.dumps(await _answers(client), ensure_ascii=False)))
    async with stage.connected(f"sqlite:///{tmp_path}/new.db", SINCH_VOICE_NUMBERS_IN_RESULTS="masked") as client:
        # They did not note what the reply to a call that came in was, either.
        new = json.loads(_REPLY.sub("", json.dumps(await _answers(client), ensure_ascii=False)))
    assert len(old["list_calls"]["calls"]) >= 10
    assert old == new
    assert _steps(old_url, tmp_path) == steps(tmp_path / "new.db")
    await _verify(old_url)


def test_there_is_a_journal_of_both_engines() -> None:
    assert {file.suffix for file in JOURNALS} == {".db", ".sql"}


async def _answers(client: Client) -> Mapping[str, Any]:
    """What a server says of the calls in its journal."""
    listed = await _result(client, "list_calls", limit=100)
    # An earlier version settled a change of a call later than the call itself.
    listed["calls"] = sorted((call for call in listed["calls"] if call["kind"] != "update"), key=_order)
    answers: dict[str, Any] = {"list_calls": listed}
    for call_id in sorted({call["call_id"] for call in listed["calls"] if call.get("call_id")}):
        answers[f"events {call_id}"] = await _result(client, "get_call_events", call_id=call_id)
        if not call_id.startswith("in-"):
            answers[call_id] = await _result(client, "get_call", call_id=call_id)
    return answers


def _order(call: Mapping[str, Any]) -> tuple[str, str]:
    return call["at"], call.get("call_id") or ""


async def _result(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert result.structured_content is not None, result.content
    return result.structured_content


async def _verify(url: str) -> None:
    """Let the command say whether every row of the audit log is as it was written."""
    if not url.startswith("sqlite"):
        # The same command; one process is enough to prove that it can be started.
        ended = await Shell(SINCH_VOICE_DATABASE_URL=url).ok("audit verify")
        assert "No row was changed or removed." in ended.out
        return
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SINCH_")}  # noqa: TID251
    command = [sys.executable, "-m", "sinch_voice_mcp", "audit", "verify"]
    ended = await anyio.run_process(command, env={**kept, "SINCH_VOICE_DATABASE_URL": url}, check=False)
    assert ended.returncode == 0, ended
    assert b"No row was changed or removed." in ended.stdout


def _steps(url: str, folder: Path) -> list[tuple[int]]:
    if url.startswith("sqlite"):
        return steps(folder / "old.db")
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT number FROM migrations ORDER BY number").fetchall()
