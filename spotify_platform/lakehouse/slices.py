"""Slices: the pieces of a table that a change touches. One user fills one bucket; years cut a bucket's plays."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

MOST_IN_ONE_PREDICATE = 400
"""Measured: 64 slices in one overwrite 0.05 s, 640 one second, 2,000 five; beyond this a plain overwrite is cheaper."""

Slice = Mapping[str, int]


def bucket_of(user_id: str, buckets: int) -> int:
    """Bucket of a user, from the first four bytes of sha256(user_id)."""
    return int.from_bytes(hashlib.sha256(user_id.encode()).digest()[:4], "big") % buckets


def predicate_of(slices: Sequence[Slice]) -> str:
    """Slices as a condition of literals, so that files outside them are neither opened nor removed; none of them is false.

    Example:
        >>> predicate_of([{"user_bucket": 3, "year": 2023}, {"user_bucket": 3, "year": 2024}])
        '(user_bucket = 3 and year = 2023) or (user_bucket = 3 and year = 2024)'
    """
    if not slices:
        return "false"
    if len(slices) > MOST_IN_ONE_PREDICATE and len(slices[0]) == 1:  # a parser goes as deep as there are words `or`
        [column] = slices[0]
        return f"{column} in ({', '.join(str(s[column]) for s in slices)})"
    return " or ".join("(" + " and ".join(f"{column} = {value}" for column, value in s.items()) + ")" for s in slices)


def one_of(column: str, texts: Iterable[str]) -> str:
    """A text column being one of these, as a condition of literals; none of them is false."""
    literals = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    return f"{column} in ({literals})" if literals else "false"


def coarser(slices: Sequence[Slice], columns: Sequence[str]) -> list[Slice]:
    """The slices of a table that is cut by some of their columns alone.

    Example:
        >>> coarser([{"user_bucket": 1, "year": 2023}, {"user_bucket": 1, "year": 2024}], ["user_bucket"])
        [{'user_bucket': 1}]
    """
    found = {tuple((name, s[name]) for name in columns if name in s) for s in slices}
    return [dict(pairs) for pairs in sorted(found)]


def of_buckets(buckets: Iterable[int]) -> list[Slice]:
    """Whole buckets, in their order."""
    return [{"user_bucket": bucket} for bucket in sorted(set(buckets))]
