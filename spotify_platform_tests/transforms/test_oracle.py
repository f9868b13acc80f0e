"""The plays of thousands of nasty histories, all at once in the engine, are those that the rules read as loops give."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from random import Random
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from spotify_platform.contracts.model import TIMESTAMP
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS, SOURCES
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.transforms.plays import resolve
from spotify_platform.transforms.rules import Rules
from spotify_platform.transforms.slices import near, slices_of, together, touched, within
from spotify_platform_tests.oracle.examples import EXAMPLES, LENGTH, R4, R6, Example
from spotify_platform_tests.oracle.histories import History, history, turning_year
from spotify_platform_tests.oracle.rules import plays_of

Row = dict[str, Any]
Plays = dict[str, list[Row]]
"""Plays by user, in order of play_id."""
Slices = Callable[..., ir.Table]
"""A transform of `transforms.slices`."""

HISTORIES = 10_000
AT_ONCE = 5_000
DEFAULT = Rules()
TYPES = PLAY_RECORDS.types
USERS = {"user_id": "string", "leave_out_incognito": "boolean"}
ZONES = {"user_id": "string", "time_zone": "string", "starts_at": TIMESTAMP, "ends_at": TIMESTAMP}


def histories(count: int, seed: int, make: Callable[[Random], History] = history, buckets: int = 64) -> list[History]:
    """Histories of h00001, h00002 and so on."""
    random = Random(seed)  # noqa: S311 - the same ones in every run
    return [make(random).told_to(f"h{n:05d}", n % buckets) for n in range(1, count + 1)]


def by_user(plays: Iterable[Row], told: Iterable[History]) -> Plays:
    """Plays of each user; nobody is left out for want of plays."""
    found: Plays = {user_of(one): [] for one in told}
    for play in sorted(plays, key=lambda play: str(play["play_id"])):
        found[play["user_id"]].append(play)
    return found


def user_of(one: History) -> str:
    """Whose history it is."""
    return str(one.records[0]["user_id"])


def by_oracle(told: Sequence[History], rules: Rules = DEFAULT) -> Plays:
    """What the rules say, read as loops."""
    return {
        user_of(one): plays_of(one.records, one.zones, leave_out_incognito=one.leave_out_incognito, rules=rules) for one in told
    }


class Product:
    """The transform, in an engine."""

    def __init__(self, engine: DuckDbDelta, told: Sequence[History]) -> None:
        users = [{"user_id": user_of(one), "leave_out_incognito": one.leave_out_incognito} for one in told]
        self.engine = engine
        self.told = told
        self.users = self.relation(users, USERS)
        self.zones = self.relation([zone for one in told for zone in one.zones], ZONES)

    def relation(self, rows: Sequence[Row], types: dict[str, str]) -> ir.Table:
        """Rows as the engine reads them."""
        return self.engine.arrow(pa.Table.from_pylist(rows, schema=ibis.schema(types).to_pyarrow()))

    def records(self, rows: Iterable[Row] | None = None) -> ir.Table:
        """Records given, or all of them."""
        return self.relation(list(rows if rows is not None else all_records(self.told)), TYPES)

    def resolved(self, records: ir.Table, rules: Rules = DEFAULT, sources: Sequence[str] = SOURCES) -> ir.Table:
        """What the transform makes of records."""
        clocks = {"local_time": self.engine.local_time, "epoch_ms": self.engine.epoch_ms}
        plays = self.engine.derive(resolve, records, self.users, self.zones, rules=rules, sources=sources, **clocks)
        return self.engine.cache(plays)

    def plays(self, plays: ir.Table) -> Plays:
        """A relation as plays by user."""
        assert tuple(plays.columns) == PLAYS.column_names
        return by_user(self.engine.fetch(plays).to_pylist(), self.told)


def by_product(engine: DuckDbDelta, told: Sequence[History], rules: Rules = DEFAULT) -> Plays:
    """What the transform says, in as few calls as memory allows."""
    found: Plays = {}
    for some in (told[first : first + AT_ONCE] for first in range(0, len(told), AT_ONCE)):
        product = Product(engine, some)
        found |= product.plays(product.resolved(product.records(), rules))
        engine.release()
    return found


def all_records(told: Iterable[History]) -> list[Row]:
    """The records of all histories."""
    return [record for one in told for record in one.records]


def shuffled(rows: Iterable[Row], seed: int) -> list[Row]:
    """The same rows in another order."""
    mixed = list(rows)
    Random(seed).shuffle(mixed)  # noqa: S311 - the same order in every run
    return mixed


def assert_same(told: Sequence[History], expected: Plays, found: Plays) -> None:
    """All columns of all plays agree; of what does not, the shortest history is shown."""
    differ = [one for one in told if expected[user_of(one)] != found[user_of(one)]]
    if differ:
        shortest = min(differ, key=lambda one: len(one.records))
        shown = explained(shortest, expected[user_of(shortest)], found[user_of(shortest)])
        pytest.fail(f"{len(differ)} of {len(told)} histories differ; the shortest:\n{shown}", pytrace=False)


def explained(one: History, expected: Sequence[Row], found: Sequence[Row]) -> str:
    """A history, and each play that differs by what differs in it."""
    lines = [f"  record {brief(record)}" for record in sorted(one.records, key=lambda record: str(record["ended_at"]))]
    lines += [f"  zone {brief(zone)}" for zone in one.zones]
    lefts, rights = ({play["play_id"]: play for play in plays} for plays in (expected, found))
    for play_id in sorted({*lefts, *rights}):
        left, right = lefts.get(play_id, {}), rights.get(play_id, {})
        names = [name for name in {**left, **right} if left.get(name) != right.get(name) or not (left and right)]
        lines += [f"  {play_id} {name}: expected {left.get(name)!r}, found {right.get(name)!r}" for name in names]
    return "\n".join(lines)


def brief(row: Row) -> str:
    """A row without its nulls."""
    return ", ".join(f"{name}={value}" for name, value in row.items() if value is not None)


@pytest.fixture(scope="module")
def told() -> list[History]:
    return histories(HISTORIES, seed=20)


@pytest.fixture(scope="module")
def found(engine: DuckDbDelta, told: list[History]) -> Plays:
    return by_product(engine, told)


def test_the_product_is_the_oracle(told: list[History], found: Plays) -> None:
    assert_same(told, by_oracle(told), found)


def test_every_record_is_in_exactly_one_play(told: list[History], found: Plays) -> None:
    for one in told:
        in_plays = [record_id for play in found[user_of(one)] for record_id in play["record_ids"]]
        assert sorted(in_plays) == sorted(record["record_id"] for record in one.records)


def test_order_does_not_show(engine: DuckDbDelta) -> None:
    told = histories(2_000, seed=21)
    product = Product(engine, told)
    one, other = (product.plays(product.resolved(product.records(shuffled(all_records(told), seed)))) for seed in (1, 2))
    assert_same(told, one, other)
    assert_same(told, by_oracle(told), one)
    mixed = [History(shuffled(h.records, 3), h.zones, h.leave_out_incognito) for h in told]
    assert_same(told, by_oracle(told), by_oracle(mixed))


def test_rules_of_sources_that_are_not_there_may_be_left_out(engine: DuckDbDelta) -> None:
    told = histories(1_500, seed=22)
    product = Product(engine, told)
    found: list[Row] = []
    for sources in (some for count in (1, 2, 3) for some in combinations(SOURCES, count)):
        of_these = [one for one in told if {record["source"] for record in one.records} == set(sources)]
        plays = product.resolved(product.records(all_records(of_these)), sources=sources)
        found += engine.fetch(plays).to_pylist()
    assert_same(told, by_oracle(told), by_user(found, told))


def in_two_batches(told: Iterable[History]) -> Iterator[Row]:
    """The records of all histories: of most only one comes later, of the others about half."""
    random = Random(24)  # noqa: S311 - the same batches in every run
    for one in told:
        late = [random.choice(one.records)] if random.random() < 0.6 else [r for r in one.records if random.random() < 0.5]
        yield from ({**record, "_batch": 2 if record in late else 1} for record in one.records)


def test_slices_do_not_show(engine: DuckDbDelta) -> None:
    # A bucket each, so that every history is judged by the slices that its own second batch touches.
    told = histories(3_000, 23, turning_year, buckets=100_000)
    product, batches = Product(engine, told), list(in_two_batches(told))
    first, second = (product.records(row for row in batches if row["_batch"] == number) for number in (1, 2))
    records, before = product.records(batches), product.resolved(first)

    def advanced(touching: Slices, reading: Slices) -> Plays:
        slices = engine.cache(engine.derive(touching, second))
        again = product.resolved(engine.cache(engine.derive(reading, records, slices)))
        kept = before.anti_join(slices, ["user_bucket", "year"])
        return product.plays(engine.derive(together, kept, engine.derive(within, again, slices)))

    full = product.plays(product.resolved(records))
    assert_same(told, full, advanced(touched, near))
    assert advanced(slices_of, near) != full, "no record is felt beyond its own slice: the comparison sees nothing"
    assert advanced(touched, within) != full, "what is near a slice matters to no history: the comparison sees nothing"


def expected_columns(example: Example, plays: Sequence[Row]) -> dict[str, Row]:
    """Of each play the columns that an example is about, with the ids as it spells them."""
    found = {}
    for play in plays:
        lists = {name: [own_id(one) for one in play[name]] for name in ("record_ids", "ambiguous_with")}
        named = {**play, "play_id": own_id(play["play_id"]), **lists}
        found[named["play_id"]] = {name: named[name] for name in example.plays.get(named["play_id"], named)}
    return found


def own_id(record_id: str) -> str:
    """A record's id without the user that `told_to` put before it."""
    return record_id.rpartition("-")[2]


@pytest.fixture(scope="module")
def answers(engine: DuckDbDelta) -> list[Plays]:
    """All examples, each a user's, as oracle and product answer them."""
    told = [example.history.told_to(example.name, 3) for example in EXAMPLES]
    return [by_oracle(told), by_product(engine, told)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_examples(answers: list[Plays], example: Example) -> None:
    for plays in answers:
        assert expected_columns(example, plays[example.name]) == example.plays


@pytest.mark.parametrize(
    ("example", "rules"),
    [
        (R4[0], Rules(match_ms=4_999)),
        (R6[0], Rules(ambiguous_ms=599_999)),
        (LENGTH[0], Rules(previous_ms=2_399_999)),
        (R4[0], Rules(counted_ms=200_001)),
    ],
    ids=["R4", "R6", "previous", "counted"],
)
def test_one_millisecond_of_a_window_shows_in_both(engine: DuckDbDelta, example: Example, rules: Rules) -> None:
    told = [example.history.told_to("anna", 3)]
    for plays in (by_oracle(told, rules), by_product(engine, told, rules)):
        assert expected_columns(example, plays["anna"]) != example.plays
