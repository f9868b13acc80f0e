"""A document as Spotify sends it, made as it is read: each row with the true play it tells of."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

Source = Literal["extended", "account", "api"]
Row: TypeAlias = Mapping[str, Any]
# Without an indent json is encoded in C, a fifth of the time; the separators make flat rows look indented all the same.
_ROW = json.JSONEncoder(ensure_ascii=False, separators=(",\n    ", ": "))
_ITEM = json.JSONEncoder(ensure_ascii=False)


class Spelled(Protocol):
    """What can be written as a file: its name and its text, piece by piece."""

    @property
    def name(self) -> str:
        """Path below the folder it is written to."""

    def text(self) -> Iterator[str]:
        """What the file says."""


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON document. Row k of what is written is `row_of(plays[k])`, and tells of the play of that index.

    Attributes:
        name: path in the zip or folder.
        source: which of the three sources it is of.
        plays: index in `History.plays` of the play that each row tells of.
        row_of: makes the row that tells of a play.
        around: of an answer of the API: its keys beside `items`; None: the document is a list of rows.
    """

    name: str
    source: Source
    plays: Sequence[int]
    row_of: Callable[[int], Row]
    around: Row | None = None

    @property
    def rows(self) -> Iterator[tuple[Row, int]]:
        """Each row with the index of its true play, made as it is asked for."""
        return ((self.row_of(index), index) for index in self.plays)

    def text(self) -> Iterator[str]:
        """The document as Spotify spells it, row by row: exports indented by 2, answers in one line."""
        if self.around is not None:
            yield '{"items": ['
            for number, index in enumerate(self.plays):
                yield (", " if number else "") + _ITEM.encode(self.row_of(index))
            yield f"], {_ITEM.encode(self.around)[1:]}"
            return
        before = "[\n  {\n    "
        for index in self.plays:
            yield f"{before}{_ROW.encode(self.row_of(index))[1:-1]}\n  }}"
            before = ",\n  {\n    "
        yield "\n]"
