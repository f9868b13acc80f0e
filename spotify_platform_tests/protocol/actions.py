"""Silver and Gold in the model: the one rule, what tables compute by it, publishing; and the runs made of actions."""

from collections.abc import Callable
from functools import partial
from typing import Any

from spotify_platform_tests.protocol.content import SOURCES, distinct, names, resolve, shown, slices_of
from spotify_platform_tests.protocol.delta import EVERYWHERE, Version
from spotify_platform_tests.protocol.model import (
    AGAIN,
    DONE,
    Action,
    Drop,
    Open,
    Pins,
    Rules,
    commit,
    holds,
    load_pending,
    order_rebuild,
    ordered,
    plan,
)


def advance(rules: Rules, target: str, inputs: tuple[str, ...], compute: Callable[..., tuple[str, Any, Any]]) -> Action:
    """`lakehouse/commit.py: advance`, the one rule."""
    own = (yield Open(target)) if rules.own_first or not rules.handle_with_last else None
    opened: list[Version] = []
    for table in inputs:
        opened += [(yield Open(table))]
    ledger = yield Open("ledger")
    own = own or (yield Open(target))
    top = min(holds(rules, snapshot, ledger) for snapshot in opened) if rules.top_from_inputs else ledger.holds
    if top <= own.holds:
        return DONE
    handle = own if rules.handle_with_last else (yield Open(target))
    change, rows, slices = compute(rules, own, opened, top, ordered(ledger, own.holds, top))
    yield from commit(rules, handle, change, rows, top, slices=slices)
    return DONE


def merge_records(rules: Rules, own: Version, bronze: list[Version], top: int, rebuild: bool) -> tuple[str, Any, Any]:
    """`pipeline/silver.py: advance_play_records`."""
    good = [row for version in bronze for row in version.rows if row.part == "row"]
    first = 0 if rebuild else own.holds
    new = distinct(row.record() for row in good if first < row.batch and (row.batch <= top or not rules.bounded_by_top))
    if rebuild:
        return "overwrite", new, EVERYWHERE
    slices = slices_of(new)
    return "replace", distinct([*(r for r in own.rows if r.slice in slices), *new]), slices


def resolve_plays(_rules: Rules, own: Version, records: list[Version], _top: int, rebuild: bool) -> tuple[str, Any, Any]:
    """`pipeline/silver.py: advance_plays`."""
    (given,) = records
    if rebuild:
        return "overwrite", resolve(given.rows), EVERYWHERE
    slices = slices_of(r for r in given.rows if r.batch > own.holds)
    return "replace", resolve(r for r in given.rows if r.slice in slices), slices


def advance_gold(rules: Rules) -> Action:
    """`pipeline/gold.py: advance_gold`, with `lakehouse/publishing.py: pin`."""
    register = yield Open("published")
    before = (yield Open("plays")) if not rules.own_first else None
    facts = yield Open("facts")
    artists = yield Open("artists")
    plays = before or (yield Open("plays"))
    ledger = yield Open("ledger")
    last, top = register.holds, plays.holds if rules.top_from_inputs else ledger.holds
    if top <= last:
        return DONE
    if rules.none_ahead and max(facts.holds, artists.holds) > top:
        return AGAIN
    whole = not last or ordered(ledger, last, top)
    slices = slices_of(play for play in plays.rows if play.batch > last)
    if whole or slices or not (facts.holds and artists.holds):
        if facts.holds < top:
            rows = shown(play for play in plays.rows if whole or play.slice in slices)
            how, where = ("overwrite", EVERYWHERE) if whole else ("replace", slices)
            facts = yield from commit(rules, facts, how, rows, top, slices=where)
        # A table that is nobody's own is committed only when it changed.
        if artists.holds < top and names(plays.rows) != artists.rows:
            artists = yield from commit(rules, artists, "overwrite", names(plays.rows), top)
    yield from commit(rules, register, "append", [Pins(top, facts, artists)], top)
    return DONE


def drop(_rules: Rules, *tables: str) -> Action:
    """No function of the product: what a rebuild must not do."""
    for table in tables:
        yield Drop(table)
    return DONE


ACTIONS: dict[str, Callable[[Rules], Action]] = {
    "plan": plan,
    "rebuild": order_rebuild,
    **{source: partial(load_pending, source=source) for source in SOURCES},
    "records": partial(advance, target="records", inputs=SOURCES, compute=merge_records),
    "plays": partial(advance, target="plays", inputs=("records",), compute=resolve_plays),
    "gold": advance_gold,
    "drop silver": lambda rules: drop(rules, "records", "plays"),
    "drop gold": lambda rules: drop(rules, "facts", "artists", "published"),
}
SILVER_GOLD = ("records", "plays", "gold")
RUN = ("plan", *SOURCES, *SILVER_GOLD)
REBUILD = ("rebuild", *RUN[1:])
