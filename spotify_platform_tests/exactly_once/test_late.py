"""Objects that come late, change, vanish, come twice, or cannot be loaded."""

import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from spotify_platform.contracts.bronze import EXTENDED_HISTORY
from spotify_platform.contracts.ops import ACCOUNTING, LEDGER
from spotify_platform.contracts.silver import PLAY_RECORDS
from spotify_platform.pipeline import bronze
from spotify_platform.pipeline.plan import plan
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.reading import GONE, REPEATED
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.exactly_once.children import PATIENCE_SECONDS, Point, killed, poisoned, started
from spotify_platform_tests.exactly_once.scenario import Wave, assert_sound
from spotify_platform_tests.scenario import answer, drop, extended, item
from spotify_platform_tests.tables import rows_of

HERE = "inbox/anna/history.json"
POISON = "inbox/anna/poison.json"


def landing(platform: Platform) -> Path:
    return platform.settings.home / "landing"


def statuses(platform: Platform) -> dict[str, list[tuple[str, str | None]]]:
    """What became of each object, in the order of the batches."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for row in sorted(rows_of(platform, ACCOUNTING), key=lambda row: row["batch"]):
        found.setdefault(row["object"], []).append((row["status"], row["reason"]))
    return found


def heard(platform: Platform) -> Counter[tuple[str, str]]:
    """Records, by user and second."""
    return Counter((row["user_id"], f"{row['ended_at']:%M:%S}") for row in rows_of(platform, PLAY_RECORDS))


def polled(day: str, n: int) -> tuple[str, Any]:
    compact = day.replace("/", "")
    return f"api/anna/{day}/{compact}T100000Z-{n:08x}.json", answer(
        item(n, played_at=f"{day.replace('/', '-')}T10:00:{n:02d}.5Z")
    )


def test_an_old_name_that_comes_late_is_found(platform: Platform) -> None:
    drop(landing(platform), *polled("2024/05/20", 1))
    refresh(platform)
    # Two days back are looked through in every run; what is older, by the full sweep, which the first run has just done.
    drop(landing(platform), *polled("2024/05/19", 2))
    drop(landing(platform), *polled("2023/01/01", 3))
    refresh(platform)
    assert heard(platform) == Counter({("anna", "00:01"): 1, ("anna", "00:02"): 1})
    refresh(platform, full=True)
    refresh(platform, full=True)
    assert heard(platform) == Counter({("anna", f"00:0{n}"): 1 for n in (1, 2, 3)})
    assert len(rows_of(platform, ACCOUNTING)) == 3
    assert_sound(platform)


def test_an_object_that_changes_is_loaded_in_both_its_forms(platform: Platform) -> None:
    drop(landing(platform), HERE, [extended(1), extended(2)])
    refresh(platform)
    drop(landing(platform), HERE, [extended(2), extended(3), extended(4)])
    refresh(platform)
    refresh(platform, full=True)
    assert heard(platform) == Counter({("anna", f"00:0{n}"): 1 for n in (1, 2, 3, 4)})
    found = sorted((row["rows_in"], row["rows_new"] + row["rows_repeat"], row["status"]) for row in rows_of(platform, ACCOUNTING))
    assert found == [(2, 2, "loaded"), (3, 3, "loaded")]
    assert_sound(platform)


def test_an_object_that_vanishes_before_it_is_loaded_makes_no_repeat_of_its_copy(platform: Platform) -> None:
    path = drop(landing(platform), HERE, [extended(1)])
    drop(landing(platform), "inbox/anna/z-copy.json", [extended(1)])
    assert plan(platform)
    path.unlink()
    refresh(platform)
    assert statuses(platform) == {HERE: [("refused", GONE)], "inbox/anna/z-copy.json": [("loaded", None)]}
    assert heard(platform) == Counter({("anna", "00:01"): 1})
    drop(landing(platform), HERE, [extended(1)])  # it comes back, and now it is the copy
    refresh(platform)
    assert statuses(platform)[HERE] == [("refused", GONE), ("repeat", REPEATED)]
    assert heard(platform) == Counter({("anna", "00:01"): 1})
    assert_sound(platform)


@pytest.mark.parametrize("at_once", [True, False])
def test_the_same_bytes_load_once_a_user(at_once: bool, platform: Platform) -> None:
    for key in (HERE, "inbox/anna/z-copy.json", "inbox/bob/history.json"):
        drop(landing(platform), key, [extended(1), extended(2)])
        if not at_once:
            refresh(platform)
    refresh(platform)
    assert statuses(platform) == {
        HERE: [("loaded", None)],
        "inbox/anna/z-copy.json": [("repeat", REPEATED)],
        "inbox/bob/history.json": [("loaded", None)],
    }
    assert heard(platform) == Counter({(user, f"00:0{n}"): 1 for user in ("anna", "bob") for n in (1, 2)})
    assert_sound(platform)


def test_an_object_that_cannot_be_loaded_is_refused_and_nothing_else(
    platform_here: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = bronze.bronze_rows

    def choke(platform: Platform, source: Any, framed: Any, refused: Any, number: int) -> Any:
        if any(read.planned.key == POISON for read in framed.objects):
            raise ArithmeticError("never shown: 203.0.113.99")
        return rows(platform, source, framed, refused, number)

    monkeypatch.setattr(bronze, "bronze_rows", choke)
    drop_three(platform_here)
    for _ in range(3):
        with pytest.raises(ArithmeticError):
            refresh(platform_here)
    refresh(platform_here)
    assert_refused(platform_here, "it could not be loaded in 3 tries (ArithmeticError)")


def test_an_object_that_ends_the_process_is_refused_and_nothing_else(platform_here: Platform) -> None:
    drop_three(platform_here)
    ends = [ended_by_poison(platform_here.settings) for _ in range(7)]
    assert ends == [*[-signal.SIGKILL] * 6, 0]  # three times the batch, three times alone
    assert_refused(platform_here, "loading it ended the process 3 times")


def test_a_batch_that_was_killed_often_is_no_fault_of_its_objects(make_settings: MakeSettings, platform: Platform) -> None:
    Wave(0).land(landing(platform))
    for _ in range(5):
        killed(make_settings(), Point("bronze/extended_history", "all read"))
    refresh(platform)
    assert {status for found in statuses(platform).values() for status, _ in found} == {"loaded", "repeat"}
    assert_sound(platform)


def drop_three(platform: Platform) -> None:
    drop(landing(platform), POISON, [extended(1)])
    drop(landing(platform), HERE, [extended(2)])
    drop(landing(platform), "inbox/bob/history.json", [extended(3)])


def ended_by_poison(settings: Settings) -> int | None:
    process = started(poisoned, settings, POISON)
    process.join(PATIENCE_SECONDS)
    return process.exitcode


def assert_refused(platform: Platform, reason: str) -> None:
    assert statuses(platform) == {
        POISON: [("refused", reason)],
        HERE: [("loaded", None)],
        "inbox/bob/history.json": [("loaded", None)],
    }
    assert heard(platform) == Counter({("anna", "00:02"): 1, ("bob", "00:03"): 1})
    headers = [r for r in rows_of(platform, EXTENDED_HISTORY.table) if r["_part"] == "object"]
    assert len(headers) == 3
    assert platform.engine.open(EXTENDED_HISTORY.table).holds == platform.engine.open(LEDGER).holds
    assert_sound(platform)
