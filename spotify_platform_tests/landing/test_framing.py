"""Rows of a JSON document, one a line: exact for valid JSON, and damage stays where it is."""

import io
import json
import re
import tracemalloc
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spotify_platform.landing.framing import Frames, NotJson, frame
from spotify_platform_tests.hostile import CATALOGUE, Hostile

ROWS = [
    {
        "ts": f"2021-01-0{day}T10:00:00Z",
        "ms_played": day,
        "album": None,
        "seen": [1, {"x": [2]}],
        "of": {"name": "a, b"},
    }
    for day in range(1, 7)
]
FLAT = [{key: value for key, value in row.items() if key != "seen"} for row in ROWS]
PRETTY = json.dumps(ROWS, indent=2).encode()
LINES = "\n".join(map(json.dumps, ROWS)).encode()
BOM = b"\xef\xbb\xbf"

texts = st.text(st.sampled_from('ab{}[],:"\\/\n\r \té€😀'), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)
records = st.dictionaries(texts, values, max_size=4)


def framed(document: bytes, *, chunk: int = 1 << 20, block: int = 1 << 19) -> tuple[bytes, Frames]:
    text = io.BytesIO()
    frames = frame((document[at : at + chunk] for at in range(0, len(document), chunk)), text, block_bytes=block)
    return text.getvalue(), frames


def rows_of(text: bytes) -> list[bytes]:
    return [line.strip() for line in text.split(b"\n") if line.strip()]


def good(document: bytes) -> list[object]:
    """The rows that parse as objects, after a look that the frames say what the lines say."""
    text, frames = framed(document)
    rows = rows_of(text)
    assert frames.count == len(rows)
    found: list[object] = []
    for row in rows:
        try:
            value = json.loads(row)
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


@st.composite
def documents(draw: st.DrawFn) -> tuple[bytes, list[object]]:
    ascii_only = draw(st.booleans())
    rows: list[object]
    if draw(st.booleans()):
        rows = [*draw(st.lists(values, max_size=5))]
        indent = draw(st.sampled_from([None, 0, 1, 2, "\t"]))
        separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : "), (",\n", ":\n"), ("\n,", "\n:")]))
        text = json.dumps(rows, indent=indent, separators=separators, ensure_ascii=ascii_only)
    else:
        rows = [*draw(st.lists(records, min_size=1, max_size=5))]
        indent = draw(st.sampled_from([None, 0, 2])) if len(rows) == 1 else None
        text = "\n".join(json.dumps(row, indent=indent, ensure_ascii=ascii_only) for row in rows)
    text = draw(st.sampled_from(["", "\n", "  "])) + text + draw(st.sampled_from(["", "\n", " \n\n"]))
    if draw(st.booleans()):
        text = text.replace("\n", draw(st.sampled_from(["\r\n", "\r", "\n\n"])))
    return draw(st.sampled_from([b"", BOM])) + text.encode(), rows


class TestValidJson:
    """Framed exactly, whatever the layout."""

    @given(documents(), st.integers(1, 40), st.integers(8, 200))
    @settings(max_examples=400, deadline=None)
    def test_lines_are_the_values_in_order(self, document: tuple[bytes, list[object]], chunk: int, block: int) -> None:
        landed, rows = document
        text, frames = framed(landed, chunk=chunk, block=block)
        assert [json.loads(row) for row in rows_of(text)] == rows
        spans = zip(frames.offsets.tolist(), frames.lengths.tolist(), strict=True)
        assert [json.loads(landed[offset : offset + length]) for offset, length in spans] == rows
        assert frames.closed

    @given(documents())
    @settings(max_examples=100, deadline=None)
    def test_every_byte_stays_where_it_was(self, document: tuple[bytes, list[object]]) -> None:
        landed, _ = document
        text, frames = framed(landed)
        assert text[len(landed) :] in {b"", b"\n"}
        for offset, length in zip(frames.offsets.tolist(), frames.lengths.tolist(), strict=True):
            row = landed[offset : offset + length]
            assert text[offset : offset + length] == row.replace(b"\n", b" ").replace(b"\r", b" ")
            assert row == row.strip()
        assert frames.longest == max(map(len, text.split(b"\n")))

    @pytest.mark.parametrize("document", [b"[]", b" [ ] ", b"[\n]\n", BOM + b"[]"])
    def test_an_empty_array_has_no_rows(self, document: bytes) -> None:
        _, frames = framed(document)
        assert (frames.count, frames.closed) == (0, True)

    def test_a_pretty_printed_object_is_one_row(self) -> None:
        assert good(json.dumps({"items": ROWS}, indent=2).encode()) == [{"items": ROWS}]

    @pytest.mark.parametrize("indent", [0, 2])
    def test_braces_in_the_column_of_the_rows_are_left_alone(self, indent: int) -> None:
        # The inner objects begin their lines exactly where the rows do.
        inner = json.dumps({"seen": [{"x": 1}, {"x": [{}, {}]}]}, indent=0).replace("\n", "\n" + " " * indent)
        document = f"[\n{' ' * indent}{inner},\n{' ' * indent}{inner}\n]".encode()
        assert good(document) == json.loads(document)

    @pytest.mark.parametrize("backslashes", range(1, 7))
    def test_runs_of_backslashes_across_blocks(self, backslashes: int) -> None:
        row = b'{"a":"' + b"\\" * (2 * backslashes) + b'","b":"\\"},{"}'
        for block in range(8, 40):
            text, frames = framed(b"[" + row + b"," + row + b"]", block=block)
            assert rows_of(text) == [row, row]
            assert frames.closed

    def test_deep_nesting(self) -> None:
        deep = b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
        text, frames = framed(b"[" + deep + b",\n" + deep + b"]", block=512)
        assert rows_of(text) == [deep, deep]
        assert frames.closed


class TestDamage:
    """Costs the rows it is in, and no others where line breaks allow it."""

    @pytest.mark.parametrize("document", [PRETTY, LINES, json.dumps(ROWS).encode(), b"[\n" + LINES.replace(b"\n", b",\n") + b"]"])
    def test_cut_off_anywhere(self, document: bytes) -> None:
        ends = framed(document)[1]
        whole = (ends.offsets + ends.lengths).tolist()
        for cut in range(len(document)):
            complete = sum(end <= cut for end in whole)
            assert good(document[:cut])[:complete] == ROWS[:complete]
            closed = document is LINES and cut in {n for end in whole for n in (end, end + 1)}
            assert framed(document[:cut])[1].closed == closed

    @pytest.mark.parametrize("document", [PRETTY, LINES, b"[\n" + LINES.replace(b"\n", b",\n") + b"\n]"])
    @pytest.mark.parametrize("added", [b"", b"{", b"}", b"]", b",", b"\n"])
    def test_one_wrong_byte_costs_one_row(self, document: bytes, added: bytes) -> None:
        """A byte of the third row is removed, or one is put there; a bracket that is missing is no exception."""
        start = document.rindex(b"{", 0, document.index(b"2021-01-03"))
        end = start + framed(document)[1].lengths[2]
        for at in range(start, end):
            damaged = document[:at] + added + document[at + (not added) :]
            assert [row for row in good(damaged) if row in ROWS and row != ROWS[2]] == ROWS[:2] + ROWS[3:]

    @pytest.mark.parametrize("document", [json.dumps(FLAT, indent=2).encode(), "\n".join(map(json.dumps, FLAT)).encode()])
    def test_a_row_torn_off_costs_at_most_the_next(self, document: bytes) -> None:
        frames = framed(document)[1]
        start, following = frames.offsets[2], frames.offsets[3]
        newline = document.rindex(b"\n", 0, following)
        for cut in range(start + 1, newline):
            kept = [row for row in good(document[:cut] + document[newline:]) if row in FLAT]
            assert kept in (FLAT, FLAT[:2] + FLAT[3:], FLAT[:2] + FLAT[4:])

    def test_many_damaged_rows_are_each_healed(self) -> None:
        """More of them in one block than nesting is remembered across blocks."""
        document = b"[\n" + b'{"a":1,\n{"a":[2},\n{"a":3},\n' * 1000 + b"]"
        for block in (64, 1 << 19):
            text, frames = framed(document, block=block)
            assert frames.count == 3000
            assert rows_of(text).count(b'{"a":3}') == 1000

    @given(
        documents(),
        st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), st.binary(max_size=4)), max_size=4),
        st.integers(1, 40),
        st.integers(64, 200),
    )
    @example((b'[\n{"a":\n{', []), [], 1, 64)
    @settings(max_examples=300, deadline=None)
    def test_the_result_does_not_depend_on_blocks(
        self, document: tuple[bytes, list[object]], edits: list[tuple[int, int, bytes]], chunk: int, block: int
    ) -> None:
        damaged = b"[" + document[0]
        for at, removed, added in edits:
            damaged = damaged[:at] + added + damaged[at + removed :]
        try:
            text, frames = framed(damaged)
        except NotJson:
            return
        other, others = framed(damaged, chunk=chunk, block=block)
        assert other == text
        assert (others.offsets.tolist(), others.closed, others.longest) == (
            frames.offsets.tolist(),
            frames.closed,
            frames.longest,
        )
        assert others.lengths.tolist() == frames.lengths.tolist()

    @pytest.mark.parametrize(
        ("document", "rows"),
        [
            (b"[1,,2]", [b"1", b"2"]),
            (b'[{"a":1},{"a":2},]', [b'{"a":1}', b'{"a":2}']),
            (b'[{"a":1}\n{"a":2}]', [b'{"a":1}', b'{"a":2}']),
            (b'{"a":1},\n{"a":2},\n', [b'{"a":1}', b'{"a":2}']),
            (b'[{"a":1}] x\ny', [b'{"a":1}', b"x", b"y"]),
            (b'[{"a":1}]\n[{"a":2}]', [b'{"a":1}', b'[{"a":2}]']),
            (b'{"a":1}}\n{"a":2}', [b'{"a":1}}', b'{"a":2}']),
            (b'[{"a":"x\ny"},\n{"a":2}]', [b'{"a":"x\x01y"},', b'{"a":2}']),
            (b'[{"a":"x\\\ny"},\n{"a":2}]', [b'{"a":"x\\\x01y"},', b'{"a":2}']),
            (b'[{"a":"x},\n{"a":2},\n{"a":3}]', [b'{"a":"x},', b'{"a":2}', b'{"a":3}']),
            (b'[{"a":1\x00},\x00\x00,{"a":2}]', [b'{"a":1\x00}', b"\x00\x00", b'{"a":2}']),
        ],
    )
    def test_what_becomes_of(self, document: bytes, rows: list[bytes]) -> None:
        text, frames = framed(document)
        assert rows_of(text) == rows
        assert frames.count == len(rows)

    @given(
        documents(),
        st.lists(st.tuples(st.integers(0, 200), st.sampled_from([*'{}[],"\\\n\v\f\0', "\n  {", "\xff"])), max_size=6),
    )
    @settings(max_examples=60, deadline=None)
    def test_readers_of_lines_see_the_same_rows(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        document: tuple[bytes, list[object]],
        edits: list[tuple[int, str]],
    ) -> None:
        """The reader numbers what it reads; if it skipped one that was counted, rows would change places."""
        damaged = document[0].removeprefix(BOM)
        for at, added in edits:
            damaged = damaged[:at] + added.encode("latin-1") + damaged[at:]
        try:
            text, frames = framed(damaged)
        except NotJson:
            return
        path = tmp_path_factory.mktemp("framed") / "rows"
        path.write_bytes(text)
        read = duckdb.sql(f"select count(*) from read_ndjson_objects('{path}', ignore_errors = true)").fetchone()
        assert read == (frames.count,)


class TestCatalogue:
    """The hostile documents."""

    # Answers are rows that hold records: test_elements.py counts those. Tables are no JSON.
    documents = tuple(
        e for e in CATALOGUE if not re.search(r"[.](zip(!|$)|csv|tsv|parquet)|^(recently|answer|plays$)", e.file_name.lower())
    )

    @pytest.mark.parametrize("entry", documents, ids=lambda entry: entry.name)
    def test_has_as_many_rows_as_are_accounted_for(self, entry: Hostile) -> None:
        if entry.expected.whole == "refused":
            with pytest.raises(NotJson):
                framed(entry.build())
        elif (total := entry.expected.total) is not None:
            assert framed(entry.build())[1].count == total


class TestOtherText:
    """Refused as a whole, or found empty."""

    @pytest.mark.parametrize("document", [b"", b" \r\n\t ", BOM, b" " * 2000])
    def test_nothing_but_white_space(self, document: bytes) -> None:
        _, frames = framed(document, block=64)
        assert (frames.count, frames.closed) == (0, False)

    @pytest.mark.parametrize(
        ("document", "reason"),
        [
            ("[{}]".encode("utf-16"), "UTF-16"),
            ("[{}]".encode("utf-16-le"), "UTF-16"),
            ("[{}]".encode("utf-16-be"), "UTF-16"),
            ("[{}]".encode("utf-32"), "UTF-16, UTF-32"),
            (bytes(100), "binary"),
            (b"null", "neither"),
            (b'"text"', "neither"),
            (b"  \n <!doctype html>", "web page"),
            (b"\x1f\x8b\x08\x00", "binary"),
            (b"\x1f\x8b\x08\x08\x00", "gzip"),
            (b"PK\x03\x04", "zip"),
            (BOM[:1], "neither"),
        ],
    )
    def test_is_refused_with_its_reason(self, document: bytes, reason: str) -> None:
        with pytest.raises(NotJson, match=reason):
            framed(document)

    def test_too_many_rows(self) -> None:
        with pytest.raises(NotJson, match="more than 9 records"):
            frame([b"[" + b"1," * 10 + b"]"], io.BytesIO(), most_rows=9)
        assert frame([b"[" + b"1," * 9 + b"]"], io.BytesIO(), most_rows=9).count == 9


class _Counter(io.RawIOBase):
    """Takes bytes and keeps their number."""

    size = 0

    def write(self, data: object) -> int:
        written = len(data)  # type: ignore[arg-type]
        self.size += written
        return written


def test_memory_does_not_grow_with_a_row() -> None:
    """One row of 50 MB."""

    def chunks() -> Iterator[bytes]:
        yield b'[{"a":"'
        for _ in range(50):
            yield b"x,{\\n" * 200_000
        yield b'"}]'

    sink = _Counter()
    tracemalloc.start()
    frames = frame(chunks(), sink)  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (frames.count, frames.closed, sink.size) == (1, True, 50_000_010)
    assert frames.longest == 50_000_008
    assert peak < 30_000_000
