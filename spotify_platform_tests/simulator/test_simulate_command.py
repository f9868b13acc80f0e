"""`spotify-platform simulate …` as callers use it."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spotify_platform.cli.app import app
from spotify_platform.errors import WrongCall


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("SPOTIFY_PLATFORM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner()


def test_history(runner: CliRunner, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = runner.invoke(app, ["simulate", "history", str(out), "--users", "2", "--plays", "900", "--sources", "extended,api"])
    assert said.exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["user1", "user2"]
    assert f"spotify-platform import {out}/user2 --user user2" in said.output
    found = [json.loads((out / user / "truth.json").read_text()) for user in ("user1", "user2")]
    assert sum(one["plays"] for one in found) == 900
    assert re.search(rf"{found[0]['extended_rows'] + found[1]['extended_rows']:,}", said.output)
    assert not list(out.rglob("*account*"))


def test_many_users_are_summed_up(runner: CliRunner, tmp_path: Path) -> None:
    said = runner.invoke(app, ["simulate", "history", str(tmp_path / "out"), "--users", "25", "--plays", "50"])
    assert "and 5 more" in said.output
    assert said.output.count("Now: ") == 3


def test_polls(runner: CliRunner, tmp_path: Path) -> None:
    said = runner.invoke(app, ["simulate", "polls", str(tmp_path / "out"), "--plays", "900", "--every-minutes", "120", "--after"])
    assert said.exit_code == 0
    answers = [json.loads(path.read_bytes()) for path in (tmp_path / "out" / "polls").rglob("*.json")]
    assert {bool(answer["items"]) for answer in answers} == {True, False}
    assert f"cp -r {tmp_path}/out/polls {tmp_path}/home/landing/inbox/me" in said.output


def test_polls_for_a_landing_zone_in_s3(runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIFY_PLATFORM_LANDING", "s3://bucket/landing")
    said = runner.invoke(app, ["simulate", "polls", str(tmp_path / "out"), "--plays", "90"])
    assert f"aws s3 cp --recursive {tmp_path}/out/polls s3://bucket/landing/inbox/me" in said.output


def test_catalogue_of_the_listeners_of_history_and_polls(runner: CliRunner, tmp_path: Path) -> None:
    """All that a poll names by an id is answered."""
    few = ["--plays", "600", "--seed", "5"]
    for command in (
        ["history", "--sources", "api"],
        ["polls"],
        ["catalogue", "--days", "2"],
        ["catalogue", "--polls", "--loose"],
    ):
        out = tmp_path / "".join(command)
        # The two commands differ in how far a history goes back.
        years = ["--years", "1"] if command[0] == "polls" or "--polls" in command else []
        assert runner.invoke(app, ["simulate", command[0], str(out), *command[1:], *few, *years]).exit_code == 0
    for polled, answered in (("history--sourcesapi", "catalogue--days2/user1"), ("polls", "catalogue--polls--loose/me")):
        answers = [json.loads(path.read_bytes()) for path in (tmp_path / polled).rglob("polls/**/*.json")]
        truth = json.loads((tmp_path / answered / "truth.json").read_text(encoding="utf-8"))
        told = {item["track"]["id"] for answer in answers for item in answer.get("items", [])}
        assert told
        assert told <= truth["recordings"].keys()
    loose = list((tmp_path / "catalogue--polls--loose" / "me" / "catalogue").iterdir())
    assert {path.name.split("-")[0] for path in loose} == {"tracks", "albums", "artists"}


def test_catalogue_says_how_it_lands(runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few, out = ["--plays", "90", "--days", "1", "--shape", "list", "--until", "2026-09-01"], tmp_path / "out"
    said = runner.invoke(app, ["simulate", "catalogue", str(out), "--users", "2", *few])
    assert f"cp -r {out}/catalogue_api {tmp_path}/home/landing &&" in said.output
    assert sorted(path.name for path in (out / "catalogue_api").iterdir()) == ["user1", "user2"]
    assert {path.relative_to(out).parts[2:5] for path in out.rglob("*Z-*.json")} == {("2026", "09", "01")}
    monkeypatch.setenv("SPOTIFY_PLATFORM_LANDING", "s3://bucket/landing")
    said = runner.invoke(app, ["simulate", "catalogue", str(tmp_path / "other"), *few])
    assert f"aws s3 cp --recursive {tmp_path}/other/catalogue_api s3://bucket/landing/catalogue_api &&" in said.output


def test_a_shape_that_is_none(runner: CliRunner, tmp_path: Path) -> None:
    said = runner.invoke(app, ["simulate", "catalogue", str(tmp_path / "out"), "--shape", "csv"])
    assert isinstance(said.exception, WrongCall)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["history", "polls", "catalogue"])
def test_a_folder_with_something_in_it_is_left_alone(runner: CliRunner, tmp_path: Path, command: str) -> None:
    (tmp_path / "mine.txt").touch()
    said = runner.invoke(app, ["simulate", command, str(tmp_path)])
    assert isinstance(said.exception, WrongCall)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_source_that_is_none(runner: CliRunner, tmp_path: Path) -> None:
    said = runner.invoke(app, ["simulate", "history", str(tmp_path / "out"), "--sources", "extended,player"])
    assert isinstance(said.exception, WrongCall)
    assert "extended,account,api" in str(said.exception)
