"""Texts at which engines part: letters of other scripts, kinds of line breaks, numbers near zero."""

from collections.abc import Callable

import ibis.expr.types as ir
import pytest

from spotify_platform.lakehouse.engine import Engine
from spotify_platform.transforms.albums import _first_day
from spotify_platform.transforms.plays import _device_type
from spotify_platform.transforms.text import after, lower, upper

LETTERS = ["AbC-12", "İPAD", "ﬃ", "ŉ", "ǰ", "Ä", "ß", "", "\u017f", "K"]
BREAKS = ["\n", "\r", "\r\n", "\u2028", "\u0085", "\x0b"]


def told(engine: Engine, texts: list[str], *values: Callable[[ir.StringValue], ir.Value]) -> list[tuple[object, ...]]:
    """What some expressions say of each text, in the order of the texts."""
    rows = engine.values([{"n": n, "text": text} for n, text in enumerate(texts)], {"n": "int64", "text": "string"})
    shown = rows.select("n", **{f"v{n}": value(rows["text"]) for n, value in enumerate(values)}).order_by("n")
    return [tuple(row.values())[1:] for row in engine.fetch(shown).to_pylist()]


def test_letters_of_ascii_change_and_no_others(engine: Engine) -> None:
    expected = [
        ("".join(c.lower() if c.isascii() else c for c in text), "".join(c.upper() if c.isascii() else c for c in text))
        for text in LETTERS
    ]
    assert told(engine, LETTERS, lower, upper) == expected


def test_what_comes_after_a_prefix_is_all_of_it(engine: Engine) -> None:
    ids = [f"a{end}" for end in ("", *BREAKS)] + [f"a{middle}b" for middle in BREAKS]
    assert told(engine, [f"uri:{id_}" for id_ in ids], lambda text: after(text, "uri:")) == [(id_,) for id_ in ids]
    assert told(engine, ["uri:", "url:a", " uri:a"], lambda text: after(text, "uri:")) == [(None,)] * 3


@pytest.mark.parametrize("end", BREAKS)
def test_a_day_with_more_behind_it_is_none(engine: Engine, end: str) -> None:
    assert told(engine, [f"2020-01-01{end}", f"2020{end}"], _first_day) == [(None,), (None,)]


def test_a_device_is_known_by_ascii(engine: Engine) -> None:
    texts = ["İPAD", "ÄTV", "étv", "tv\u0660", "tv\u0301", "a tv", "tv\n", "ptv", "tv_x", "TV", "iOS 17", "Web_Player"]
    devices = ["other", "tv", "tv", "tv", "tv", "tv", "tv", "other", "other", "tv", "phone", "web"]
    assert told(engine, texts, _device_type) == [(device,) for device in devices]
