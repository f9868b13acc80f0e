"""When the sensor starts a run: its decision alone. Ticks against a landing zone are in s3."""

import pytest

from spotify_platform.automation import MOST_TRIES, Seen, decide


@pytest.mark.parametrize(
    ("seen", "tries", "starts"),
    [
        (Seen([], 0, 0), 0, False),
        (Seen([], 3, 3), 0, False),
        (Seen(["a"], 3, 3), 0, True),
        (Seen([], 4, 3), 0, True),
        (Seen([], 3, 3, [("anna", "x")]), 0, True),
        (Seen([], 4, 3), MOST_TRIES - 1, True),
        (Seen([], 4, 3), MOST_TRIES, False),
        (Seen(["a"], 4, 3), MOST_TRIES, False),
    ],
)
def test_decision_of_a_tick(seen: Seen, tries: int, starts: bool) -> None:
    start, why = decide(seen, tries)
    assert start is starts
    assert why


def test_the_reason_names_what_is_new() -> None:
    assert decide(Seen(["a", "b"], 3, 3), 0) == (True, "2 new, first a")
    assert decide(Seen([], 3, 3, [("anna", "x"), ("bert", "y")]), 0) == (True, "other settings of anna, bert")
    assert decide(Seen([], 4, 3), 0) == (True, "the ledger is at 4, what is published at 3")


def test_every_state_has_a_mark_of_its_own() -> None:
    """New arrivals after failures are another state, and begin to count tries anew."""
    states = [
        Seen(keys, ledger, published, users)
        for keys in ([], ["a"], ["a", "b"])
        for ledger in (3, 4)
        for published in (3, 4)
        for users in ([], [("anna", "x")], [("anna", "y")])
    ]
    assert len({state.mark for state in states}) == len(states)
    assert Seen(["a"], 4, 3).mark == Seen(["a"], 4, 3).mark
