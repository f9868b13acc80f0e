"""Law 1: Silver and Gold are a function of Bronze, and the truth that the simulator knows.

Order, repetition and splitting of what lands do not show, nor how often it was refreshed in between: answers of the
catalogue may come before, after and between the plays, and what ids and names mean is the same.
"""

import json
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.contracts.tables import SILVER
from spotify_platform.pipeline.gold_build import gold_tables
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.simulator import (
    account_rows,
    changing_catalogue,
    extended_rows,
    listener_answers,
    poll_documents,
    simulate,
    truth,
)
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import through_silver
from spotify_platform_tests.scenario import drop
from spotify_platform_tests.tables import rows_of

Documents = list[tuple[str, Any]]
# A failing example is a whole lake: it is shown as it was found, because making it smaller takes minutes.
ANY_HISTORY = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def everything(platform: Platform) -> dict[str, list[str]]:
    """Rows of every table of Silver and Gold in a fixed order, without bookkeeping."""
    return {contract.path: plain(platform, contract) for contract in (*SILVER, *gold_tables(platform))}


def plain(platform: Platform, contract: Table) -> list[str]:
    kept = [name for name in contract.column_names if not name.startswith("_") and name not in {"origins", "match"}]
    return sorted(repr({name: row[name] for name in kept}) for row in rows_of(platform, contract))


def documents(seed: int, cuts: list[float]) -> Documents:
    """A history as its three sources and the catalogue tell of it, by key; the extended export is cut at these places."""
    history = simulate(seed=seed, plays=80, years=1.2)
    rows = list(extended_rows(history))[:-30]  # the account and the API alone tell of the last ones
    marks = [0, *sorted(int(cut * len(rows)) for cut in cuts), len(rows)]
    found: Documents = [(f"inbox/me/extended{n}.json", rows[a:b]) for n, (a, b) in enumerate(pairwise(marks)) if a < b]
    found.append(("inbox/me/account.json", list(account_rows(history))))
    polls = [answer for _, answer in poll_documents(history, every_minutes=2_000)][-4:]
    found += [(f"inbox/me/poll{n}.json", answer) for n, answer in enumerate(polls)]
    answers = listener_answers(history, changing_catalogue(history), days=3, every_days=100, tracks_a_day=25)
    return found + [(answer.name, json.loads("".join(answer.text()))) for answer in answers]


def repeated(key: str) -> str:
    """Key of a copy; the name of an answer says when it was given, and stays."""
    folder, _, name = key.rpartition("/")
    return f"{folder}/again-{name}" if key.startswith("inbox/") else key


@pytest.mark.parametrize("seed", [1, 2])
def test_order_repetition_splitting_and_timing_do_not_show(make_settings: MakeSettings, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - the same lakes in every run
    with opened(make_settings("whole")) as at_once:
        for key, document in documents(seed, []):
            drop(at_once.settings.home / "landing", key, document)
        refresh(at_once)
        expected = everything(at_once)
    arriving = documents(seed, [chance.random() for _ in range(3)])
    arriving += [(repeated(key), document) for key, document in chance.sample(arriving, 4)]
    chance.shuffle(arriving)
    # Gold has several batches to catch up with where a run ended at Silver.
    pauses = dict(zip(sorted(chance.sample(range(len(arriving)), 4)), [refresh, through_silver] * 2, strict=True))
    with opened(make_settings("shuffled")) as bit_by_bit:
        for number, (key, document) in enumerate(arriving):
            drop(bit_by_bit.settings.home / "landing", key, document)
            if number in pauses:
                pauses[number](bit_by_bit)
        refresh(bit_by_bit, full=True)  # answers of older days than the newest are found when all is looked through
        assert everything(bit_by_bit) == expected
        assert [found for found in verify(bit_by_bit) if not found.is_equal] == []


@ANY_HISTORY
@given(seed=st.integers(0, 10_000), plays=st.integers(1, 400))
def test_silver_and_gold_are_the_truth(make_settings: MakeSettings, tmp_path: Path, seed: int, plays: int) -> None:
    history = simulate(seed=seed, plays=plays, years=1.5)
    expected = truth(history)
    with opened(make_settings(f"truth{len(list(tmp_path.iterdir()))}")) as platform:
        drop(platform.settings.home / "landing", "inbox/me/endsong.json", list(extended_rows(history)))
        refresh(platform)
        silver = platform.engine.read(platform.engine.open(PLAYS))
        tracks = next(t for t in gold_tables(platform) if t.name == "top_tracks")
        top = platform.engine.read(platform.engine.open(tracks))
        counted = platform.engine.fetch(top.filter(top.period == "all", top.play_count > 0, top.track_id.notnull()))
        sums = platform.engine.fetch(
            silver.aggregate(n=silver.count(), counted=silver.is_counted.cast("int64").sum(), ms=silver.ms_played.sum())
        ).to_pylist()[0]
    assert sums["n"] == expected.extended_records
    if expected.extended_records == expected.plays:
        assert (int(sums["counted"] or 0), int(sums["ms"])) == (expected.counted, expected.ms)
        assert (
            dict(zip(counted["track_id"].to_pylist(), counted["play_count"].to_pylist(), strict=True)) == expected.plays_by_track
        )
