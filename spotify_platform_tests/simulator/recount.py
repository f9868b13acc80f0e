"""Reads written exports and answers back and counts them plainly: nothing here knows how the simulator counts."""

import json
import zipfile
from collections import Counter
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

from spotify_platform.simulator import Document

Rows = list[dict[str, Any]]
NAMES = ("master_metadata_track_name", "master_metadata_album_artist_name", "master_metadata_album_album_name")


def documents(path: Path) -> dict[str, Rows]:
    """Rows of every member with listening history, by name."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if ("History" in name and name.endswith(".json")) or "/end" in name]
        return {name: json.loads(archive.read(name)) for name in names}


def answers(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Recently-played answers in the order of their times."""
    return [(path, json.loads(path.read_bytes())) for path in sorted(folder.rglob("*.json"), key=lambda path: path.name)]


def rows_of(files: dict[str, Rows]) -> Rows:
    return [row for rows in files.values() for row in rows]


def extended_key(row: Any) -> Hashable:
    """Second, content, milliseconds."""
    uri = row["spotify_track_uri"] or row["spotify_episode_uri"] or row.get("audiobook_chapter_uri")
    return row["ts"], uri or tuple(row[name] for name in NAMES), row["ms_played"]


def extended_records(rows: Rows) -> int:
    return len(set(map(extended_key, rows)))


def account_key(row: Any) -> Hashable:
    return tuple(sorted((key, str(value)) for key, value in row.items()))


def account_records(files: dict[str, Rows]) -> int:
    counts = [Counter(map(account_key, rows)) for rows in files.values()]
    return sum(max(count[row] for count in counts) for row in set().union(*counts))


def api_key(item: Any) -> Hashable:
    return item["played_at"], item["track"]["id"]


def api_records(found: list[tuple[Path, dict[str, Any]]]) -> int:
    return len({api_key(item) for _, answer in found for item in answer["items"]})


KEYS = {"extended": extended_key, "api": api_key, "account": account_key}


def distinct_plays(told: Iterable[Document]) -> int:
    """Plays told apart by the most telling source of each; account data alone tell as many alike as one file holds."""
    by_play: dict[int, dict[str, Hashable]] = {}
    files = []
    for document in told:
        keys = [(index, KEYS[document.source](row)) for row, index in document.rows]
        for index, key in keys:
            by_play.setdefault(index, {})[document.source] = key
        if document.source == "account":
            files.append(Counter(key for _, key in keys))
    known = {keys["account"] for keys in by_play.values() if "extended" in keys and "account" in keys}
    best = [next((source, keys[source]) for source in KEYS if source in keys) for keys in by_play.values()]
    alone = Counter(key for source, key in best if source == "account" and key not in known)
    clear = {one for one in best if one[0] != "account"}
    return len(clear) + sum(min(count, max(file[key] for file in files)) for key, count in alone.items())
