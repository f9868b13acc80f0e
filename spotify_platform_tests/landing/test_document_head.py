"""Own keys of an object are found as a parser finds them, in a head that is cut off anywhere too."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spotify_platform.landing.document_head import first_object

texts = st.text(st.sampled_from('ab{}[],:"\\ \té')) | st.just('"id": [')
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=15,
)


@given(st.lists(st.tuples(texts, values), max_size=4), st.booleans(), st.sampled_from([None, 1]))
@settings(max_examples=400, deadline=None)
def test_as_a_parser_finds_them(pairs: list[tuple[str, Any]], ascii_only: bool, indent: int | None) -> None:
    document = dict(pairs)
    head = json.dumps(document, ensure_ascii=ascii_only, indent=indent).encode()
    found = first_object(head)
    assert found is not None
    assert found.is_whole
    assert list(found.values) == list(document)
    for key, value in document.items():
        assert found.text(key) == (value if isinstance(value, str) else None)
        assert (found.list_at(key) is not None, found.object_at(key) is not None) == (type(value) is list, type(value) is dict)


@given(st.dictionaries(texts, values, max_size=4))
@settings(max_examples=100, deadline=None)
def test_a_cut_head_gives_the_first_of_them(document: dict[str, Any]) -> None:
    head = b"[null, " + json.dumps(document).encode() + b", 1]"
    for end in range(len(head)):
        found = first_object(head[:end])
        keys = list(found.values) if found else []
        assert keys == list(document)[: len(keys)]
