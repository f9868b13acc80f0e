"""What is true of a history, counted plainly: the numbers that every table of the platform must come to."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spotify_platform.simulator.history import History
from spotify_platform.simulator.rows import account_rows, extended_rows

COUNTED_MS = 30_000


@dataclass(frozen=True, slots=True)
class Truth:
    """Numbers of one history. Records are what each source's rows come to once repeats are taken out (rules R0, R1)."""

    plays: int
    counted: int
    ms: int
    extended_records: int
    account_records: int
    plays_by_track: Mapping[str, int]


def truth(history: History) -> Truth:
    """Count the truth of a history."""
    plays = history.plays
    counted = [play for play in plays if play.track and play.ms_played >= COUNTED_MS]
    by_track = Counter(play.track.track_id for play in counted if play.track and play.track.track_id)
    return Truth(
        plays=len(plays),
        counted=len(counted),
        ms=sum(play.ms_played for play in plays),
        extended_records=len({extended_identity(row) for row in extended_rows(history)}),
        account_records=sum(1 for _ in account_rows(history)),
        plays_by_track=dict(sorted(by_track.items())),
    )


def extended_identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Rule R1: end to the second, content, milliseconds."""
    uri = row["spotify_track_uri"] or row["spotify_episode_uri"]
    names = tuple(row[f"master_metadata_{key}"] or "" for key in ("track_name", "album_artist_name", "album_album_name"))
    return (row["ts"], uri or (*names, row["episode_name"] or "", row["episode_show_name"] or ""), row["ms_played"])


def account_identities(files: Iterable[Iterable[Mapping[str, Any]]]) -> Counter[tuple[Any, ...]]:
    """Rule R0: plays of each minute, names and milliseconds: as many as the one file has that has most of them."""
    most: Counter[tuple[Any, ...]] = Counter()
    for rows in files:
        most |= Counter(tuple(sorted((key, str(value)) for key, value in row.items())) for row in rows)
    return most


def write_truth(history: History, path: Path) -> None:
    """Write the truth beside the exports, as JSON."""
    path.write_text(json.dumps(asdict(truth(history)), indent=2) + "\n", encoding="utf-8")
