"""The listener: when they listen, what they choose, what they skip, and the plays that make the truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from spotify_platform.simulator.catalogue import Catalogue, Episode, Track, make_catalogue
from spotify_platform.simulator.draw import Draw, bounds_of

# How likely a session begins in each hour of the day, where the listener is.
_HOURS = (2, 1, 1, 1, 1, 2, 6, 12, 14, 8, 6, 6, 9, 8, 7, 7, 9, 14, 16, 15, 13, 11, 8, 4)
_HOUR_BOUNDS = bounds_of(_HOURS)
_PLATFORMS = (("android", 55), ("ios", 20), ("windows", 15), ("linux", 4), ("not_applicable", 6))
_PLATFORM_BOUNDS = bounds_of([weight for _, weight in _PLATFORMS])
_MOST_IN_SESSION = 25


@dataclass(frozen=True, slots=True)
class Play:
    """One play as it really was. Times are milliseconds since 1970, UTC; the end is exact."""

    started_at_ms: int
    ended_at_ms: int
    track: Track | None
    episode: Episode | None
    reason_start: str
    reason_end: str
    shuffle: bool
    skipped: bool
    offline: bool
    incognito: bool
    platform: str
    country: str

    @property
    def ms_played(self) -> int:
        """Milliseconds heard."""
        return self.ended_at_ms - self.started_at_ms

    @property
    def content_type(self) -> str:
        """track, episode, or unknown for a play that the export says nothing of."""
        return "track" if self.track else "episode" if self.episode else "unknown"

    @property
    def is_in_api(self) -> bool:
        """Whether recently-played tells of it: a track with an id, heard for 30 seconds, not in a private session."""
        known = self.track is not None and self.track.track_id is not None
        return known and self.ms_played >= 30_000 and not self.incognito


@dataclass(frozen=True, slots=True)
class History:
    """All plays of one listener, in the order of their ends."""

    seed: int
    time_zone: str
    plays: Sequence[Play]


def simulate(
    *, seed: int, plays: int, end: date = date(2025, 6, 30), years: float = 4.0, time_zone: str = "Europe/Berlin"
) -> History:
    """Simulate a listener.

    Args:
        seed: one seed, one history.
        plays: how many plays, exactly.
        end: the last day.
        years: how long before it the history begins.
        time_zone: IANA zone the listener lives in.
    """
    draw = Draw(seed)
    catalogue = make_catalogue(draw, artists=max(20, min(1_500, plays // 60)))
    days = max(1, int(years * 365))
    counts = _plays_a_day(draw, plays, days)
    listener = _Listener(draw, catalogue, ZoneInfo(time_zone))
    first = end - timedelta(days=days - 1)
    found = [play for number, count in enumerate(counts) for play in listener.day(first + timedelta(days=number), count)]
    return History(seed, time_zone, found)


def _plays_a_day(draw: Draw, plays: int, days: int) -> list[int]:
    """Counts that add up to exactly `plays`: some days without, some with many."""
    weights = [0.0 if draw.chance(0.08) else 0.2 + draw.between(0, 100) / 100 for _ in range(days)]
    weights[-1] += 0.1  # so that there is at least one day
    bounds = bounds_of(weights)
    marks = [int(plays * bound / bounds[-1]) for bound in bounds]
    marks[-1] = plays
    return [after - before for before, after in zip([0, *marks], marks, strict=False)]


class _Listener:
    """Goes on from play to play; what is under way cannot overlap with what comes next."""

    def __init__(self, draw: Draw, catalogue: Catalogue, zone: ZoneInfo) -> None:
        self._draw = draw
        self._catalogue = catalogue
        self._zone = zone
        self._now_ms = 0
        self._track: Track | None = None

    def day(self, day: date, count: int) -> Iterator[Play]:
        """The plays of one day, in sessions."""
        left = count
        sessions = []
        while left:
            size = min(left, self._draw.between(1, _MOST_IN_SESSION))
            hour = self._draw.weighted(range(24), _HOUR_BOUNDS)
            sessions.append((hour * 3600 + self._draw.between(0, 3599), size))
            left -= size
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone).astimezone(UTC)
        for second, size in sorted(sessions):
            begins = int(midnight.timestamp()) * 1000 + second * 1000 + self._draw.between(0, 999)
            self._now_ms = max(self._now_ms + 1000, begins)
            yield from self._session(size)

    def _session(self, size: int) -> Iterator[Play]:
        draw = self._draw
        platform = draw.weighted(_PLATFORMS, _PLATFORM_BOUNDS)[0]
        shuffle, offline, incognito = draw.chance(0.45), draw.chance(0.05), draw.chance(0.02)
        country = "FR" if draw.chance(0.03) else "DE"
        reason = "clickrow"
        for _ in range(size):
            track, episode, duration = self._choose()
            skipped = draw.chance(0.22)
            heard = draw.between(0, min(duration, 60_000)) if skipped else duration
            ends = "fwdbtn" if skipped else "trackdone"
            started, self._now_ms = self._now_ms, self._now_ms + heard
            yield Play(
                started, self._now_ms, track, episode, reason, ends, shuffle, skipped, offline, incognito, platform, country
            )  # fmt: skip
            reason = "fwdbtn" if skipped else "trackdone"
            self._now_ms += draw.between(200, 4_000)

    def _choose(self) -> tuple[Track | None, Episode | None, int]:
        draw = self._draw
        if draw.chance(0.015):
            episode = draw.one_of(self._catalogue.episodes)
            return None, episode, episode.duration_ms
        if draw.chance(0.002):
            return None, None, draw.between(1_000, 200_000)
        if draw.chance(0.004):
            track = draw.one_of(self._catalogue.local_files)
        elif self._track is not None and draw.chance(0.04):
            track = self._track  # once more
        else:
            track = draw.weighted(self._catalogue.tracks, self._catalogue.bounds)
        self._track = track
        return track, None, track.duration_ms
