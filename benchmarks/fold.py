"""The fold: what changed catalogue answers cost in a lake of 1 M plays and 32,000 objects of the catalogue.

    python benchmarks/fold.py [--users 10] [--home FOLDER]

Ten users share 20,000 tracks, so that each changed track is heard by most of them in most years: the worst case. Prints
seconds from the landed answer to published Gold (process start and imports apart), for tracks that get another name, that get
another second artist, and of which only the popularity changes.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lakes import fill

from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings, load_settings

TRACKS, ALBUMS, ARTISTS = 20_000, 8_000, 4_000
IN_AN_ANSWER = 50
BEGIN = datetime(2025, 3, 1, tzinfo=UTC)


def track(number: int, *, edition: int = 0, featured: int = 0, popularity: int = 50) -> dict[str, Any]:
    """A track as the API gives it; another edition has another name, another `featured` another second artist."""
    artists = [number % ARTISTS, *([(number + 7 * featured) % ARTISTS] if featured else [])]
    return {
        "id": f"{number:022d}",
        "name": f"Track {number}" + (f" ({edition})" if edition else ""),
        "type": "track",
        "duration_ms": 120_000 + number % 240_000,
        "explicit": number % 9 == 0,
        "disc_number": 1,
        "track_number": number % 12 + 1,
        "popularity": popularity,
        "external_ids": {"isrc": f"DEA37{number // 2:07d}"},
        "artists": [artist(n) for n in artists],
        "album": {
            "id": f"album{number % ALBUMS:017d}",
            "name": f"Album {number % ALBUMS}",
            "album_type": "album",
            "release_date": str(1970 + number % 55),
            "release_date_precision": "year",
            "total_tracks": 12,
            "images": [{"url": f"https://i.scdn.co/image/{number % ALBUMS}", "height": 640, "width": 640}],
            "artists": [artist(number % ALBUMS % ARTISTS)],
        },
    }


def artist(number: int) -> dict[str, Any]:
    """A simplified artist."""
    return {"id": f"artist{number:016d}", "name": f"Artist {number}", "type": "artist"}


def land(home: Path, day: int, tracks: Sequence[dict[str, Any]]) -> None:
    """Put answers of fifty tracks each into the landing zone, as of a day."""
    at = BEGIN + timedelta(days=day)
    for number in range(0, len(tracks), IN_AN_ANSWER):
        folder = home / "landing/catalogue_api/me" / f"{at:%Y/%m/%d}"
        folder.mkdir(parents=True, exist_ok=True)
        answer = json.dumps({"tracks": tracks[number : number + IN_AN_ANSWER]})
        (folder / f"{at + timedelta(seconds=number):%Y%m%dT%H%M%S}Z-{number:08x}.json").write_text(answer)


def seconds(settings: Settings) -> float:
    """Of one refresh, with an engine that is connected."""
    with opened(settings) as platform:
        platform.engine.fetch(platform.engine.values([{"one": 1}], {"one": "int64"}))
        started = time.perf_counter()
        steps: dict[str, float] = {}
        last = ["ledger", started]

        def told(what: str) -> None:
            steps[last[0]] = time.perf_counter() - last[1]
            last[:] = [what, time.perf_counter()]

        refresh(platform, told=told)
        told("end")
        slowest = sorted(steps.items(), key=lambda step: -step[1])[:6]
        print("   ", ", ".join(f"{name} {taken:.2f}" for name, taken in slowest))
        return time.perf_counter() - started


def changes() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What changes day by day."""
    yield "warm up: 1 popularity", [track(3, popularity=51)]
    for turn in range(1, 4):
        yield "300 tracks, name", [track(n * 61, edition=turn) for n in range(300)]
        yield "1 track, name", [track(7, edition=turn)]
        yield "300 tracks, second artist", [track(n * 61 + 2, featured=turn) for n in range(300)]
        yield "1 track, second artist", [track(8, featured=turn)]
        yield "300 tracks, popularity", [track(n * 61 + 1, popularity=51 + turn) for n in range(300)]


def main() -> None:
    """Make the lake, change it, print the seconds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--home", type=Path, default=None)
    chosen = parser.parse_args()
    home = chosen.home or Path(tempfile.mkdtemp())
    settings = load_settings(home=home, buckets=256, settle_seconds=0, memory_limit="4GB")
    if not (home / "lake").exists():
        with opened(settings) as platform:
            fill(platform, chosen.users, titles=TRACKS)
        land(home, 0, [track(n) for n in range(TRACKS)])
        print(f"catalogue of {TRACKS:,} tracks: {seconds(settings):.1f} s")
    newest = max(path.name[:8] for path in (home / "landing").rglob("*.json"))
    known = (datetime.strptime(newest, "%Y%m%d").replace(tzinfo=UTC) - BEGIN).days
    for day, (what, tracks) in enumerate(changes(), start=known + 1):
        land(home, day, tracks)
        print(f"{what}: {seconds(settings):.2f} s")


if __name__ == "__main__":
    main()
