"""A lake to export from, and its files read back."""

import csv
import io
from pathlib import Path

from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings
from spotify_platform_tests.scenario import account, answer, drop, extended, item

ODD = [
    'a "quoted" one',
    "two\nlines",
    "car\rriage",
    "a,comma",
    " led by a blank",
    "\x01\x1b control",
    "#no comment",
    "Übung \U0001f3b5",
    "=1+1",
]


def fill(settings: Settings) -> None:
    """Three sources of the user me, with a bad row, and one play of anna's."""
    landing = settings.home / "landing"
    odd = [extended(n, master_metadata_track_name=title) for n, title in enumerate(ODD)]
    empty = [extended(60, master_metadata_album_album_name=""), extended(61, master_metadata_album_album_name=None)]
    drop(landing, "inbox/me/endsong.json", [*odd, *empty, extended(70, ts="never")])
    drop(landing, "inbox/me/StreamingHistory0.json", [account(9, trackName="Other")])
    drop(landing, "inbox/me/poll.json", answer(item(600), item(700, millisecond=0)))
    drop(landing, "inbox/anna/endsong.json", [extended(1, master_metadata_track_name="Anna's")])
    with opened(settings) as platform:
        refresh(platform)


def rows_of(text: str) -> list[dict[str, str]]:
    """Rows of a CSV file as Python reads them."""
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file as Python reads them."""
    return rows_of(path.read_bytes().decode())
