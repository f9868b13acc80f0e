"""The command line, as callers use it: exit codes, formats, receipts, and one-line errors."""

import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from spotify_platform.cli import main
from spotify_platform.cli.app import app
from spotify_platform.cli.demo import make_home
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.statistics import every_table
from spotify_platform.profiles import Profiles
from spotify_platform.settings import load_settings
from spotify_platform_tests.scenario import account, album, artist, drop, extended, page, track


@pytest.fixture
def home(tmp_path: Path, warm_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "cache").symlink_to(warm_home / "cache")
    monkeypatch.setenv("SPOTIFY_PLATFORM_HOME", str(folder))
    monkeypatch.setenv("SPOTIFY_PLATFORM_SETTLE_SECONDS", "0")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return folder


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Exit code of a call."""
    monkeypatch.setattr("sys.argv", ["spotify-platform", *arguments])
    code = None
    try:
        main()
    except SystemExit as left:
        code = left.code
    assert code != 0, "who calls it as a function takes any exit for a failure"
    return int(code or 0)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A folder as a person unpacks it: two parts of three, one file of another kind, one of none."""
    folder = tmp_path / "export"
    drop(folder, "Streaming_History_Audio_2023-2024_0.json", [extended(1), extended(2)])
    drop(folder, "Streaming_History_Audio_2024_2.json", [extended(3), extended(4, ts="never")])
    drop(folder, "StreamingHistory_music_0.json", [account(9, trackName="Other")])
    drop(folder, "ReadMe.pdf", b"%PDF-1.4")
    return folder


def test_answers_of_the_catalogue_are_one_line_of_status(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for number in (1, 2):
        drop(home / "landing", f"inbox/me/artist{number}.json", artist(number))
    drop(home / "landing", "inbox/me/history.json", [extended(1)])
    assert call(monkeypatch, "refresh") == 0
    capfd.readouterr()
    assert call(monkeypatch, "status") == 0
    said = capfd.readouterr().out
    assert "2 answers of the catalogue" in said
    assert "artist1.json" not in said
    assert "history.json" in said


def test_import_refresh_and_ask(
    home: Path, export: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "import", str(export)) == 0
    receipt = capfd.readouterr().out
    assert "Streaming_History_Audio part 1 of 0-2" in receipt
    assert "ReadMe.pdf" in receipt
    assert "5 rows in 3 objects" in receipt
    assert call(monkeypatch, "status") == 0
    said = capfd.readouterr().out
    assert "not processed yet: 3" in said
    assert "Nothing has landed" not in said
    assert call(monkeypatch, "refresh") == 0
    assert "(1 set aside). See: spotify-platform status" in " ".join(capfd.readouterr().err.split())
    assert call(monkeypatch, "sql", "select count(*) as n, max(ended_at) as last from silver.plays", "--format", "json") == 0
    assert json.loads(capfd.readouterr().out) == [{"n": 4, "last": "2024-05-05T10:09:00Z"}]
    assert call(monkeypatch, "sql", "select play_count from gold.daily_user_stats", "--format", "csv") == 0
    assert capfd.readouterr().out == "play_count\n4\n"
    assert call(monkeypatch, "status", "--json") == 0
    status = json.loads(capfd.readouterr().out)
    assert status["ledger"] == status["published"] == 1
    assert sum(row["rows_quarantined"] for row in status["accounting"]) == 1
    assert all(check["passed"] for check in status["checks"])
    assert call(monkeypatch, "rebuild", "--verify") == 0
    assert call(monkeypatch, "rebuild") == 0
    assert call(monkeypatch, "rebuild", "--verify") == 0
    assert (home / "landing" / "inbox" / "me").is_dir()


def test_export_writes_files(
    home: Path, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "import", str(export)) == 0
    assert call(monkeypatch, "refresh") == 0
    capfd.readouterr()
    assert call(monkeypatch, "export", "plays") == 0
    said = capfd.readouterr().out
    assert len(said.splitlines()) == 5
    assert call(monkeypatch, "export", "silver.plays", "--out", str(tmp_path / "plays.csv"), "--user", "me") == 0
    assert (tmp_path / "plays.csv").read_text(encoding="utf-8") == said
    assert call(monkeypatch, "export", "plays", "--out", str(tmp_path / "nowhere" / "plays.csv")) == 3
    assert len(capfd.readouterr().err.splitlines()) == 1
    assert call(monkeypatch, "export", "playz") == 2
    assert "Did you mean" in capfd.readouterr().err
    for outcome in ("written", "as it was"):
        assert call(monkeypatch, "export", "--all") == 0
        told = [line for line in capfd.readouterr().out.splitlines() if line.endswith(outcome)]
        assert len(told) == len(list((home / "exports").rglob("*/*.csv")))


def test_dry_run_changes_nothing(
    home: Path, export: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "import", str(export), "--dry-run") == 0
    assert "Nothing was changed" in capfd.readouterr().out
    assert [path.name for path in home.iterdir()] == ["cache"]


def test_a_zip_of_nothing_is_left_alone(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "holiday.zip", "w") as archive:
        archive.writestr("photo.jpg", b"\xff\xd8")
    assert call(monkeypatch, "import", str(tmp_path / "holiday.zip")) == 0
    assert not list((home / "landing").rglob("*.zip"))


def test_a_refused_zip_fails_when_it_was_named(
    home: Path, export: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What else was named is taken; one that only lies in a folder may be none of ours and does not make it fail."""
    drop(export, "broken.zip", b"PK\x03\x04 and no more")
    assert call(monkeypatch, "import", str(export / "broken.zip"), str(export / "Streaming_History_Audio_2024_2.json")) == 1
    said = capfd.readouterr()
    assert "2 rows in 1 object." in said.out
    assert "broken.zip: the zip cannot be opened" in said.err
    assert len(list((home / "landing").rglob("*.json"))) == 1
    assert call(monkeypatch, "import", str(export)) == 0
    assert "Left alone" in capfd.readouterr().out


@pytest.mark.usefixtures("home")
def test_a_receipt_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "some"
    drop(folder, "endsong_7.json", json.dumps([extended(1), extended(2)]).encode()[:-3])
    drop(folder, "endsong_2.json", json.dumps([extended(3)]).encode("utf-16"))
    drop(folder, "cover.png", b"\x89PNG\r\n\x1a\n")
    assert call(monkeypatch, "import", str(folder)) == 0
    said = capfd.readouterr().out
    assert "endsong_7.json: cut off" in said
    assert "endsong_2.json: it is UTF-16" in said
    assert "cover.png: it is no JSON and no zip" in said
    assert "endsong parts 0, 1, 3, 4, 5, 6 of 0-7" in said
    assert said.count("Seems to be missing") == 1


@pytest.mark.usefixtures("home")
def test_a_receipt_of_the_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Kind, rows and bad rows; no months, and no word of days, which only plays have."""
    folder = tmp_path / "answers"
    drop(folder, "a.json", {"tracks": [track(), None, track(id=None)]})
    drop(folder, "b.json", page(artist(1), artist(2)))
    drop(folder, "c.json", album())
    drop(folder, "d.json", {"tracks": page(track()), "artists": page(artist())})
    drop(folder, "e.json", page())
    assert call(monkeypatch, "import", str(folder)) == 0
    said = capfd.readouterr().out
    found = [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines() if line.startswith("│")]
    assert found == [["a.json", "tracks", "3", "2", ""], ["b.json", "artists", "2", "0", ""], ["c.json", "albums", "1", "0", ""]]
    told = " ".join(said.split())
    assert "d.json: it holds pages below artists, tracks, as answers of a search do" in told
    assert "e.json: its list holds no record" in told
    assert "6 rows in 3 objects" in told
    assert "Days are told" not in told
    assert "Seems to be missing" not in told


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("import", "/no/such/file.zip"), "neither a file nor a folder"),
        (("import", ".", "--user", "../x"), "cannot be a user"),
        (("sql", "selec 1"), "does not accept the query"),
        (("sql", "select * from gold.nothing"), "does not accept the query"),
        (("sql", "select 1", "--format", "xml"), "one of table, csv, json, parquet"),
        (("sql", "select * from silver.plays"), "spotify-platform refresh"),
        (("import", ".", "--time-zone", "Mars/Olympus"), "such as Europe/Berlin"),
        (("dev", "--port", "99999"), "65535"),
        (("rebuild", "--verify"), "spotify-platform import"),
        (("export",), "or --all"),
        (("export", "plays"), "spotify-platform refresh"),
        (("export", "--all"), "spotify-platform refresh"),
        (("export", "--all", "--format", "csv"), "no other option"),
        (("export", "plays", "--format", "xml"), "one of csv, json, parquet"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_calls_say_why_and_exit_2(
    arguments: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    assert call(monkeypatch, *arguments) == 2
    said = capfd.readouterr().err
    assert says in said
    assert "Traceback" not in said


@pytest.mark.usefixtures("home")
def test_wrong_settings_name_the_variable(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SPOTIFY_PLATFORM_TIMEZONE", "Mars/Olympus")
    assert call(monkeypatch, "status") == 2
    assert "SPOTIFY_PLATFORM_TIMEZONE" in capfd.readouterr().err


@pytest.mark.usefixtures("home")
def test_a_lake_at_another_kind_of_url_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SPOTIFY_PLATFORM_LAKE", "gs://bucket/lake")
    assert call(monkeypatch, "status") == 2
    assert "s3://bucket/prefix" in capfd.readouterr().err
    assert not (tmp_path / "gs:").exists()


@pytest.mark.usefixtures("home")
def test_empty_platform_says_what_to_do(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "status") == 0
    assert "spotify-platform import" in capfd.readouterr().out
    assert call(monkeypatch, "rebuild") == 0


@pytest.mark.usefixtures("home")
def test_parquet_goes_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert call(monkeypatch, "sql", "select 1 as one", "--format", "parquet") == 0
    (tmp_path / "x.parquet").write_bytes(capfdbinary.readouterr().out)
    assert pq.read_table(tmp_path / "x.parquet").to_pylist() == [{"one": 1}]


@pytest.mark.usefixtures("home")
def test_an_answer_is_added_to_a_file(tmp_path: Path) -> None:
    """`>> file` keeps what the file held; DuckDB's own /dev/stdout would cut it off."""
    for format_ in ("csv", "parquet"):
        file = tmp_path / format_
        file.write_text("before\n")
        with file.open("ab") as out:
            ask = [sys.executable, "-m", "spotify_platform.cli", "sql", "select 1 as one", "--format", format_]
            subprocess.run(ask, stdout=out, check=True)
        assert file.read_bytes().startswith(b"before\n" + (b"one\n1\n" if format_ == "csv" else b"PAR1"))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("where", ["DuckDB", "Python"])
def test_interrupted_says_so_and_exits_130(
    where: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """DuckDB makes a RuntimeError of Ctrl+C: that is no failed check (1), and no traceback."""

    def stop(*_: object, **__: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            if where == "DuckDB":
                raise RuntimeError("Query interrupted") from None
            raise

    monkeypatch.setattr("spotify_platform.cli.progress.refreshed", stop)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts behind itself ignores it
    try:
        assert call(monkeypatch, "refresh") == 130
    finally:
        signal.signal(signal.SIGINT, before)
    said = capfd.readouterr().err
    assert "Stopped" in said
    assert "Traceback" not in said


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("has_keys", [True, False])
def test_a_server_that_cannot_be_reached_is_one_line(has_keys: bool, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing listens at port 9 of this machine. The libraries' own words are trees with colours, or tracebacks."""
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("SPOTIFY_PLATFORM_S3_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x") if has_keys else monkeypatch.delenv(name, raising=False)
    for setting, arguments in (
        ("LAKE", ("status",)),
        ("LANDING", ("import", str(export / "Streaming_History_Audio_2024_2.json"))),
    ):
        monkeypatch.setenv(f"SPOTIFY_PLATFORM_{setting}", "s3://bucket/x")
        done = subprocess.run(
            [sys.executable, "-m", "spotify_platform.cli", *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 3
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert ("127.0.0.1:9" if has_keys else "AWS_ACCESS_KEY_ID") in done.stderr


def test_the_time_zone_is_kept(
    home: Path, export: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A shell without the setting would otherwise move every day of the history to UTC."""
    monkeypatch.setenv("COLUMNS", "400")
    profile = home / "profile" / "me.toml"
    assert call(monkeypatch, "import", str(export)) == 0
    assert not profile.exists()
    monkeypatch.setenv("SPOTIFY_PLATFORM_TIMEZONE", "Europe/Berlin")
    assert call(monkeypatch, "import", str(export), "--dry-run") == 0
    assert call(monkeypatch, "import", str(export / "ReadMe.pdf")) == 0
    assert not profile.exists()
    assert call(monkeypatch, "import", str(export)) == 0
    assert f"Time zone Europe/Berlin, kept in {profile}; edit it there." in capfd.readouterr().out
    monkeypatch.setenv("SPOTIFY_PLATFORM_TIMEZONE", "Asia/Tokyo")
    assert call(monkeypatch, "import", str(export)) == 0
    assert "Time zone" not in capfd.readouterr().out
    monkeypatch.delenv("SPOTIFY_PLATFORM_TIMEZONE")
    assert load_settings().timezone == "UTC"
    assert Profiles(profile.parent, "UTC").of("me").time_zone == "Europe/Berlin"
    assert call(monkeypatch, "import", str(export), "--time-zone", "America/New_York") == 0
    assert f"Time zone America/New_York, kept in {profile}" in capfd.readouterr().out
    assert Profiles(profile.parent, "UTC").of("me").time_zone == "America/New_York"


def test_every_command_is_in_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        name = command.name or command.callback.__name__  # type: ignore[union-attr]
        assert f"`spotify-platform {name}" in readme, name
    simulated = next(group.typer_instance for group in app.registered_groups if group.name == "simulate").registered_commands
    names = "\\|".join(command.name or command.callback.__name__ for command in simulated)  # type: ignore[union-attr]
    assert f"`spotify-platform simulate {names} " in readme
    of_spark = next(group.typer_instance for group in app.registered_groups if group.name == "spark").registered_commands
    for command in of_spark:
        assert f"`spotify-platform spark {command.name or command.callback.__name__}" in readme  # type: ignore[union-attr]


def test_every_table_is_in_the_readme(platform: Platform) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(?:\w+\.)?(\w+)`", readme))
    assert [table.path for table in every_table(platform) if table.name not in told] == []


@pytest.mark.usefixtures("home")
def test_demo_comes_to_the_truth(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert call(monkeypatch, "demo", "--plays", "500") == 0
    said = capfd.readouterr().out
    simulated = re.search(r"Simulated ([\d,]+) plays", said)
    assert simulated
    assert f"{simulated[1]} plays in Gold: exactly those that the export tells apart" in said
    ask = said[said.index("SPOTIFY_PLATFORM_HOME=") :].strip()
    assert "\n" not in ask, "pasted in two lines it would ask the user's own home"


def test_demo_deletes_only_what_a_demo_made(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    theirs = home.with_name("home-demo")
    drop(theirs, "thesis.json", {})
    assert call(monkeypatch, "demo", "--plays", "300") == 2
    assert "home-demo" in capfd.readouterr().err
    assert (theirs / "thesis.json").is_file()


def test_a_home_of_an_earlier_demo_is_made_anew(tmp_path: Path) -> None:
    for _ in range(2):
        make_home(tmp_path / "demo")
        assert len(list((tmp_path / "demo").iterdir())) == 1
        drop(tmp_path / "demo", "lake/old.json", {})
