"""The listener: a session's plays with their times, why they begin and end, and when which source will tell of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spotify_platform.simulator.catalogue import Content, Episode, Track
from spotify_platform.simulator.choices import SKIPPED, Step
from spotify_platform.simulator.draw import Draw
from spotify_platform.simulator.play import COUNTED_MS, Play, Session

_STARTS = ("clickrow", "playbtn", "appload", "remote")
_ODD_REASONS = (None, "", "unknown", "persisted", "click-row", "nextbtn")
_HOUR_MS = 3_600_000
_HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class Span:
    """Times of a session, milliseconds since 1970.

    Attributes:
        begins_ms: when it begins.
        next_ms: when the next session begins.
        horizon_ms: when the history is over: nothing is reported after it.
    """

    begins_ms: int
    next_ms: int
    horizon_ms: int


class Listener:
    """Plays sessions; chance is all it keeps."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw

    def plays(self, session: Session, steps: Sequence[Step], span: Span) -> list[Play]:
        """The plays of a session, oldest first."""
        draw = self._draw
        ends = list(_ends(steps, span.begins_ms))
        upload_ms = self._upload_ms(ends[-1], span) if session.offline and draw.chance(0.5) else None
        stall_s = draw.between(1, 10) * _HOUR_S if draw.chance(0.02) else 0
        reason, before_ms, found = draw.one_of(_STARTS), None, []
        for step, ended_ms in zip(steps, ends, strict=True):
            reported_ms = upload_ms or ended_ms
            sight = None
            if _is_told_by_api(step, session):
                sight = self._played_at_ms(reported_ms, before_ms if upload_ms else None)
            found.append(self._play(session, step, ended_ms, reported_ms, reason, sight, stall_s))
            # "endplay" is the end of a play whose listener chose another.
            reason = "clickrow" if step.reason_end == "endplay" else step.reason_end
            before_ms = sight
        return found

    def _play(  # noqa: PLR0917, PLR0913 - the parts of one play, in their order
        self, session: Session, step: Step, ended_ms: int, reported_ms: int, reason: str, sight: int | None, stall_s: int
    ) -> Play:
        draw = self._draw
        return Play(
            ended_at_ms=ended_ms,
            reported_at_ms=reported_ms,
            ms_played=step.heard_ms,
            paused_ms=step.paused_ms,
            content=step.content,
            is_video=self._is_video(step.content),
            reason_start=draw.one_of(_ODD_REASONS) if draw.chance(0.01) else reason,
            reason_end=draw.one_of(_ODD_REASONS) if draw.chance(0.01) else step.reason_end,
            skipped=step.reason_end in SKIPPED if session.skipped_is_known else None,
            offline_timestamp=self._offline_timestamp(ended_ms - step.heard_ms - step.paused_ms),
            session=session,
            played_at_ms=sight,
            lag_s=self._lag_s(stall_s),
        )

    def _upload_ms(self, ended_ms: int, span: Span) -> int:
        """When the plays of a session heard offline are reported, all in that one second."""
        draw = self._draw
        # Mostly before the listener goes on; now and then days later, after what was heard elsewhere.
        latest_ms = span.horizon_ms if draw.chance(0.3) else span.next_ms
        delay_ms = draw.between(60_000, 72 * _HOUR_MS if latest_ms == span.horizon_ms else 10 * _HOUR_MS)
        return max(ended_ms, min(ended_ms + delay_ms, latest_ms - 1_000))

    def _is_video(self, content: Content | None) -> bool:
        if isinstance(content, Episode):
            return content.is_video
        return isinstance(content, Track) and content.track_id is not None and self._draw.chance(0.002)

    def _offline_timestamp(self, started_ms: int) -> int | None:
        # Real files mix them all, whether offline or not.
        kinds = (None, 0, started_ms // 1000, started_ms, 147)
        return self._draw.weighted(kinds, (550.0, 650.0, 900.0, 998.0, 1_000.0))

    def _played_at_ms(self, reported_ms: int, before_ms: int | None) -> int | None:
        """End of a play by the clock of the API, given that of the play before in the same upload; None: it never tells."""
        draw = self._draw
        if draw.chance(0.14):
            return None
        if before_ms is not None and draw.chance(0.1):
            return before_ms
        # Against the whole second of the export 97.6 % lie within 5 s, the others within 600 s.
        if draw.chance(0.024):
            off_ms = draw.between(6_000, 599_000) if draw.chance(0.5) else draw.between(-599_000, -7_000)
        else:
            off_ms = draw.between(-1_500, 1_500) if draw.chance(0.8) else draw.between(-4_900, 4_000)
        played_at_ms = reported_ms + off_ms
        return played_at_ms // 1000 * 1000 if draw.chance(0.016) else played_at_ms

    def _lag_s(self, stall_s: int) -> int:
        # The API stalls for hours, as a whole or for one play.
        return stall_s or (self._draw.between(1, 20) * _HOUR_S if self._draw.chance(0.005) else self._draw.between(0, 60))


def _ends(steps: Sequence[Step], begins_ms: int) -> Iterator[int]:
    now = begins_ms
    for step in steps:
        now += step.heard_ms + step.paused_ms
        yield now
        now += step.gap_ms


def _is_told_by_api(step: Step, session: Session) -> bool:
    is_track = isinstance(step.content, Track) and step.content.track_id is not None
    return is_track and step.heard_ms >= COUNTED_MS and not session.incognito
