"""What a person sees of the graph: Dagster's own pages, in a real browser."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from spotify_platform_tests.parts import chromium_program

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def chromium() -> str:
    """Path of the browser."""
    path = chromium_program()
    assert path
    return path


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of Dagster's pages over the definitions; held by a server of their own."""
    home = tmp_path_factory.mktemp("pages")
    (home / "dagster.yaml").write_bytes((ROOT / "dagster.yaml").read_bytes())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"SPOTIFY_PLATFORM_HOME": str(home), "DAGSTER_HOME": str(home), "PYTHONPATH": str(ROOT)}
    program = [Path(sys.executable).parent / "dagster-webserver", "-w", ROOT / "workspace.yaml"]
    options = ["-h", "127.0.0.1", "-p", str(port)]
    with (home / "log").open("wb") as log:
        places = {"env": environment, "cwd": home, "stdout": log, "stderr": log}
        server = subprocess.Popen([*program, *options], start_new_session=True, **places)
        try:
            patient = urllib3.Retry(120, backoff_factor=0.1, backoff_max=1)
            made = f"http://127.0.0.1:{port}"
            assert urllib3.request("GET", made, retries=patient).status == 200  # asked again until the server answers
            yield made
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def titles(chromium: str, page: str, profile: Path) -> set[str]:
    """Texts that a page shows, once its scripts have come to rest.

    The window is large, since the graph draws only the nodes that are in it.
    """
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=9000,7000", f"--user-data-dir={profile}"]
    command = [chromium, *options, "--virtual-time-budget=30000", "--dump-dom", page]
    dom = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    return set(re.findall(r">([^<>]+)<", dom))


def test_the_graph_shows_every_group(chromium: str, address: str, tmp_path: Path) -> None:
    assert {"landing", "bronze", "silver", "gold", "ops"} <= titles(chromium, f"{address}/asset-groups", tmp_path)


def test_a_group_shows_its_assets(chromium: str, address: str, tmp_path: Path) -> None:
    page = f"{address}/locations/spotify_platform/asset-groups/gold/lineage"
    assert {"fct_plays", "dim_dates", "dim_artists", "top_albums", "artist_stats"} <= titles(chromium, page, tmp_path)
