"""The rules of the lake keep its laws in every interleaving the scenarios have, and each rule is needed for that."""

import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from spotify_platform_tests.protocol.explorer import Explored, Explorer, Scenario
from spotify_platform_tests.protocol.model import Rules
from spotify_platform_tests.protocol.scenarios import (
    DROP_GOLD,
    DROP_SILVER,
    GONE_AND_BACK,
    POISON_SCENARIOS,
    SCENARIOS,
)

AS_DESIGNED = Rules()
WITH_POISON = Rules(poison=True)
KEPT = [
    *((scenario, AS_DESIGNED) for scenario in SCENARIOS.values()),
    *((scenario, WITH_POISON) for scenario in POISON_SCENARIOS.values()),
    (SCENARIOS["run meets run"], Rules(batch_objects=1)),
    (GONE_AND_BACK, Rules(gone_is_planned_anew=True)),
]

DOUBLED = "bronze: a row or header is doubled"
STUCK = "at rest: a table never gets to the ledger's N"
LOST_AS_REPEAT = "at rest: what has landed is not in Bronze (repeat)"
NOT_TOGETHER = "published: the versions do not belong together"
NEEDED = {
    "by_handle": ("run meets run", DOUBLED),
    "begin_again": ("run meets run", DOUBLED),
    "ledger_by_the_rule": ("run meets run", "at rest: an object is planned twice"),
    "etag_in_identity": ("an object changes", "at rest: what has landed is not in Bronze (not planned)"),
    "repeat_by_headers": ("the first of two copies vanishes", LOST_AS_REPEAT),
    "repeat_of_loaded": ("the first of two copies vanishes", LOST_AS_REPEAT),
    "user_in_repeat": ("two users have the same bytes", LOST_AS_REPEAT),
    "one_commit": ("run meets run", DOUBLED),
    "all_pending": ("run meets run", "at rest: the headers are not the ledger's objects"),
    "gone_is_refused": ("an object vanishes", STUCK),
    "holding": ("run meets run", STUCK),
    "top_from_inputs": ("run meets run", "records: is not what a rebuild would make"),
    "bounded_by_top": ("rebuild meets run", "records: is not what a rebuild would make"),
    "handle_with_last": ("one batch covers both sources", "records: N does not rise"),
    "pinned": ("run meets run", NOT_TOGETHER),
    "culprit_is_refused": ("a poisoned object lies among sound ones", "at rest: the lake never comes to rest"),
    "culprit_by_own_try": ("a batch has failed three times", "at rest: what has landed is not in Bronze (culprit)"),
}
"""For each rule a scenario, and a law that breaks in it when the rule is taken out."""


@pytest.fixture(autouse=True)
def _no_garbage() -> Iterator[None]:
    """States live as long as their exploration; looking for dead ones among them takes a third of the time."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()


def _told(explored: Explored) -> str:
    return "\n".join(f"{law}\n    " + "\n    ".join(trace) for law, trace in explored.broken.items())


@pytest.mark.parametrize(("scenario", "rules"), KEPT, ids=[f"{s.name}, {r.batch_objects} a batch" for s, r in KEPT])
def test_no_schedule_breaks_a_law(scenario: Scenario, rules: Rules) -> None:
    explored = Explorer(scenario, rules).explore()
    assert not explored.broken, _told(explored)
    # Schedules are counted over the graph of states; each state, with all that can happen next in it, was visited.
    assert explored.schedules > 100_000
    assert explored.states > 5_000


@pytest.mark.parametrize("rule", NEEDED)
def test_without_a_rule_a_law_breaks(rule: str) -> None:
    name, law = NEEDED[rule]
    rules = replace(WITH_POISON if name in POISON_SCENARIOS else AS_DESIGNED, **{rule: False})
    assert law in Explorer((SCENARIOS | POISON_SCENARIOS)[name], rules).explore(until=law).broken


@pytest.mark.parametrize(("scenario", "law"), [(DROP_SILVER, "records: N does not rise"), (DROP_GOLD, NOT_TOGETHER)])
def test_a_rebuild_that_drops_tables_breaks_a_law(scenario: Scenario, law: str) -> None:
    assert law in Explorer(scenario, AS_DESIGNED).explore(until=law).broken


def test_readers_lose_their_pinned_versions_when_a_table_is_dropped() -> None:
    law = "published: a version that readers read is gone"
    assert law in Explorer(DROP_GOLD, AS_DESIGNED).explore(until=law).broken


@pytest.mark.parametrize("rule", ["own_first", "none_ahead"])
def test_one_of_two_guards_of_gold_is_enough(rule: str) -> None:
    explored = Explorer(SCENARIOS["an object comes late with an older name"], replace(AS_DESIGNED, **{rule: False})).explore()
    assert not explored.broken, _told(explored)


def test_without_both_guards_gold_publishes_versions_that_do_not_belong_together() -> None:
    rules = replace(AS_DESIGNED, own_first=False, none_ahead=False)
    explored = Explorer(SCENARIOS["an object comes late with an older name"], rules).explore(until=NOT_TOGETHER)
    assert NOT_TOGETHER in explored.broken


def test_an_object_refused_as_gone_stays_refused_when_it_comes_back_unless_it_is_planned_anew() -> None:
    law = "at rest: what has landed is not in Bronze (gone)"
    assert law in Explorer(GONE_AND_BACK, AS_DESIGNED).explore(until=law).broken
