"""A whole history: as many plays as asked for, spread over days and sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from spotify_platform.simulator.calendars import Calendar
from spotify_platform.simulator.catalogue import Catalogue, make_catalogue
from spotify_platform.simulator.choices import Chooser
from spotify_platform.simulator.clock import DAY_MS
from spotify_platform.simulator.draw import Draw, shares
from spotify_platform.simulator.habits import DAY_WEIGHTS
from spotify_platform.simulator.play import Play

LAST_DAY = date(2025, 6, 30)
_RENAMED_DAYS = 15
# Days without music, days like others, and days of nothing else, on a train or at a party.
_DAYS, _DAY_BOUNDS = (0.0, 1.0, 4.0), (8.0, 97.0, 100.0)


@dataclass(frozen=True, slots=True)
class History:
    """All plays of one listener, in the order of their ends; no two overlap. A play's index here is its name in every row."""

    seed: int
    time_zone: str
    plays: Sequence[Play]

    def as_reported(self) -> list[int]:
        """Indices of the plays in the order in which exports tell of them."""
        return sorted(range(len(self.plays)), key=lambda index: self.plays[index].reported_at_ms)

    @property
    def over_at_ms(self) -> int:
        """The second after the last report, in milliseconds since 1970: an export requested then holds everything."""
        return (max((play.reported_at_ms for play in self.plays), default=0) // 1000 + 1) * 1000

    @property
    def renamed_at_ms(self) -> int:
        """The midnight (UTC) since which tracks go by their later names, in milliseconds since 1970: polls see both names."""
        return -(-(self.over_at_ms - _RENAMED_DAYS * DAY_MS) // DAY_MS) * DAY_MS

    @property
    def catalogue(self) -> Catalogue:
        """What there was to listen to, made anew: a history keeps only what was played."""
        return _catalogue(Draw(self.seed), len(self.plays))


def simulate(  # noqa: PLR0913 - what there is to say about a listener
    *, seed: int, plays: int, end: date = LAST_DAY, years: float = 4.0, time_zone: str = "Europe/Berlin", skips: float = 0.3
) -> History:
    """Simulate a listener.

    Args:
        seed: one seed, one history.
        plays: how many plays, exactly; each takes about 240 bytes of memory.
        end: the last day, local; nothing ends after it.
        years: how long before it the history begins. Where so many plays do not fit, it begins earlier.
        time_zone: IANA zone the listener lives in. (Its offsets come from the zone database of the machine.)
        skips: share of plays that the listener cuts short; of real histories, 13 to 50 % of the plays are below 30 s.

    Raises:
        ValueError: plays is negative, years not positive, or skips not within 0 and 1.
        zoneinfo.ZoneInfoNotFoundError: there is no such zone.
    """
    if plays < 0 or years <= 0:
        raise ValueError(f"plays must be 0 or more and years above 0, not {plays} and {years}")
    if not 0 <= skips <= 1:
        raise ValueError(f"skips is a share from 0 to 1, not {skips}")
    draw = Draw(seed)
    chooser = Chooser(draw, _catalogue(draw, plays), skips)
    calendar = Calendar(draw, chooser, ZoneInfo(time_zone), end)
    days = [end - timedelta(days=number) for number in range(max(1, int(years * 365)))]
    counts = _plays_a_day(draw, plays, days)
    found = [play for day, count in zip(days, counts, strict=True) for play in calendar.latest_first(day, count)]
    return History(seed, time_zone, found[::-1])


def _catalogue(draw: Draw, plays: int) -> Catalogue:
    return make_catalogue(draw, artist_count=max(20, min(1_500, plays // 60)))


def _plays_a_day(draw: Draw, plays: int, days: Sequence[date]) -> list[int]:
    """Counts that add up to exactly `plays`: some days without, some with many."""
    weights = [DAY_WEIGHTS[day.weekday()] * draw.between(20, 120) * draw.weighted(_DAYS, _DAY_BOUNDS) for day in days]
    weights[0] += 1.0  # so that there is at least one day
    return shares(plays, weights)
