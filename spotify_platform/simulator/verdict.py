"""What a platform made of a simulated history, held against the truth: plays lost, plays doubled, plays nobody can tell.

A record tells of true plays, and is in a play that the platform made. Records that two such plays share tie them together;
of each group so tied there must be as many made plays as true ones that records can tell apart. Which of two plays of one
minute a record went to does not matter, as long as there are two.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from spotify_platform.simulator.documents import Document
from spotify_platform.simulator.history import History
from spotify_platform.simulator.truth import extended_identity

_DIGITS = 16  # of an object's sha256 in `origins`


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts over one history.

    Attributes:
        told: true plays that some document tells of.
        lost: of these, so many have no play of their own, though records can tell them apart.
        doubled: so many plays are one too many, and not marked as ambiguous.
        ambiguous: true plays in groups with a play that is marked so.
        told_alike: true plays that no record tells apart from another (an offline loop of one second and length).
    """

    told: int
    lost: int
    doubled: int
    ambiguous: int
    told_alike: int


class Told:
    """Which true play each landed row tells of; fill it with `add` as documents are landed."""

    def __init__(self) -> None:
        self._plays: dict[str, Sequence[int]] = {}

    def add(self, document: Document) -> bytes:
        """The document's bytes, to be landed as they are."""
        text = "".join(document.text()).encode()
        self._plays[sha256(text).hexdigest()[:_DIGITS]] = document.plays
        return text

    def play(self, origin: str) -> int:
        """True play of an origin: the first digits of the object's sha256, #, row."""
        digest, _, row = origin.partition("#")
        return self._plays[digest][int(row)]


def verdict(history: History, told: Told, records: Iterable[Mapping[str, Any]], plays: Iterable[Mapping[str, Any]]) -> Verdict:
    """Judge what was made of one history.

    Args:
        history: whose.
        told: every document that landed.
        records: record_id and origins of `silver/play_records`.
        plays: play_id, record_ids and match of `silver/plays`.
    """
    true_plays = {record["record_id"]: {told.play(origin) for origin in record["origins"]} for record in records}
    groups, doubtful = _Groups(), set()
    for play in plays:
        for record_id in play["record_ids"]:
            for true_play in true_plays[record_id]:
                groups.tie(("made", play["play_id"]), ("true", true_play))
        if play["match"] == "ambiguous":
            doubtful.add(("made", play["play_id"]))
    return _judged(history, groups, set().union(*true_plays.values()), doubtful)


def _judged(history: History, groups: "_Groups", told: set[int], doubtful: set[tuple[str, Any]]) -> Verdict:
    is_doubtful = {groups.of(node) for node in doubtful}
    lost = doubled = ambiguous = told_alike = 0
    for group, nodes in groups.members().items():
        true_plays = [number for kind, number in nodes if kind == "true"]
        made = len(nodes) - len(true_plays)
        if group in is_doubtful:
            ambiguous += len(true_plays)
            continue
        apart = len({extended_identity(history.plays[number]) for number in true_plays})
        told_alike += len(true_plays) - apart
        lost += max(0, apart - made)
        doubled += max(0, made - len(true_plays))
    return Verdict(len(told), lost, doubled, ambiguous, told_alike)


class _Groups:
    """Nodes tied together, by union and find."""

    def __init__(self) -> None:
        self._above: dict[Any, Any] = {}

    def tie(self, one: Hashable, other: Hashable) -> None:
        self._above[self.of(one)] = self.of(other)

    def of(self, node: Hashable) -> Hashable:
        self._above.setdefault(node, node)
        while self._above[node] != node:
            self._above[node] = node = self._above[self._above[node]]
        return node

    def members(self) -> dict[Hashable, list[Any]]:
        found: dict[Hashable, list[Any]] = defaultdict(list)
        for node in list(self._above):
            found[self.of(node)].append(node)
        return found
