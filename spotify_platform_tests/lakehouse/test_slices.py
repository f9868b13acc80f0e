"""Slices as a condition, in few terms, mean the slices."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotify_platform.lakehouse.slices import Slice, predicate_of
from spotify_platform.lakehouse.spark_sql import condition

YEARS = range(2019, 2023)
BUCKETS = range(4)
SLICES = st.lists(st.builds(lambda b, y: {"user_bucket": b, "year": y}, st.sampled_from(BUCKETS), st.sampled_from(YEARS)))
GRID = f"""from range({len(BUCKETS)}) as b(user_bucket), range({min(YEARS)}, {max(YEARS) + 1}) as y(year)"""


def chosen(where: str) -> list[tuple[int, int]]:
    return duckdb.sql(f"select user_bucket, year {GRID} where {where} order by all").fetchall()


@given(SLICES, SLICES)
def test_the_same_slices_are_chosen(some: list[Slice], others: list[Slice]) -> None:
    where = f"({predicate_of(some)}) and not ({predicate_of(others)}) or year = 2019"
    meant, left_out = ({(s["user_bucket"], s["year"]) for s in slices} for slices in (some, others))
    assert chosen(predicate_of(some)) == sorted(meant)
    assert chosen(where) == chosen(condition(where)) == sorted((meant - left_out) | {(b, 2019) for b in BUCKETS})


@pytest.mark.parametrize("buckets", [1, 400])
def test_many_slices_are_one_term(buckets: int) -> None:
    slices = [{"user_bucket": bucket, "year": year} for bucket in range(buckets) for year in YEARS]
    assert predicate_of(slices).count("year") == 1
