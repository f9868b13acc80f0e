"""Rules as a value: what depends on their numbers, and which numbers are refused."""

from dataclasses import replace

import pytest

from spotify_platform.transforms.rules import Rules


@pytest.mark.parametrize("window", ["match_ms", "ambiguous_ms", "previous_ms"])
@pytest.mark.parametrize("value", [0, -1, 3_600_000])
def test_a_window_is_one_and_reaches_no_further_than_slices_do(window: str, value: int) -> None:
    """Or a play at the turn of a year would not be made anew when a record beside it changes what it is."""
    with pytest.raises(ValueError, match=r"windows? of the rules"):
        replace(Rules(), **{window: value})


def test_any_other_number_is_another_fingerprint() -> None:
    rules = Rules()
    others = [replace(rules, **{name: getattr(rules, name) - 1}) for name in rules.__slots__]
    assert len({rules.sha256, *(other.sha256 for other in others)}) == len(rules.__slots__) + 1
