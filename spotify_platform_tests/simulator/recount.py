"""Reads written exports and answers back and counts them plainly: nothing here knows how the simulator counts."""

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]


def documents(path: Path) -> dict[str, Rows]:
    """Rows of every member with listening history, by name."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if "History_" in name or "endsong" in name]
        return {name: json.loads(archive.read(name)) for name in names}


def answers(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Recently-played answers in the order of their times."""
    return [(path, json.loads(path.read_bytes())) for path in sorted(folder.rglob("*.json"), key=lambda path: path.name)]


def rows_of(files: dict[str, Rows]) -> Rows:
    return [row for rows in files.values() for row in rows]


def extended_records(rows: Rows) -> int:
    names = ("master_metadata_track_name", "master_metadata_album_artist_name", "master_metadata_album_album_name")
    return len(
        {
            (row["ts"], row["spotify_track_uri"] or row["spotify_episode_uri"] or tuple(row[n] for n in names), row["ms_played"])
            for row in rows
        }
    )


def account_records(files: dict[str, Rows]) -> int:
    counts = [Counter(tuple(sorted((key, str(value)) for key, value in row.items())) for row in rows) for rows in files.values()]
    return sum(max(count[row] for count in counts) for row in set().union(*counts))


def api_records(found: list[tuple[Path, dict[str, Any]]]) -> int:
    return len({(item["played_at"], item["track"]["id"]) for _, answer in found for item in answer["items"]})
