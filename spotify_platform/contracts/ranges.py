"""Ranges that Bronze demands of what lands and that Silver's columns have too: what lies outside is no such value."""

from collections.abc import Mapping

# The longest single play in 187,660 real rows was 5.5 hours; a week leaves room for sleep sounds and is still no error.
WEEK_MS = 7 * 24 * 3_600_000

_UNIT = ("acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness", "valence")
AUDIO_FEATURES: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(_UNIT, (0, 1)),
    # Music has about -60 to 0 decibels and 40 to 250 beats a minute, 0 where none is found; far beyond is a broken number.
    "loudness": (-100, 20),
    "tempo": (0, 1000),
    "key": (-1, 11),
    "mode": (0, 1),
    "time_signature": (0, 16),
}
