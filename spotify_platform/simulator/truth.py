"""What is true of a history, counted plainly from its plays: the numbers that every table of the platform must come to."""

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain, groupby
from pathlib import Path

from spotify_platform.simulator.account import account_documents, account_minute
from spotify_platform.simulator.catalogue import Chapter, Episode, Track
from spotify_platform.simulator.documents import Document, Source
from spotify_platform.simulator.extended import REPEATS, extended_documents
from spotify_platform.simulator.history import History
from spotify_platform.simulator.play import Play
from spotify_platform.simulator.polls import EVERY_MINUTES, LAST_DAYS, api_documents

# How far the ends of one play are apart at most, for 97.6 % of plays.
_SAME_PLAY_MS = 5_000


@dataclass(frozen=True, slots=True)
class Truth:
    """Numbers of one history. Rows and items are what is written; records what they come to once repeats are taken out.

    Attributes:
        plays: all plays.
        counted: plays of music heard for at least 30 seconds, local files too.
        ms: milliseconds heard in all plays.
        extended_rows: rows of all extended exports, repeats included.
        extended_records: those distinct by end (second), content (URI, else names) and milliseconds heard.
        extended_plays: plays they tell of; more than records where an offline loop is told alike.
        extended_counted: of extended_records, music heard for at least 30 seconds.
        extended_ms: milliseconds heard in extended_records.
        account_rows: rows of all account data exports.
        account_records: a minute, names and milliseconds heard make as many as the one file has that has most of them.
        account_plays: plays they tell of.
        account_apart_plays: of plays that account data and an extended export tell of, those told in different minutes.
        api_items: items of all recently-played answers.
        api_records: those distinct by played_at and track id.
        api_plays: plays they tell of.
        api_far_plays: of plays that the API and an extended export tell of, those whose ends are more than 5 s apart.
        api_relinked_plays: of the same, those with another track id in the API.
        api_strange_plays: of these, those with another first artist as well, so that no id and no pair of names agrees.
        plays_by_sources: plays told of by exactly these sources, such as `api+extended`, or by `none`.
        distinct_plays: plays over all sources that records can tell apart, if every record finds its play. One told by an
            extended export is told apart as there; another that the API tells of as there; one that account data alone tell
            of by minute, names, milliseconds and how many one file has, unless an extended export tells of a play that
            account data would tell alike.
        plays_by_track: counted plays of each track id of the export.
    """

    plays: int
    counted: int
    ms: int
    extended_rows: int
    extended_records: int
    extended_plays: int
    extended_counted: int
    extended_ms: int
    account_rows: int
    account_records: int
    account_plays: int
    account_apart_plays: int
    api_items: int
    api_records: int
    api_plays: int
    api_far_plays: int
    api_relinked_plays: int
    api_strange_plays: int
    plays_by_sources: Mapping[str, int]
    distinct_plays: int
    plays_by_track: Mapping[str, int]


def truth(history: History, *, repeats: float = REPEATS, every_minutes: int = EVERY_MINUTES, last_days: int = LAST_DAYS) -> Truth:
    """Count the truth of a history, and of one export of each kind and the polls, if written with these arguments."""
    documents = chain(
        extended_documents(history, repeats=repeats),
        account_documents(history),
        api_documents(history, every_minutes=every_minutes, last_days=last_days),
    )
    return truth_of(history, documents)


def truth_of(history: History, documents: Iterable[Document]) -> Truth:
    """Count the truth of a history and of any documents that tell of it, from any number of exports. No row is made."""
    told = _Told(history)
    for document in documents:
        told.add(document)
    plays, relinked = history.plays, told.relinked()
    records, counted, ms = told.extended()
    return Truth(
        plays=len(plays),
        counted=sum(play.is_counted for play in plays),
        ms=sum(play.ms_played for play in plays),
        extended_rows=told.rows["extended"],
        extended_records=records,
        extended_plays=len(told.by["extended"]),
        extended_counted=counted,
        extended_ms=ms,
        account_rows=told.rows["account"],
        account_records=told.account.total(),
        account_plays=len(told.by["account"]),
        account_apart_plays=sum(map(_is_in_another_minute, told.by_both("account"))),
        api_items=told.rows["api"],
        api_records=len({api_identity(plays[index]) for index in told.by["api"]}),
        api_plays=len(told.by["api"]),
        api_far_plays=sum(map(_is_far, told.by_both("api"))),
        api_relinked_plays=len(relinked),
        api_strange_plays=sum(track.artists[0].name != track.album.artist.name for track in relinked),
        plays_by_sources=told.by_sources(),
        distinct_plays=records + told.distinct_elsewhere(),
        plays_by_track=_plays_by_track(history),
    )


def write_truth(
    history: History, path: Path, *, repeats: float = REPEATS, every_minutes: int = EVERY_MINUTES, last_days: int = LAST_DAYS
) -> None:
    """Write the truth beside the exports, as JSON; arguments as of `truth`."""
    write_counted(truth(history, repeats=repeats, every_minutes=every_minutes, last_days=last_days), path)


def write_counted(found: Truth, path: Path) -> None:
    """Write a truth as JSON."""
    path.write_text(json.dumps(asdict(found), indent=2) + "\n", encoding="utf-8")


def extended_identity(play: Play) -> Hashable:
    """What one record of the extended export is told apart by: second, content, milliseconds."""
    content = play.content
    heard: Hashable = None
    if isinstance(content, Track):
        heard = content.track_id or (content.name, content.album.artist.name, content.album.name)
    elif isinstance(content, Episode):
        heard = content.episode_id
    elif isinstance(content, Chapter):
        heard = content.chapter_id
    return play.reported_at_ms // 1000, heard, play.ms_played


def account_identity(play: Play) -> tuple[int, tuple[str, ...], int]:
    """What rows of account data are told apart by: minute, names, milliseconds."""
    content = play.content
    names: tuple[str, ...] = ("Unknown Track", "Unknown Artist")
    if isinstance(content, Track):
        names = content.name, content.album.artist.name
    elif isinstance(content, Episode):
        names = content.name, content.show
    elif isinstance(content, Chapter):
        names = content.name, content.book, content.author
    return account_minute(play), names, play.ms_played


def api_identity(play: Play) -> Hashable:
    """What items of recently-played are told apart by: instant, track id."""
    return play.played_at_ms, play.track and play.track.api_id


def _plays_by_track(history: History) -> dict[str, int]:
    counted = (play.track for play in history.plays if play.is_counted)
    found = Counter(track.track_id for track in counted if track and track.track_id)
    return dict(sorted(found.items()))


def _is_in_another_minute(play: Play) -> bool:
    return account_minute(play) != play.reported_at_ms // 60_000


def _is_far(play: Play) -> bool:
    return abs((play.played_at_ms or 0) - play.reported_at_ms // 1000 * 1000) > _SAME_PLAY_MS


class _Told:
    """Which plays each source tells of, and what its documents hold."""

    def __init__(self, history: History) -> None:
        self._plays = history.plays
        self.by: dict[Source, set[int]] = {"account": set(), "api": set(), "extended": set()}
        self.rows: Counter[Source] = Counter()
        self.account: Counter[Hashable] = Counter()

    def add(self, document: Document) -> None:
        self.rows[document.source] += len(document.plays)
        self.by[document.source].update(document.plays)
        if document.source == "account":
            self.account |= Counter(account_identity(self._plays[index]) for index in document.plays)

    def extended(self) -> tuple[int, int, int]:
        """Records of the extended exports, those that count, and their milliseconds heard."""
        records = counted = ms = 0
        for play in self._extended():
            records += 1
            counted += play.is_counted
            ms += play.ms_played
        return records, counted, ms

    def _extended(self) -> Iterator[Play]:
        """A play of each record of the extended exports. Only plays of one second are compared, which takes no memory."""

        def second(index: int) -> int:
            return self._plays[index].reported_at_ms // 1000

        for _, found in groupby(sorted(self.by["extended"], key=second), second):
            yield from {extended_identity(play): play for play in map(self._plays.__getitem__, found)}.values()

    def by_both(self, source: Source) -> Iterator[Play]:
        """Plays that a source and an extended export tell of."""
        return (self._plays[index] for index in sorted(self.by[source] & self.by["extended"]))

    def relinked(self) -> list[Track]:
        """The track of each play that the API and an extended export tell of by different ids."""
        tracks = (play.track for play in self.by_both("api"))
        return [track for track in tracks if track and track.api_id != track.track_id]

    def by_sources(self) -> dict[str, int]:
        """Plays by the sources that tell of them."""
        named = ("+".join(source for source, told in self.by.items() if index in told) for index in range(len(self._plays)))
        found = Counter(name or "none" for name in named)
        return dict(sorted(found.items()))

    def distinct_elsewhere(self) -> int:
        """Plays that records can tell apart, of those that no extended export tells of."""
        plays, extended, api = self._plays, self.by["extended"], self.by["api"]
        only_account = Counter(account_identity(plays[index]) for index in self.by["account"] - extended - api)
        minutes = {minute for minute, _, _ in only_account}
        near = (plays[index] for index in extended if account_minute(plays[index]) in minutes)
        known = set(map(account_identity, near))
        alone = sum(min(count, self.account[key]) for key, count in only_account.items() if key not in known)
        return len({api_identity(plays[index]) for index in api - extended}) + alone
