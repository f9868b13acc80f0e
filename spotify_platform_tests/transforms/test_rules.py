"""Rules as a value: what depends on their numbers."""

from dataclasses import replace
from datetime import timedelta

from spotify_platform.transforms.rules import Rules
from spotify_platform.transforms.slices import REACH


def test_slices_reach_as_far_as_the_rules() -> None:
    """Or a play at the turn of a year would not be made anew when a record beside it changes what it is."""
    assert timedelta(milliseconds=Rules().reach_ms) <= REACH


def test_any_other_number_is_another_fingerprint() -> None:
    rules = Rules()
    others = [replace(rules, **{name: getattr(rules, name) + 1}) for name in rules.__slots__]
    assert len({rules.sha256, *(other.sha256 for other in others)}) == len(rules.__slots__) + 1
