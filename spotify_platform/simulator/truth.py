"""What is true of a history, counted plainly from its plays: the numbers that every table of the platform must come to."""

import json
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from spotify_platform.simulator.history import History
from spotify_platform.simulator.play import Play
from spotify_platform.simulator.polls import EVERY_MINUTES, LAST_DAYS, seen_plays
from spotify_platform.simulator.rows import REPEATS, account_files, exported_plays


@dataclass(frozen=True, slots=True)
class Truth:
    """Numbers of one history. Rows and items are what is written; records what they come to once repeats are taken out.

    Attributes:
        plays: all plays.
        counted: plays of music heard for at least 30 seconds, local files too.
        ms: milliseconds heard in all plays.
        extended_rows: rows of the extended export, repeats included.
        extended_records: those distinct by end (second), content (URI, else names) and milliseconds heard.
        account_rows: rows of the account data export.
        account_records: a minute, names and milliseconds heard make as many as the one file has that has most of them.
        api_items: items of all recently-played answers.
        api_records: those distinct by played_at and track id.
        plays_by_track: counted plays of each track id.
    """

    plays: int
    counted: int
    ms: int
    extended_rows: int
    extended_records: int
    account_rows: int
    account_records: int
    api_items: int
    api_records: int
    plays_by_track: Mapping[str, int]


def truth(history: History, *, repeats: float = REPEATS, every_minutes: int = EVERY_MINUTES, last_days: int = LAST_DAYS) -> Truth:
    """Count the truth of a history, and of its exports and polls if written with these arguments."""
    plays = history.plays
    counted = [play for play in plays if play.is_counted]
    by_track = Counter(play.track.track_id for play in counted if play.track and play.track.track_id)
    files = [Counter(map(_account_identity, found)) for _, found in account_files(history)]
    answers = [found for _, found in seen_plays(history, every_minutes=every_minutes, last_days=last_days)]
    return Truth(
        plays=len(plays),
        counted=len(counted),
        ms=sum(play.ms_played for play in plays),
        extended_rows=len(exported_plays(history, repeats)),
        extended_records=len({_extended_identity(play) for play in plays}),
        account_rows=sum(file.total() for file in files),
        account_records=_most(files).total(),
        api_items=sum(map(len, answers)),
        api_records=len({_api_identity(play) for found in answers for play in found}),
        plays_by_track=dict(sorted(by_track.items())),
    )


def write_truth(
    history: History, path: Path, *, repeats: float = REPEATS, every_minutes: int = EVERY_MINUTES, last_days: int = LAST_DAYS
) -> None:
    """Write the truth beside the exports, as JSON; arguments as of `truth`."""
    found = truth(history, repeats=repeats, every_minutes=every_minutes, last_days=last_days)
    path.write_text(json.dumps(asdict(found), indent=2) + "\n", encoding="utf-8")


def _most(files: list[Counter[Hashable]]) -> Counter[Hashable]:
    found: Counter[Hashable] = Counter()
    for file in files:
        found |= file
    return found


def _extended_identity(play: Play) -> Hashable:
    track, episode = play.track, play.episode
    content: Hashable = None
    if episode:
        content = episode.episode_id
    elif track:
        content = track.track_id or (track.name, track.album.artist.name, track.album.name)
    return play.ended_at_ms // 1000, content, play.ms_played


def _account_identity(play: Play) -> Hashable:
    track, episode = play.track, play.episode
    names = (track.name, track.album.artist.name) if track else (episode.name, episode.show) if episode else ()
    return play.ended_at_ms // 60_000, play.content_type, names, play.ms_played


def _api_identity(play: Play) -> Hashable:
    return play.played_at_ms, play.track and play.track.track_id
