"""A machine's role in place of keys: what its address hands out is good for a while, and then it is asked again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from spotify_platform.lakehouse.duckdb_connection import LakeSecret, connect
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings
from spotify_platform_tests.s3 import role_server
from spotify_platform_tests.s3_server import Bucket
from spotify_platform_tests.scenario import extended


@pytest.fixture
def _role(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: ARG001 - it sets keys
    """The only place of this environment that knows keys."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    (tmp_path / "token").write_text("token", encoding="utf-8")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(tmp_path / "token"))
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen([sys.executable, role_server.__file__], stdout=subprocess.PIPE, stderr=log, text=True) as server,
    ):
        assert server.stdout
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.stdout.readline().strip())
        yield
        server.kill()


def key_of(con: duckdb.DuckDBPyConnection) -> str:
    [(told,)] = con.sql("select secret_string from duckdb_secrets()").fetchall()
    return str(told).split("key_id=")[1].split(";")[0]


@pytest.mark.usefixtures("_role")
def test_keys_that_end_soon_are_asked_for_again(settings: Settings) -> None:
    con = connect(settings.lake_location)
    assert key_of(con) == "KEY1"
    secret = LakeSecret(settings.lake_location)
    secret.tell(con)  # two of five minutes, one after the other
    assert key_of(con) == "KEY3"
    for _ in range(2):
        secret.tell(con)
        assert key_of(con) == "KEY4"


@pytest.mark.usefixtures("_role")
def test_the_whole_way_by_a_role(bucket: Bucket, settings: Settings) -> None:
    bucket.put("inbox/me/endsong.json", json.dumps([extended(1), extended(2)]))
    with opened(settings) as platform:
        assert refresh(platform).planned == [1]
    with reading_connection(settings) as con:
        assert con.sql("select count(*) from gold.fct_plays").fetchall() == [(2,)]
        assert key_of(con).startswith("KEY")
