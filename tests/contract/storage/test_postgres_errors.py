"""Errors of PostgreSQL name the problem and never the password."""

import logging
import traceback
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from sinch_voice_mcp.errors import ConfigurationError, StorageError, VoiceError
from sinch_voice_mcp.storage import Storage, open_database
from tests.contract.storage.claims import Asking


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


def refused_port(url: str) -> str:
    return url.replace(f":{urlsplit(url).port}/", ":1/")


def no_such_host(url: str) -> str:
    return url.replace(str(urlsplit(url).hostname), "db.invalid")


def no_such_database(url: str) -> str:
    return url.replace(urlsplit(url).path, "/nowhere")


def no_number_as_port(url: str) -> str:
    return url.replace(f":{urlsplit(url).port}/", ":hunter2/")


def no_url(url: str) -> str:
    return f"{url}&hunter2"


@pytest.mark.parametrize("broken", [no_url, refused_port, no_such_host, no_such_database, no_number_as_port])
async def test_no_error_repeats_the_url_or_its_password(
    database_url: str, broken: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    user = urlsplit(database_url).username
    url = broken(database_url).replace(f"//{user}@", f"//{user}:hunter2@")
    caplog.set_level(logging.DEBUG)

    with pytest.raises(VoiceError) as refused:
        await open_database(url)

    assert isinstance(refused.value, StorageError | ConfigurationError)
    shown = "".join(traceback.format_exception(refused.value)) + str(refused.value.to_json()) + caplog.text
    assert "hunter2" not in shown


async def test_a_closed_journal_reports_that_it_is_closed(storage: Storage) -> None:
    await storage.database.aclose()

    with pytest.raises(StorageError, match="PoolClosed"):
        await Asking(storage.journal).asked()


async def test_the_name_of_the_database_has_no_password(database_url: str) -> None:
    user = urlsplit(database_url).username
    database = await open_database(database_url.replace(f"//{user}@", f"//{user}:hunter2@"))
    try:
        assert database.name.startswith("PostgreSQL ")
        assert "hunter2" not in database.name
    finally:
        await database.aclose()
