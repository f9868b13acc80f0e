"""The truth is what a plain count of the written files finds."""

import json
from collections import Counter
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest

from spotify_platform.simulator import (
    Delivery,
    Document,
    History,
    Truth,
    account_documents,
    api_documents,
    deliveries,
    extended_documents,
    extended_rows,
    simulate,
    truth,
    truth_of,
    write_account_zip,
    write_extended_zip,
    write_polls,
    write_truth,
    write_user,
)
from spotify_platform_tests.simulator.recount import (
    account_records,
    answers,
    api_records,
    distinct_plays,
    documents,
    extended_records,
    rows_of,
)


@pytest.fixture(scope="module")
def handed_out(small: History) -> list[Delivery]:
    return deliveries(small, last_days=90)


@pytest.fixture(scope="module")
def folder(small: History, handed_out: list[Delivery], tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("user")
    write_user("me", small, found, handed_out)
    return found


@pytest.fixture(scope="module")
def counted(small: History, handed_out: list[Delivery]) -> Truth:
    return truth_of(small, all_of(handed_out))


def all_of(handed_out: list[Delivery]) -> list[Document]:
    return list(chain.from_iterable(delivery.documents() for delivery in handed_out))


def test_rows_and_records_are_those_of_the_files(folder: Path, counted: Truth) -> None:
    rows = [row for path in folder.glob("*extended*.zip") for row in rows_of(documents(path))]
    assert (counted.extended_rows, counted.extended_records) == (len(rows), extended_records(rows))
    files = {f"{path.name}!{name}": part for path in folder.glob("*account*.zip") for name, part in documents(path).items()}
    assert (counted.account_rows, counted.account_records) == (len(rows_of(files)), account_records(files))
    found = answers(folder / "polls")
    assert (counted.api_items, counted.api_records) == (sum(len(a["items"]) for _, a in found), api_records(found))


def test_each_play_is_counted_with_the_sources_that_tell_of_it(
    small: History, handed_out: list[Delivery], counted: Truth
) -> None:
    told: dict[int, set[str]] = {index: set() for index in range(len(small.plays))}
    for document in all_of(handed_out):
        for index in document.plays:
            told[index].add(document.source)
    assert counted.plays_by_sources == Counter("+".join(sorted(sources)) or "none" for sources in told.values())
    assert sum(counted.plays_by_sources.values()) == counted.plays
    assert counted.extended_plays == sum("extended" in sources for sources in told.values())
    assert counted.account_plays == sum("account" in sources for sources in told.values())
    assert counted.api_plays == sum("api" in sources for sources in told.values())


def test_plays_of_all_sources_that_records_can_tell_apart(handed_out: list[Delivery], counted: Truth) -> None:
    assert counted.distinct_plays == distinct_plays(all_of(handed_out))
    assert counted.distinct_plays < counted.plays


def test_without_a_late_extended_export_the_others_tell_the_rest(small: History) -> None:
    until = datetime(2025, 1, 15, tzinfo=UTC)
    told = [*extended_documents(small, until=until), *account_documents(small), *api_documents(small, last_days=90)]
    found = truth_of(small, told)
    assert found.distinct_plays == distinct_plays(told)
    assert {"account", "account+api", "account+extended", "extended"} <= found.plays_by_sources.keys()
    assert 0 < found.plays - found.distinct_plays < 100


def test_account_data_alone(small: History) -> None:
    told = list(account_documents(small, rows_a_file=5))
    found = truth_of(small, told)
    assert found.distinct_plays == distinct_plays(told) == found.account_records
    alike = replace(small, plays=[small.plays[-1]] * 7)
    told = list(account_documents(alike, rows_a_file=5))
    assert truth_of(alike, told).distinct_plays == distinct_plays(told) == 5, "a minute that a file's end cuts in two"


def test_what_the_api_says_otherwise(small: History) -> None:
    found = truth(small, last_days=3_000)
    told = {index for document in api_documents(small, last_days=3_000) for index in document.plays}
    plays = [small.plays[index] for index in told]
    relinked = [play for play in plays if play.track and play.track.api_id != play.track.track_id]
    assert found.api_plays == len(plays) > 4_000
    assert 0.09 < found.api_relinked_plays / found.api_plays < 0.13
    assert found.api_relinked_plays == len(relinked)
    assert 0 < found.api_strange_plays < 0.2 * found.api_relinked_plays
    assert 0.018 < found.api_far_plays / found.api_plays < 0.03
    assert 0.001 < found.account_apart_plays / found.account_plays < 0.006


def test_heard_in_all(small: History) -> None:
    found, rows = truth(small, repeats=0.02), list(extended_rows(small))
    assert found.ms == sum(row["ms_played"] for row in rows)
    distinct = {(row["ts"], row["spotify_track_uri"] or str(row), row["ms_played"]): row for row in rows}
    music = [row for row in rows if row["master_metadata_track_name"] and row["ms_played"] >= 30_000]
    assert found.extended_ms == sum(row["ms_played"] for row in distinct.values()) < found.ms
    assert found.counted == len(music) > found.extended_counted
    uris = Counter(row["spotify_track_uri"] for row in music if row["spotify_track_uri"])
    assert found.plays_by_track == {uri.rpartition(":")[2]: count for uri, count in uris.items()}


def test_the_truth_of_what_is_written_by_default(small: History, tmp_path: Path) -> None:
    found = truth(small)
    assert write_extended_zip(small, tmp_path / "e.zip").rows == found.extended_rows
    assert write_account_zip(small, tmp_path / "a.zip").rows == found.account_rows
    assert write_polls(small, tmp_path / "polls").rows == found.api_items
    write_truth(small, tmp_path / "truth.json")
    assert json.loads((tmp_path / "truth.json").read_text()) == asdict(found)


def test_repeated_minutes_are_as_many_as_the_fullest_file_has(small: History) -> None:
    expected = truth(replace(small, plays=[small.plays[-1]] * 10_003))
    assert (expected.account_rows, expected.account_records) == (10_003, 10_000)


def test_a_history_without_plays_is_written_too(tmp_path: Path) -> None:
    nothing = simulate(seed=1, plays=0)
    assert write_extended_zip(nothing, tmp_path / "e.zip").rows == 0
    assert write_account_zip(nothing, tmp_path / "a.zip").rows == 0
    assert write_polls(nothing, tmp_path / "polls").documents == 0
    assert truth(nothing).distinct_plays == 0
    assert truth(simulate(seed=1, plays=1)).distinct_plays == 1
