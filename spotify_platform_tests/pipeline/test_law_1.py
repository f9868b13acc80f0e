"""Law 1: Silver and Gold are a function of Bronze, and the truth that the simulator knows.

Order, repetition and splitting of what lands do not show, nor how often it was refreshed in between.
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.pipeline.gold import advance_gold
from spotify_platform.pipeline.gold_build import gold_tables
from spotify_platform.pipeline.plan import plan
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh, steps
from spotify_platform.settings import Settings
from spotify_platform.simulator import account_rows, extended_rows, poll_documents, simulate, truth
from spotify_platform_tests.conftest import MakeSettings

Documents = list[tuple[str, Any]]
# A failing example is a whole lake: it is shown as it was found, because making it smaller takes minutes.
ANY_SETTING = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def table(platform: Platform, contract: Any, leave_out: tuple[str, ...] = ()) -> list[str]:
    """A table's rows in a fixed order, without bookkeeping."""
    rows = platform.engine.read(platform.engine.open(contract))
    kept = [name for name in rows.columns if not name.startswith("_") and name not in leave_out]
    return sorted(map(repr, platform.engine.fetch(rows.select(*kept)).to_pylist()))


def documents(seed: int, cuts: list[float]) -> Documents:
    """A history as all three sources tell of it, the extended export cut into files at these places."""
    history = simulate(seed=seed, plays=90, years=1.2)
    rows = list(extended_rows(history))
    marks = [0, *sorted(int(cut * len(rows)) for cut in cuts), len(rows)]
    found: Documents = [(f"extended{n}.json", rows[a:b]) for n, (a, b) in enumerate(pairwise(marks)) if a < b]
    found.append(("account.json", list(account_rows(history))))
    found += [(f"poll{n}.json", answer) for n, (_, answer) in enumerate(poll_documents(history, every_minutes=2_000))][-4:]
    return found


def land(settings_: Settings, name: str, document: Any) -> None:
    folder = settings_.home / "landing" / "inbox" / "me"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(document))


def through_silver(platform: Platform) -> None:
    plan(platform)
    for step in steps().values():
        step(platform)


@ANY_SETTING
@given(
    seed=st.integers(0, 10_000),
    cuts=st.lists(st.floats(0, 1), max_size=3),
    order=st.randoms(use_true_random=False),
    again=st.lists(st.integers(0, 20), max_size=3),
    pauses=st.sets(st.integers(0, 8), max_size=4),
)
def test_order_repetition_splitting_and_timing_do_not_show(  # noqa: PLR0917 - each is one freedom of the law
    make_settings: MakeSettings, tmp_path: Path, seed: int, cuts: list[float], order: Any, again: list[int], pauses: set[int]
) -> None:
    name = f"{len(list(tmp_path.iterdir()))}"
    whole, shuffled = make_settings(f"whole{name}"), make_settings(f"shuffled{name}")
    for file, document in documents(seed, []):
        land(whole, file, document)
    with opened(whole) as at_once:
        refresh(at_once)
        records, plays = (table(at_once, t, ("origins", "match")) for t in (PLAY_RECORDS, PLAYS))
        gold = {t.name: table(at_once, t, ("match",)) for t in gold_tables(at_once) if t.name != "dim_dates"}
    arriving = documents(seed, cuts)
    arriving += [(f"again{n}-{arriving[k % len(arriving)][0]}", arriving[k % len(arriving)][1]) for n, k in enumerate(again)]
    order.shuffle(arriving)
    with opened(shuffled) as bit_by_bit:
        for number, (file, document) in enumerate(arriving):
            land(shuffled, file, document)
            if number in pauses:
                through_silver(bit_by_bit)
        through_silver(bit_by_bit)
        assert table(bit_by_bit, PLAY_RECORDS, ("origins", "match")) == records
        assert table(bit_by_bit, PLAYS, ("origins", "match")) == plays
        advance_gold(bit_by_bit)
        for contract in gold_tables(bit_by_bit):
            assert contract.name == "dim_dates" or table(bit_by_bit, contract, ("match",)) == gold[contract.name]
        assert all(comparison.is_equal for comparison in verify(bit_by_bit))


@ANY_SETTING
@given(seed=st.integers(0, 10_000), plays=st.integers(1, 400))
def test_silver_and_gold_are_the_truth(make_settings: MakeSettings, tmp_path: Path, seed: int, plays: int) -> None:
    history = simulate(seed=seed, plays=plays, years=1.5)
    expected = truth(history)
    chosen = make_settings(f"truth{len(list(tmp_path.iterdir()))}")
    land(chosen, "endsong.json", list(extended_rows(history)))
    with opened(chosen) as platform:
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
