"""Law 8: canaries in every private field, in every spelling and depth, are in no table, file, event or output."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest

from spotify_platform.contracts.bronze import PRIVATE_KEYS, SOURCES
from spotify_platform.definitions import build_defs
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.pipeline.statistics import every_table
from spotify_platform.resources import PlatformResource
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import account, album, answer, artist, audio_features, drop, extended, item, page, track
from spotify_platform_tests.tables import rows_of

CANARY = "canary-7f3a"
ROOT = Path(__file__).parents[2]
SPELLINGS = ("{}", "_{}", "{}_", "X-{}")


def private_fields() -> dict[str, str]:
    """Every denied key in several spellings, each with the canary."""
    spelled = {
        "ip_addr",
        "ip_addr_decrypted",
        "user_agent_decrypted",
        "username",
        "userName",
        "IP-Addr",
        "User Agent",
        "metro_code",
    }
    spelled |= {"client_ip", "clientIP", "ip_address_decrypted", "user_agent_string", "emailAddress", "IPv4", "user\u00a0name"}
    spelled |= {spelling.format(key) for key in PRIVATE_KEYS for spelling in SPELLINGS}
    return {**dict.fromkeys(PRIVATE_KEYS | spelled, CANARY), **{key.upper(): CANARY for key in PRIVATE_KEYS}}


def land_canaries(home: Path) -> None:
    landing = home / "landing" / "inbox" / "me"
    private = private_fields()
    nested = {"device": {"name": "phone", "list": [{"userName": CANARY}]}, "text": f'{{"username": "{CANARY}"}}'}
    rows = [
        extended(1, **private),
        extended(2, **nested),
        extended(3, ts="2024-02-31T00:00:00Z", **private),
        extended(4, master_metadata_track_name={"username": CANARY}),
        [CANARY],
        CANARY,
    ]
    odd = [{"user:name": CANARY}, {"ip/addr": CANARY}, {"user\u00a0name": CANARY}, {"clientIp": CANARY}, {"X-username": CANARY}]
    rows += [extended(10 + n, deep={"list": [keys]}) for n, keys in enumerate(odd)]
    rows.append(extended(9, link=f"spotify:user:{CANARY}:collection"))
    drop(landing, "endsong.json", rows)
    drop(landing, "StreamingHistory0.json", [account(1, **private), account(2, msPlayed="x", **nested)])
    heard = item()["track"]
    addresses = [f"SPOTIFY:USER:{CANARY}:collection", f"spotify%3Auser%3A{CANARY}%3Acollection", f"x/users/{CANARY}?a"]
    poll = answer(
        item(1, **private),
        item(2, track={**heard, **private, "album": {"name": {"username": CANARY}, **private}}),
        item(
            3, context={"type": "collection", "uri": f"spotify:user:{CANARY}:collection", "href": f"https://x/v1/users/{CANARY}"}
        ),
        item(4, track={**heard, "artists": [{"name": "Kala", "owner": CANARY}]}),
        item(5, played_at=None, **private),
        *[item(20 + n, context={"type": "x", "uri": uri, "preview": uri}) for n, uri in enumerate(addresses)],
    )
    drop(landing, "recently-played.json", {**poll, **private})
    held = {"more": [{"userName": CANARY}], "text": f'{{"username": "{CANARY}"}}', "link": f"spotify:user:{CANARY}"}
    performer = artist(**private, **held)
    song = track(artists=[performer, performer], album=album(artists=[performer], **private, **held), **private, **held)
    drop(landing, "tracks.json", {"tracks": [song, track(2, id=None, **private), CANARY], **private})
    record = album(images=[private], tracks=page(song, **private), copyrights=[held], genres=[private], **private, **held)
    drop(landing, "albums.json", page(record, {**record, "genres": private}, **private))
    heard_artist = artist(id="2" * 22, genres=["art pop"], **private)  # so that genres have plays
    drop(landing, "artists.json", [performer, heard_artist, artist(2, name={"username": CANARY}, followers=private)])
    drop(landing, "audio-features.json", audio_features(**private, **held))
    drop(landing, "search.json", {"tracks": page(song), "artists": page(performer)})
    drop(landing, "Userdata.json", private)
    drop(landing, "broken-endsong.json", f'[{{"ts": "2024-01-01T00:00:00Z", "ms_played": 1, "username": "{CANARY}'.encode())


def test_private_values_reach_no_table_and_no_output(make_settings: MakeSettings, tmp_path: Path) -> None:
    """By way of the command line: its receipts, progress and answers are all that it says."""
    settings = make_settings()
    land_canaries(tmp_path / "export")
    where = os.environ | {"SPOTIFY_PLATFORM_HOME": str(settings.home), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-m", "spotify_platform.cli"]
    for command in (["import", str(tmp_path / "export")], ["refresh"], ["status", "--json"], ["sql", "from bronze.quarantine"]):
        done = subprocess.run([*program, *command], env=where, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert "endsong.json" in done.stdout or command == ["refresh"]
        assert CANARY not in done.stdout + done.stderr, command
    with opened(settings) as platform:
        for table in every_table(platform):
            rows = rows_of(platform, table)
            assert rows, table.path
            assert CANARY not in repr(rows), table.path


class TestRunOfDagster:
    """A run of the job in a home of its own, with Dagster's records kept in it."""

    @pytest.fixture(scope="class")
    @classmethod
    def home(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """The home after the run."""
        home = tmp_path_factory.mktemp("home")
        land_canaries(home)
        (home / "dagster").mkdir()
        (home / "dagster" / "dagster.yaml").write_bytes((ROOT / "spotify_platform" / "dagster.yaml").read_bytes())
        defs = build_defs(platform=PlatformResource(overrides={"home": str(home), "settle_seconds": "0", "buckets": "4"}))
        with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
            assert defs.resolve_job_def("refresh").execute_in_process(instance=instance).success
        return home

    def test_private_values_are_in_no_file_but_what_landed(self, home: Path) -> None:
        assert files_that_hold(CANARY, home) == []

    def test_private_values_are_in_no_event(self, home: Path) -> None:
        with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
            events = [repr(event) for run in instance.get_runs() for event in instance.all_logs(run.run_id)]
        assert len(events) > 100
        assert [event for event in events if CANARY in event] == []

    def test_the_search_finds_what_is_there(self, home: Path) -> None:
        """In values that are packed in Parquet, in the text of a log, in a database, in what a step printed."""
        assert {path.parts[:3] for path in files_that_hold("Night River", home)} >= {
            ("lake", "bronze", "extended_history"),
            ("lake", "silver", "plays"),
            ("lake", "gold", "fct_plays"),
        }
        assert {path.suffix for path in files_that_hold("fct_plays", home)} >= {".db", ".json"}
        kinds = {path.suffix for path in files_of(home)}
        assert kinds >= {".parquet", ".json", ".db", ".err", ".out"}


def files_of(home: Path) -> list[Path]:
    """Every file under a home but what landed."""
    return [path for path in home.rglob("*") if path.is_file() and path.relative_to(home).parts[0] != "landing"]


def files_that_hold(text: str, home: Path) -> list[Path]:
    """Files that hold a text, in their bytes or, for Parquet, in their values, names or statistics."""
    return [path.relative_to(home) for path in files_of(home) if holds(path, text)]


def holds(path: Path, text: str) -> bool:
    if text.encode() in path.read_bytes():
        return True
    return path.suffix == ".parquet" and text in repr(pq.ParquetFile(path).read().to_pylist())


def test_what_is_not_private_is_kept(platform: Platform) -> None:
    """The deny list takes the private keys and nothing else."""
    drop(platform.settings.home / "landing" / "inbox" / "me", "endsong.json", [extended(1, ip_addr="x", new_key={"a": 1})])
    refresh(platform)
    rows = platform.engine.read(platform.engine.open(SOURCES[0].table))
    good = platform.engine.fetch(rows.filter(rows["_part"] == "row").select("_unknown")).to_pylist()
    assert good == [{"_unknown": '{"new_key":{"a":1}}'}]
