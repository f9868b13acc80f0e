"""Beginning again: every commit is made on what was opened just before, and whoever comes second starts over."""

from collections.abc import Callable
from typing import TypeVar

from spotify_platform.errors import Conflict, Outside

TRIES = 20
"""More than any number of writers that meet on one table; each failed try means that another writer got on."""

Result = TypeVar("Result")


def until_committed(path: str, attempt: Callable[[], Result]) -> Result:
    """What an attempt comes to: it opens, computes and commits, and is made anew, from the start, after each `Conflict`.

    Raises:
        Outside: other writers were first in each of `TRIES` tries.
    """
    for _ in range(TRIES):
        try:
            return attempt()
        except Conflict:
            continue
    raise Outside(f"{path}: other writers were first {TRIES} times in a row. Let them finish and run it again.")
