"""Records within an answer are counted from its bytes as a JSON parser would count them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spotify_platform.landing.elements import count_elements, key_pattern

ITEMS = [key_pattern("items")]
texts = st.text(st.sampled_from('is{}[],:"\\ \té')) | st.just("items") | st.just('"items": [')
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=15,
)


def counted(row: bytes, block: int = 1 << 19) -> int:
    return count_elements(b"x\n" + row + b"\n[", 2, 2 + len(row), ITEMS, block_bytes=block)


def expected(row: bytes) -> int:
    """By a parser, the first of several equal keys taken."""

    def first(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(reversed(pairs))

    items = json.loads(row, object_pairs_hook=first).get("items")
    return len(items) if isinstance(items, list) else 1


@given(
    st.lists(st.tuples(st.just("items") | texts, values), max_size=4),
    st.sampled_from([(",", ":"), (" , ", " : "), (",", ":" + " " * 30)]),
    st.booleans(),
    st.integers(1, 60),
)
@settings(max_examples=600, deadline=None)
def test_as_a_parser_counts(pairs: list[tuple[str, Any]], separators: tuple[str, str], ascii_only: bool, block: int) -> None:
    comma, colon = separators
    written = [
        json.dumps(key, ensure_ascii=ascii_only) + colon + json.dumps(value, separators=separators, ensure_ascii=ascii_only)
        for key, value in pairs
    ]
    row = ("{" + comma.join(written) + "}").encode()
    assert counted(row, block) == counted(row) == expected(row)


@pytest.mark.parametrize(
    ("row", "records"),
    [
        (b'{"items": []}', 0),
        (b'{"items": [ \t ]}', 0),
        (b'{"items": [1, [2, 3], {"a": [4, 5]}, "[,", null]}', 5),
        (b'{"items": [1, 2, ]}', 2),
        (b'{"items": {"items": [1, 2]}}', 1),
        (b'{"items": "[1, 2]"}', 1),
        (b'{"items": null, "items": [1, 2]}', 1),
        (b'{"items": [1, 2], "items": [1, 2, 3]}', 2),
        (b'{"a": {"items": [1, 2, 3]}, "items": [1]}', 1),
        (b'{"a": [{"items": [1, 2, 3]}], "items": [1, 2]}', 2),
        (b'{"a": "\\"items\\": [1, 2, 3]", "items": [1, 2]}', 2),
        (b'{"\\"items": [1, 2, 3], "items": [1, 2]}', 2),
        (b'{"a\\\\": "items", "items" : [1, 2]}', 2),
        (b'{"\\u0069tem\\u0073": [1, 2]}', 2),
        (b'{"Items": [1, 2]}', 1),
        (b'{"items": ["\\"", "]", "\\\\"]}', 3),
        (b'{"items": [1, 2', 1),
        (b'[{"items": [1, 2]}]', 1),
        (b'{"played_at": "x", "track": {"artists": [1, 2]}}', 1),
    ],
)
def test_what_counts(row: bytes, records: int) -> None:
    assert {counted(row, block) for block in (*range(1, 80), 1 << 19)} == {records}


@pytest.mark.parametrize(
    ("row", "records"),
    [
        (b'{"tracks": [1, 2], "items": [1, 2, 3]}', 2),
        (b'{"items": [1, 2, 3], "tracks": [1, 2]}', 2),
        (b'{"items": [1, 2, 3], "tracks": []}', 0),
        (b'{"tracks": {"items": [1, 2]}, "items": [1, 2, 3]}', 3),
        (b'{"tracks": null, "items": "[1]"}', 1),
        (b'{"tracks": 1, "tracks": [1, 2], "items": [null, null, null]}', 3),
        (b'{"album": {"tracks": [1, 2]}, "items": [1, 2, 3]}', 3),
        (b'{"id": "x", "tracks": {"items": [1, 2]}}', 1),
    ],
)
def test_of_several_keys_the_first_that_holds_a_list_counts(row: bytes, records: int) -> None:
    keys = [key_pattern("tracks"), key_pattern("items")]
    assert {count_elements(row, 0, len(row), keys, block_bytes=block) for block in (*range(1, 80), 1 << 19)} == {records}
