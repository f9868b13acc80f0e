"""What one play is, as it really was."""

from dataclasses import dataclass
from typing import Literal

from spotify_platform.simulator.catalogue import Episode, Track

COUNTED_MS = 30_000
ContentType = Literal["track", "episode", "unknown"]


@dataclass(frozen=True, slots=True)
class Play:
    """One play. Times are milliseconds since 1970, UTC.

    Attributes:
        started_at_ms: when it began; earlier than end - heard where it was paused.
        ended_at_ms: when it ended, exactly.
        ms_played: milliseconds heard.
        track: what was heard, or None. A local file has no id.
        episode: what was heard, or None. Neither: the export says nothing of what it was.
        is_video: exports tell of it in the file of videos.
        reason_start: as the export says, odd spellings included; may be '' or None.
        reason_end: as the export says, odd spellings included; may be '' or None.
        shuffle: whether shuffle was on.
        skipped: as the export says: None before 2022.
        offline: whether the device was offline.
        offline_timestamp: as the export says: None, 0, seconds or milliseconds.
        incognito: whether in a private session.
        platform: device, as the export spells it at that time.
        country: two letters, ZZ where Spotify did not know.
        context_uri: what it was played from, or None.
        played_at_ms: the end, by the clock of the API: within 2.5 s.
    """

    started_at_ms: int
    ended_at_ms: int
    ms_played: int
    track: Track | None
    episode: Episode | None
    is_video: bool
    reason_start: str | None
    reason_end: str | None
    shuffle: bool
    skipped: bool | None
    offline: bool
    offline_timestamp: int | None
    incognito: bool
    platform: str
    country: str
    context_uri: str | None
    played_at_ms: int

    @property
    def content_type(self) -> ContentType:
        """What kind of content it is, as far as the export says."""
        return "track" if self.track else "episode" if self.episode else "unknown"

    @property
    def is_counted(self) -> bool:
        """Whether it counts: music, heard for 30 seconds."""
        return self.track is not None and self.ms_played >= COUNTED_MS

    @property
    def in_api(self) -> bool:
        """Whether recently-played tells of it: it counts, has an id, and was in no private session."""
        return self.is_counted and not self.incognito and self.track is not None and self.track.track_id is not None
