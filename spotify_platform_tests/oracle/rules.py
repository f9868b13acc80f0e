"""What the plays of one user are: the rules R3 to R6 as loops over plain dicts, in the words they are written in.

It shares no code with the transform that it judges, and is slow on purpose: a loop that reads like its rule can be checked
by reading. Records are distinct already (R0 to R2).
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from spotify_platform.transforms.rules import Rules

Row = dict[str, Any]
Pair = tuple[Row, Row]
Links = dict[str, str]
"""record_id of a record that is not kept -> record_id of the one that is, which tells of the same play."""

MINUTE = timedelta(minutes=1)
AS_KEPT = (
    "user_id", "user_bucket", "year", "ended_at", "ms_played", "content_type", "content_uri", "track_id", "track_name",
    "artist_name", "album_name", "show_name", "reason_start", "reason_end", "shuffle", "offline", "incognito", "platform",
    "country", "context_uri",
)  # fmt: skip
DEVICES = {
    None: None,
    "not_applicable": None,
    "": "other",
    "ios": "phone",
    "iOS 12.4 (iPad5,3)": "tablet",
    "web_player windows 10;chrome 120": "web",
    "Partner sonos_ppc Sonos;Play1": "speaker",
}
"""Kinds of the platforms that histories hold; the rule itself has examples of its own."""


def plays_of(records: Sequence[Row], zones: Sequence[Row], *, leave_out_incognito: bool, rules: Rules) -> list[Row]:
    """All plays of one user, in order of play_id.

    Args:
        records: rows of `silver/play_records`, in any order.
        zones: time_zone, starts_at, ends_at: periods that cover all time, half open.
        leave_out_incognito: the user wants private sessions left out.
        rules: windows and thresholds.
    """
    links, rivals = _decided(records, rules)
    kept = sorted((r for r in records if r["record_id"] not in links), key=_record_id)
    plays = []
    for record in kept:
        others = [other for other in records if links.get(other["record_id"]) == record["record_id"]]
        play = _values(record, others) | _lineage(record, others, rivals) | _clock(record, zones) | _skipped(record)
        play |= _listening(play, record, kept, rules)
        play["is_excluded"] = leave_out_incognito and record["incognito"] is True
        play["device_type"] = DEVICES[record["platform"]]
        plays.append(play)
    return plays


def _decided(records: Sequence[Row], rules: Rules) -> tuple[Links, list[Pair]]:
    """Which records are one play, and which pairs of kept ones cannot be told."""
    extended, account, api = (_of_source(records, source) for source in ("extended", "account", "api"))
    by_r3 = _r3(account, extended)
    by_r4 = _r4(api, extended, rules)
    api_left = [a for a in api if a["record_id"] not in by_r4]
    account_left = [a for a in account if a["record_id"] not in by_r3]
    by_r5 = _r5(api_left, account_left)
    rivals = _r6(
        [a for a in api_left if a["record_id"] not in by_r5.values()],
        [e for e in extended if e["record_id"] not in by_r4.values()] + [a for a in account_left if a["record_id"] not in by_r5],
        rules,
    )
    return by_r3 | by_r4 | by_r5, rivals


def _r3(account: Sequence[Row], extended: Sequence[Row]) -> Links:
    """Account data and the extended export tell the same minute, track name and ms_played; turn by turn if several do.

    Then, one with one, what is left on both sides and told in the minute after the extended export's, then before.
    """
    links = {}
    for record in account:
        twins = [other for other in account if _r3_key(other) == _r3_key(record)]
        there = [other for other in extended if _r3_key(other) == _r3_key(record)]
        if there:
            links[record["record_id"]] = there[twins.index(record) % len(there)]["record_id"]
    for shift in (MINUTE, -MINUTE):
        account_left = [a for a in account if a["record_id"] not in links]
        extended_left = [e for e in extended if e["record_id"] not in links.values() and e["track_name"]]
        for key in {_r3_key(e) for e in extended_left}:
            one = [e for e in extended_left if _r3_key(e) == key]
            other = [a for a in account_left if _r3_key(a) == (key[0] + shift, *key[1:])]
            links |= {told["record_id"]: kept["record_id"] for kept, told in zip(one, other, strict=False)}
    return links


def _r3_key(record: Row) -> tuple[Any, ...]:
    return _minute(record), record["track_name"] or "", record["ms_played"]


def _r4(api: Sequence[Row], extended: Sequence[Row], rules: Rules) -> Links:
    """A pair that is the first for both of its sides is a match; then once more without what is matched."""
    pairs = [(a, e) for a in api for e in extended if _same_content(a, e) and _apart_ms(a, e) <= rules.match_ms]
    pairs.sort(key=_r4_order)
    links: Links = {}
    for _ in range(2):
        found = {}
        for one, other in pairs:
            first_of_one = next(pair for pair in pairs if pair[0] is one)
            first_of_other = next(pair for pair in pairs if pair[1] is other)
            if first_of_one[1] is other and first_of_other[0] is one:
                found[one["record_id"]] = other["record_id"]
        links |= found
        pairs = [(a, e) for a, e in pairs if a["record_id"] not in links and e["record_id"] not in links.values()]
    return links


def _r4_order(pair: Pair) -> tuple[Any, ...]:
    api, extended = pair
    heard = extended["ms_played"]
    briefly = heard < 30_000  # the rule's own number, whatever counts as a play
    unlike = 0 if _same_id(api, extended) else 1 if _names(api) == _names(extended) else 2
    return unlike, briefly, _apart_ms(api, extended), -heard, extended["record_id"], api["record_id"]


def _r5(api: Sequence[Row], account: Sequence[Row]) -> Links:
    """The k-th API record with the k-th account record of the same minute and names, the minute before, the one after.

    Then, of what is left, the same by the track's name alone.
    """
    links: Links = {}
    for named, shift in [(by, shift) for by in (_names, _title) for shift in (timedelta(0), -MINUTE, MINUTE)]:
        api_left = [a for a in api if a["record_id"] not in links.values() and a["track_name"]]
        account_left = [a for a in account if a["record_id"] not in links]
        for minute, names in {(_minute(a), named(a)) for a in api_left}:
            one = [a for a in api_left if (_minute(a), named(a)) == (minute, names)]
            other = [a for a in account_left if (_minute(a), named(a)) == (minute + shift, names)]
            one.sort(key=lambda a: (a["ended_at"], a["record_id"]))
            other.sort(key=lambda a: (-a["ms_played"], a["record_id"]))
            for kept, told in zip(one, other, strict=False):
                links[told["record_id"]] = kept["record_id"]
    return links


def _r6(api: Sequence[Row], exported: Sequence[Row], rules: Rules) -> list[Pair]:
    """What may be one play and may be two."""
    return [(a, e) for a in api for e in exported if _same_content(a, e) and _apart_ms(a, e) <= rules.ambiguous_ms]


def _values(record: Row, others: Sequence[Row]) -> Row:
    """What was heard: the kept record's word, and what another source knows better."""
    values = {name: record[name] for name in AS_KEPT}
    for other in others:
        if record["source"] == "extended" and other["source"] == "api":
            better = {name: other[name] for name in ("track_id", "content_uri", "context_uri") if other[name] is not None}
            names = ("track_name", "artist_name", "album_name", "show_name")
            values |= better | {name: other[name] for name in names if record[name] is None}
        if record["source"] == "api":
            values["ms_played"] = other["ms_played"]
    return values


def _lineage(record: Row, others: Sequence[Row], rivals: Sequence[Pair]) -> Row:
    """Which records made the play, and which plays it may be."""
    records = [record, *others]
    sources = sorted({r["source"] for r in records})
    with_ = {b["record_id"] for a, b in rivals if a is record} | {a["record_id"] for a, b in rivals if b is record}
    match = "single"
    if len(record["origins"]) > 1:
        match = "repeated"
    if len(sources) > 1:
        match = "matched"
    if with_:
        match = "ambiguous"
    return {
        "play_id": record["record_id"],
        "record_ids": sorted(r["record_id"] for r in records),
        "sources": sources,
        "match": match,
        "ambiguous_with": sorted(with_),
        "_batch": max(r["_batch"] for r in records),
    }


def _listening(play: Row, record: Row, kept: Sequence[Row], rules: Rules) -> Row:
    """How long was heard, from when, and whether it counts."""
    heard, estimate = play["ms_played"], None
    if heard is None and record["duration_ms"] is not None:
        estimate = record["duration_ms"]
        earlier = [_apart_ms(record, other) for other in kept if other["ended_at"] < record["ended_at"]]
        near = [apart for apart in earlier if apart <= rules.previous_ms]
        if near:
            estimate = min(estimate, *near)
    length = heard if heard is not None else estimate
    may_be_told_twice = play["match"] == "ambiguous" and record["source"] == "api"
    return {
        "ms_played_estimate": estimate,
        "started_at": None if length is None else record["ended_at"] - timedelta(milliseconds=length),
        "start_is_estimated": heard is None or record["source"] == "account",
        "is_counted": play["content_type"] == "track" and (heard is None or heard >= rules.counted_ms) and not may_be_told_twice,
    }


def _skipped(record: Row) -> Row:
    """Whether it was skipped: the source's word, else what the reason says."""
    reason = record["reason_end"]
    derived = None if reason in {None, "", "unknown"} else reason in {"fwdbtn", "backbtn", "nextbtn"}
    if record["skipped"] is None:
        return {"skipped": derived, "skipped_is_derived": derived is not None}
    return {"skipped": record["skipped"], "skipped_is_derived": False}


def _clock(record: Row, zones: Sequence[Row]) -> Row:
    """The time on the listener's clock."""
    [zone] = [z["time_zone"] for z in zones if z["starts_at"] <= record["ended_at"] < z["ends_at"]]
    local = record["ended_at"].astimezone(ZoneInfo(zone))
    parts = ("night", "morning", "afternoon", "evening")
    return {
        "time_zone": zone,
        "local_date": local.date(),
        "local_hour": local.hour,
        "time_of_day": parts[local.hour // 6],
    }


def _same_content(one: Row, other: Row) -> bool:
    return _same_id(one, other) or (bool(one["track_name"]) and _title(one) == _title(other))


def _same_id(one: Row, other: Row) -> bool:
    return one["track_id"] is not None and bool(one["track_id"] == other["track_id"])


def _names(record: Row) -> tuple[str, str]:
    return record["track_name"] or "", record["artist_name"] or ""


def _title(record: Row) -> str:
    return record["track_name"] or ""


def _minute(record: Row) -> Any:
    return record["ended_at"].replace(second=0, microsecond=0)


def _apart_ms(one: Row, other: Row) -> int:
    apart: timedelta = abs(one["ended_at"] - other["ended_at"])
    return apart // timedelta(milliseconds=1)


def _of_source(records: Iterable[Row], source: str) -> list[Row]:
    return sorted((record for record in records if record["source"] == source), key=_record_id)


def _record_id(record: Row) -> str:
    return str(record["record_id"])
