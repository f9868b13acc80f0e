"""What one play is, as it really was, and what each source will say of it."""

from dataclasses import dataclass
from typing import Literal

from spotify_platform.simulator.catalogue import Chapter, Content, Episode, Track

COUNTED_MS = 30_000
ContentType = Literal["track", "episode", "audiobook", "unknown"]


@dataclass(frozen=True, slots=True)
class Session:
    """What stays the same from the first play of a session to its last.

    Attributes:
        shuffle: whether shuffle was on.
        offline: whether the device was offline.
        incognito: whether it was a private session.
        platform: device, as the export spells it at that time.
        country: two letters, ZZ where Spotify did not know.
        skipped_is_known: whether exports say if a play of that time was skipped.
        context_uri: what was played from, or None.
    """

    shuffle: bool
    offline: bool
    incognito: bool
    platform: str
    country: str
    skipped_is_known: bool
    context_uri: str | None


@dataclass(frozen=True, slots=True)
class Play:
    """One play, in about 240 bytes. Times are milliseconds since 1970, UTC.

    Attributes:
        ended_at_ms: when it ended, exactly.
        reported_at_ms: the end as both exports tell it: the upload of a play heard offline, else `ended_at_ms`.
        ms_played: milliseconds heard.
        paused_ms: milliseconds it stood still between its start and its end.
        content: what was heard; None: no source says what it was.
        is_video: exports tell of it in the file of videos.
        reason_start: as the export says, odd spellings included; may be '' or None.
        reason_end: as the export says, odd spellings included; may be '' or None.
        skipped: as the export says: None before 2022.
        offline_timestamp: as the export says: None, 0, seconds, milliseconds, or a small number without meaning.
        session: what it shares with the plays around it.
        played_at_ms: its end by the clock of the API; None where the API never tells of it.
        lag_s: seconds until the API tells of it, from when it was reported and played.
    """

    ended_at_ms: int
    reported_at_ms: int
    ms_played: int
    paused_ms: int
    content: Content | None
    is_video: bool
    reason_start: str | None
    reason_end: str | None
    skipped: bool | None
    offline_timestamp: int | None
    session: Session
    played_at_ms: int | None
    lag_s: int

    @property
    def started_at_ms(self) -> int:
        """When it began."""
        return self.ended_at_ms - self.ms_played - self.paused_ms

    @property
    def track(self) -> Track | None:
        """What was heard, if it is a track. A local file has no id."""
        return self.content if isinstance(self.content, Track) else None

    @property
    def content_type(self) -> ContentType:
        """What kind of content it is, as far as the export says."""
        if isinstance(self.content, Track):
            return "track"
        if isinstance(self.content, Episode):
            return "episode"
        return "audiobook" if isinstance(self.content, Chapter) else "unknown"

    @property
    def is_counted(self) -> bool:
        """Whether it counts: music, heard for 30 seconds."""
        return self.ms_played >= COUNTED_MS and isinstance(self.content, Track)

    @property
    def api_could_tell(self) -> bool:
        """Whether recently-played may tell of it: it counts, has an id, and was in no private session."""
        track = self.track
        return track is not None and track.track_id is not None and self.is_counted and not self.session.incognito

    @property
    def in_api(self) -> bool:
        """Whether recently-played ever tells of it, which it does of six in seven that it could tell of."""
        return self.played_at_ms is not None

    @property
    def visible_at_ms(self) -> int:
        """From when on recently-played tells of it, if it does."""
        return max(self.reported_at_ms, self.played_at_ms or 0) + self.lag_s * 1000
