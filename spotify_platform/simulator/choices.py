"""What is played next: content and how long it is heard, before it has a time."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from spotify_platform.simulator.catalogue import Catalogue, Content, Track
from spotify_platform.simulator.draw import Draw

SKIPPED = ("fwdbtn", "backbtn")
_CUT_SHORT, _CUT_SHORT_BOUNDS = (*SKIPPED, "endplay"), (80.0, 90.0, 100.0)
_STOPS = ("logout", "unexpected-exit", "unexpected-exit-while-paused", "endplay")
_NOTHING_MS = 200_000


@dataclass(frozen=True, slots=True)
class Step:
    """A play before it has a time: milliseconds it was heard, it stood still, and until the next begins."""

    content: Content | None
    heard_ms: int
    paused_ms: int
    gap_ms: int
    reason_end: str


class Chooser:
    """Chooses; remembers what is on repeat, and whether the last track would not play."""

    def __init__(self, draw: Draw, catalogue: Catalogue, skips: float) -> None:
        self._draw = draw
        self._skips = skips
        self._catalogue = catalogue
        self._coming: deque[Content | None] = deque()
        self._is_failing = False

    def steps(self, size: int, *, is_offline: bool) -> tuple[str | None, list[Step]]:
        """What so many plays of a session are played from (a URI, or None), and the plays without their times."""
        if is_offline:
            return None, self._downloaded(size)
        context, queue = self._context()
        found = [self._step(queue) for _ in range(size)]
        if self._draw.chance(0.3):
            last = found[-1]
            heard = int(last.heard_ms * self._draw.between(0, 100) / 100)
            found[-1] = replace(last, heard_ms=heard, paused_ms=0, reason_end=self._draw.one_of(_STOPS))
        return context, found

    def _downloaded(self, size: int) -> list[Step]:
        """Plays of the few tracks on the device, now and then one of them only, again and again."""
        draw, catalogue = self._draw, self._catalogue
        is_loop = draw.chance(0.2)
        count = 1 if is_loop else draw.between(8, 60)
        there = [draw.weighted(catalogue.tracks, catalogue.bounds) for _ in range(count)]
        steps = [self._step(iter((draw.one_of(there),))) for _ in range(size)]
        # Offline, the length of a whole play wavers; where it does not, the plays of a loop are told alike.
        wavers = 0.6 if is_loop else 0.95
        return [
            replace(step, heard_ms=step.heard_ms - draw.between(1, 900)) if step.heard_ms > 900 and draw.chance(wavers) else step
            for step in steps
        ]

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
        return f"spotify:album:{loved.album.album_id}", iter(self._catalogue.albums[loved.album.album_id])

    def _choose(self, queue: Iterator[Track]) -> Content | None:
        """What is on repeat, else what the context says, else what is loved."""
        if self._coming:
            return self._coming.popleft()
        if track := next(queue, None):
            return track
        return self._something_rare() if self._draw.chance(0.0262) else self._loved()

    def _loved(self) -> Track:
        draw = self._draw
        track = draw.weighted(self._catalogue.tracks, self._catalogue.bounds)
        if draw.chance(0.03):
            # Once more, or for half an hour.
            self._coming.extend([track] * (draw.between(2, 12) if draw.chance(0.15) else 1))
        return track

    def _something_rare(self) -> Content | None:
        draw, catalogue = self._draw, self._catalogue
        kind = draw.weighted(("episode", "local", "nothing", "night", "chapter"), (190.0, 235.0, 248.0, 256.0, 262.0))
        if kind == "episode":
            return draw.one_of(catalogue.episodes)
        if kind == "local":
            return draw.one_of(catalogue.local_files)
        if kind == "night":
            return draw.one_of(catalogue.nights)
        if kind == "chapter":
            first = draw.between(0, len(catalogue.chapters) - 2)
            self._coming.append(catalogue.chapters[first + 1])
            return catalogue.chapters[first]
        # Of weeks of 2022 and 2023 exports say nothing but the times: such rows come in blocks.
        self._coming.extend([None] * draw.between(0, 2))
        return None

    def _step(self, queue: Iterator[Track]) -> Step:
        draw = self._draw
        content = self._choose(queue)
        duration = content.duration_ms if content else draw.between(1_000, _NOTHING_MS)
        self._is_failing = draw.chance(0.4 if self._is_failing else 0.013)
        if self._is_failing:
            # It would not play. Whole seconds go by before the next try: a play of its own, not one the export has twice.
            self._coming.extendleft([content] * draw.between(0, 2) if isinstance(content, Track) else ())
            return Step(content, 0, 0, draw.between(1_000, 9_000), "trackerror")
        if draw.chance(self._skips):
            heard = draw.between(300, min(duration, 29_999) if draw.chance(0.7) else duration)
            return Step(content, heard, 0, draw.between(100, 2_000), draw.weighted(_CUT_SHORT, _CUT_SHORT_BOUNDS))
        paused = draw.between(5_000, 1_200_000) if draw.chance(0.03) else 0
        return Step(content, duration, paused, draw.between(100, 2_500), "trackdone")
