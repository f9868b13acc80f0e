"""Silver's catalogue of thousands of nasty worlds, all at once in the engine, is what the rules read as loops give."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from random import Random
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from spotify_platform.contracts.silver import PLAYS
from spotify_platform.contracts.silver_catalogue import MADE_OF
from spotify_platform.contracts.silver_told import ENTITIES, HISTORIES
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.pipeline.catalogue import TOLD_BY, TRANSFORMS
from spotify_platform.transforms.histories import advanced, days_since, history, touched
from spotify_platform.transforms.observations import merged, observed
from spotify_platform.transforms.played_tracks import played_tracks
from spotify_platform_tests.oracle.catalogue_entities import name_key
from spotify_platform_tests.oracle.catalogue_examples import EXAMPLES
from spotify_platform_tests.oracle.catalogue_histories import TABLES, named_apart, world
from spotify_platform_tests.oracle.catalogue_rules import silver_of
from spotify_platform_tests.oracle.catalogue_tellings import Row, World

Silver = dict[str, list[Row]]
"""Rows by table."""

WORLDS = 2_000
KEY = re.compile(r"name:[0-9a-f]{22}")
PREFIX = re.compile(r"[we]\d{5}\.", re.IGNORECASE)

SHAPES = {table.name: table.types for table in (*TOLD_BY, PLAYS)}


def worlds(count: int, seed: int) -> list[World]:
    """Worlds of w00001, w00002 and so on."""
    random = Random(seed)  # noqa: S311 - the same ones in every run
    return [apart(world(random), f"w{n:05d}.") for n in range(1, count + 1)]


def apart(one: World, prefix: str) -> World:
    """The same world with ids and names of its own."""
    return {table: named_apart(rows, prefix) for table, rows in one.items()}


def relation(engine: DuckDbDelta, table: str, rows: Iterable[Row]) -> ir.Table:
    """Rows of Bronze, or plays, as the engine reads them."""
    return engine.arrow(pa.Table.from_pylist(list(rows), schema=ibis.schema(SHAPES[table]).to_pyarrow()))


def rows_of(told: Iterable[World], table: str) -> list[Row]:
    """The rows of all worlds."""
    return [row for one in told for row in one[table]]


def told_by(engine: DuckDbDelta, answers: World) -> ir.Table:
    """Observations of answers, not yet merged."""
    parts = [relation(engine, table, rows) for table in TABLES for rows in of_objects(answers[table])]
    return engine.derive(observed, *parts, tables=list(TABLES))


def of_objects(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Headers, and rows with the content they are of: each row is an object of its own."""
    whose = [{"_user": "me", "_sha256": str(number)} for number in range(len(rows))]
    headers = [{"_object": row["_object"], "_batch": row["_batch"], **of} for row, of in zip(rows, whose, strict=True)]
    return headers, [row | of for row, of in zip(rows, whose, strict=True)]


def fetched(engine: DuckDbDelta, rows: ir.Table) -> list[Row]:
    found: list[Row] = engine.fetch(rows).to_pylist()
    return found


def by_product(engine: DuckDbDelta, told: Sequence[World]) -> Silver:
    """All tables, as the transforms make them."""
    said = engine.derive(merged, told_by(engine, {table: rows_of(told, table) for table in TABLES}))
    found = {"observations": engine.cache(said)}
    for entity, table in HISTORIES.items():
        found[table.name] = engine.cache(engine.derive(history, found["observations"], entity=entity))
    heard = engine.derive(played_tracks, relation(engine, "plays", rows_of(told, "plays")))
    found["played_tracks"] = engine.cache(heard)
    for table, (transform, arguments) in TRANSFORMS.items():
        inputs = [found[made_of.name] for made_of in MADE_OF[table]]
        found[table.name] = engine.cache(engine.derive(transform, *inputs, **arguments))
    silver = {name: fetched(engine, rows) for name, rows in found.items()}
    engine.release()
    return silver


def by_oracle(told: Iterable[World]) -> list[Silver]:
    """What the rules say, read as loops, of each world."""
    return [silver_of(one) for one in told]


def joined(each: Iterable[Silver]) -> Silver:
    """The tables of all worlds as one."""
    found: Silver = {}
    for silver in each:
        for table, rows in silver.items():
            found.setdefault(table, []).extend(rows)
    return found


def written(row: Row) -> str:
    """A row as text; rows are equal when these are."""
    return json.dumps(row, sort_keys=True, default=lambda value: value.isoformat())


def assert_same(expected: Silver, found: Silver, told: Sequence[World] = (), prefix: str = "w") -> None:
    """All columns of all rows agree; of what does not, the smallest world is shown."""
    differ: dict[str, list[str]] = {}
    for table in expected:
        left, right = (Counter(map(written, silver[table])) for silver in (expected, found))
        for side, more in (("expected", left - right), ("found", right - left)):
            for row in more:
                whose = PREFIX.search(row)
                differ.setdefault(whose[0] if whose else "", []).append(f"  {side} {table} {row}")
    if differ:
        whole = {f"{prefix}{n:05d}.": one for n, one in enumerate(told, 1)}
        whose = min(differ, key=lambda name: (not name, len(str(whole.get(name)))))
        rows = [f"  {table} {written(row)}" for table, rows in whole.get(whose, {}).items() for row in rows]
        pytest.fail("\n".join([f"{len(differ)} worlds differ; the smallest is {whose}", *rows, *differ[whose]]), pytrace=False)


@pytest.fixture(scope="module")
def told() -> list[World]:
    return worlds(WORLDS, seed=30)


@pytest.fixture(scope="module")
def found(engine: DuckDbDelta, told: list[World]) -> Silver:
    return by_product(engine, told)


def test_the_product_is_the_oracle(told: list[World], found: Silver) -> None:
    assert_same(joined(by_oracle(told)), found, told)


def in_parts(told: Iterable[World], count: int) -> list[dict[str, list[Row]]]:
    """The answers of worlds in some parts and any order; what comes again does so now or in a later batch."""
    random = Random(32)  # noqa: S311 - the same parts in every run
    parts: list[dict[str, list[Row]]] = [{table: [] for table in TABLES} for _ in range(count)]
    for table in TABLES:
        rows = rows_of(told, table)
        again = [row | {"_batch": row["_batch"] + random.choice((0, 0, 1, 5))} for row in rows if random.random() < 0.5]
        for row in random.sample(rows + again, len(rows + again)):
            random.choice(parts)[table].append(row)
    return parts


def test_order_repetition_and_splitting_of_answers_do_not_show(engine: DuckDbDelta) -> None:
    told = worlds(400, seed=31)
    expected = {"observations": joined(by_oracle(told))["observations"]}
    one, two, three = (engine.cache(told_by(engine, part)) for part in in_parts(told, 3))

    def merge(*parts: ir.Table) -> ir.Table:
        return engine.cache(engine.derive(merged, *parts))

    for rows in (merge(one, two, three), merge(merge(two, one), merge(three)), merge(merge(three, merge(two)), one)):
        assert_same(expected, {"observations": fetched(engine, rows)}, told)


@pytest.mark.parametrize("entity", ENTITIES)
def test_versions_go_on_from_the_last_where_all_that_is_new_is_newer(engine: DuckDbDelta, entity: str) -> None:
    told = worlds(400, seed=33)
    answers = {table: rows_of(told, table) for table in TABLES}
    first, rest = (
        engine.derive(
            merged,
            told_by(engine, {table: [row for row in rows if (row["_batch"] == 1) == early] for table, rows in answers.items()}),
        )
        for early in (True, False)
    )
    said = engine.cache(engine.derive(merged, first, rest))
    since = engine.values([{"batch": 1}], {"batch": "int64"})
    before, whole = (engine.cache(engine.derive(history, rows, entity=entity)) for rows in (first, said))
    new, old = said.filter(said["_batch"] > 1), said.filter(said["_batch"] <= 1)
    days = engine.cache(engine.derive(days_since, new, since, entity=entity))
    ids = engine.cache(engine.derive(touched, days, old, before, entity=entity))
    assert {row["is_late"] for row in fetched(engine, ids)} == {True, False}, (
        "one of the two ways is not gone: nothing is seen of it"
    )
    found = engine.derive(advanced, days, said, before, ids, entity=entity)
    assert_same({"history": fetched(engine, whole)}, {"history": fetched(engine, found)}, told)


def readable(row: Row, columns: Iterable[str], keys: Mapping[str, str]) -> str:
    """Some columns of a row as examples write them: no prefix, and the names that keys are made of."""
    text = written({name: row[name] for name in columns})
    return PREFIX.sub("", KEY.sub(lambda key: keys.get(key[0], key[0]), text))


def texts(value: Any) -> set[str]:
    """All texts in a value."""
    if isinstance(value, dict | list):
        return set().union(*map(texts, value.values() if isinstance(value, dict) else value))
    return {value} if isinstance(value, str) else set()


def keys_of(one: World) -> dict[str, str]:
    """Keys that names of a world can have, with these names."""
    names = {"", *(text for text in texts(list(one.values())) if PREFIX.match(text))}
    return {name_key(*some): "name:" + "/".join(some) for count in (1, 2) for some in product(names, repeat=count) if any(some)}


def is_of(row: Row, prefix: str, keys: Iterable[str]) -> bool:
    """Whether a row is of a world."""
    text = written(row)
    return prefix in text or (not PREFIX.search(text) and not set(KEY.findall(text)).isdisjoint(keys))


EXAMPLE_WORLDS = [apart(example.world, f"e{n:05d}.") for n, example in enumerate(EXAMPLES, 1)]


@pytest.fixture(scope="module")
def answers(engine: DuckDbDelta) -> list[Silver]:
    """All examples as oracle and product answer them, each in a world of its own."""
    return [joined(by_oracle(EXAMPLE_WORLDS)), by_product(engine, EXAMPLE_WORLDS)]


@pytest.mark.parametrize("n", range(len(EXAMPLES)), ids=lambda n: EXAMPLES[n].name)
def test_examples(answers: list[Silver], n: int) -> None:
    keys = keys_of(EXAMPLE_WORLDS[n])
    for silver in answers:
        for table, expected in EXAMPLES[n].silver.items():
            rows = [row for row in silver[table] if is_of(row, f"e{n + 1:05d}.", keys)]
            columns = {name for row in expected for name in row}
            assert sorted(readable(row, columns, keys) for row in rows) == sorted(map(written, expected)), table


def test_examples_are_the_same_in_all_columns(answers: list[Silver]) -> None:
    assert_same(*answers, EXAMPLE_WORLDS, prefix="e")
