"""The listener: what is played next, how long it is heard, and why it ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat

from spotify_platform.simulator.catalogue import Catalogue, Episode, Track
from spotify_platform.simulator.draw import Draw
from spotify_platform.simulator.habits import Session
from spotify_platform.simulator.play import Play

_STARTS = ("clickrow", "playbtn", "appload", "remote")
_SKIPPED = ("fwdbtn", "backbtn")
_CUT_SHORT, _CUT_SHORT_BOUNDS = (*_SKIPPED, "endplay"), (80.0, 90.0, 100.0)
_STOPS = ("logout", "unexpected-exit", "unexpected-exit-while-paused", "endplay")
_ODD_REASONS = (None, "", "unknown", "persisted", "click-row", "nextbtn")


@dataclass(frozen=True, slots=True)
class _Step:
    """A play before it has a time: milliseconds it was heard, it lasted (pauses too), and until the next begins."""

    track: Track | None
    episode: Episode | None
    heard_ms: int
    lasted_ms: int
    gap_ms: int
    reason_end: str


class Listener:
    """Chooses; remembers which track is on repeat."""

    def __init__(self, draw: Draw, catalogue: Catalogue) -> None:
        self._draw = draw
        self._catalogue = catalogue
        self._loop: Iterator[Track] = iter(())

    def steps(self, size: int) -> tuple[str | None, list[_Step]]:
        """What so many plays of a session are played from, and the plays without their times."""
        context, queue = self._context()
        found = [self._step(queue) for _ in range(size)]
        if self._draw.chance(0.3):
            last = found[-1]
            heard = int(last.heard_ms * self._draw.between(0, 100) / 100)
            found[-1] = _Step(last.track, last.episode, heard, heard, last.gap_ms, self._draw.one_of(_STOPS))
        return context, found

    def plays(self, session: Session, context: str | None, steps: list[_Step], begins_ms: int) -> Iterator[Play]:
        """The plays of a session that begins at a time."""
        now, reason = begins_ms, self._draw.one_of(_STARTS)
        for step in steps:
            yield self._play(session, context, step, now, reason)
            now += step.lasted_ms + step.gap_ms
            # "endplay" is the end of a play whose listener chose another.
            reason = "clickrow" if step.reason_end == "endplay" else step.reason_end

    def _play(self, session: Session, context: str | None, step: _Step, started_ms: int, reason: str) -> Play:
        draw, ended_ms = self._draw, started_ms + step.lasted_ms
        skipped = step.reason_end in _SKIPPED
        return Play(
            started_at_ms=started_ms,
            ended_at_ms=ended_ms,
            ms_played=step.heard_ms,
            track=step.track,
            episode=step.episode,
            is_video=draw.chance(0.002) if step.episode is None else step.episode.is_video,
            reason_start=draw.one_of(_ODD_REASONS) if draw.chance(0.01) else reason,
            reason_end=draw.one_of(_ODD_REASONS) if draw.chance(0.01) else step.reason_end,
            shuffle=session.shuffle,
            skipped=skipped if session.skipped_is_known else None,
            offline=session.offline,
            offline_timestamp=self._offline_timestamp(started_ms),
            incognito=session.incognito,
            platform=session.platform,
            country=session.country,
            context_uri=context if step.track and step.track.track_id else None,
            played_at_ms=ended_ms + draw.between(-1_500, 2_500),
        )

    def _offline_timestamp(self, started_ms: int) -> int | None:
        # Real files mix all four, whether offline or not.
        return self._draw.weighted((None, 0, started_ms // 1000, started_ms), (55.0, 65.0, 90.0, 100.0))

    def _context(self) -> tuple[str | None, Iterator[Track]]:
        """What a session is played from, and what follows from that: an album is heard in its order."""
        draw = self._draw
        kind = draw.weighted(("playlist", "album", "artist", "collection", None), (40.0, 55.0, 60.0, 75.0, 100.0))
        if kind == "playlist":
            return f"spotify:playlist:{draw.one_of(self._catalogue.playlists)}", iter(())
        if kind == "collection":
            return "spotify:user:simulated:collection", iter(())
        if kind is None:
            return None, iter(())
        loved = draw.weighted(self._catalogue.tracks, self._catalogue.bounds)
        if kind == "artist":
            return f"spotify:artist:{loved.album.artist.artist_id}", iter((loved,))
        return f"spotify:album:{loved.album.album_id}", iter(self._catalogue.albums[loved.album])

    def _choose(self, queue: Iterator[Track]) -> tuple[Track | None, Episode | None, int]:
        """Content and its length in milliseconds: what is on repeat, else what the context says, else what is loved."""
        draw = self._draw
        track = next(self._loop, None) or next(queue, None)
        if track is not None:
            return track, None, track.duration_ms
        if draw.chance(0.019):
            episode = draw.one_of(self._catalogue.episodes)
            return None, episode, episode.duration_ms
        if draw.chance(0.0015):
            return None, None, draw.between(1_000, 200_000)
        if draw.chance(0.004):
            track = draw.one_of(self._catalogue.local_files)
        else:
            track = draw.weighted(self._catalogue.tracks, self._catalogue.bounds)
        if draw.chance(0.03):
            # Once more, or for half an hour.
            self._loop = repeat(track, draw.between(2, 12) if draw.chance(0.15) else 1)
        return track, None, track.duration_ms

    def _step(self, queue: Iterator[Track]) -> _Step:
        draw = self._draw
        track, episode, duration = self._choose(queue)
        if draw.chance(0.015):
            # It would not play. Whole seconds go by before the next try: a play of its own, not one the export has twice.
            self._loop = chain(repeat(track, draw.between(0, 2)), self._loop) if track else self._loop
            return _Step(track, episode, 0, 0, draw.between(1_000, 9_000), "trackerror")
        if draw.chance(0.3):
            heard = draw.between(300, min(duration, 29_999) if draw.chance(0.7) else duration)
            return _Step(track, episode, heard, heard, draw.between(100, 2_000), draw.weighted(_CUT_SHORT, _CUT_SHORT_BOUNDS))
        paused = draw.between(5_000, 1_200_000) if draw.chance(0.03) else 0
        return _Step(track, episode, duration, duration + paused, draw.between(100, 2_500), "trackdone")
