"""Which tracks are one recording, as loops over plain dicts."""

from collections.abc import Sequence

from spotify_platform_tests.oracle.catalogue_tellings import Row, bucket

NEAR_MS = 2_000


def recordings_of(tracks: Sequence[Row]) -> list[Row]:
    """Rows of `silver/recordings`."""
    found = clusters(tracks)
    rows = []
    for track in tracks:
        told = found[track["track_key"]]
        same = [one for one in tracks if found[one["track_key"]]["recording_key"] == told["recording_key"]]
        main = min(same, key=lambda one: (not one["is_in_catalogue"], one["track_key"]))["track_key"]
        is_told = None not in (track["artist_name"], track["name"], track["duration_ms"])
        confidence = "certain" if told["rule"] == "isrc" else "likely" if is_told else "guess"
        row = {"track_key": track["track_key"], **told, "confidence": confidence, "main_track_key": main}
        rows.append(row | {"track_count": len(same), "entity_bucket": bucket(track["track_key"])})
    return rows


def clusters(tracks: Sequence[Row]) -> dict[str, Row]:
    """recording_key, rule and length_difference_ms by track_key."""
    found, left = {}, []
    coded = [track for track in tracks if _isrc(track)]
    for track in tracks:
        near = sorted((_apart(track, other), _isrc(other)) for other in coded if _apart(track, other) <= NEAR_MS)
        if _isrc(track):
            found[track["track_key"]] = _cluster(f"isrc:{_isrc(track)}", "isrc")
        elif near:
            found[track["track_key"]] = _cluster(f"isrc:{near[0][1]}", "names and length", near[0][0])
        else:
            left.append(track)
    for track in left:
        chain = [track]
        while more := [o for o in left if o not in chain and any(_apart(o, one) <= NEAR_MS for one in chain)]:
            chain += more
        steps = [_apart(track, other) for other in chain if other is not track]
        key = "track:" + min(one["track_key"] for one in chain)
        found[track["track_key"]] = _cluster(key, "names and length", min(steps)) if steps else _cluster(key, "alone")
    return found


def _cluster(recording_key: str, rule: str, length_difference_ms: int | None = None) -> Row:
    return {"recording_key": recording_key, "rule": rule, "length_difference_ms": length_difference_ms}


def _isrc(track: Row) -> str:
    return (track["isrc"] or "").replace("-", "").upper()


def _apart(one: Row, other: Row) -> float:
    """Milliseconds between the lengths of two tracks; without end if names differ or anything is not known."""
    told = [one[name] for name in ("artist_name", "name", "duration_ms")]
    if None in told or told[:2] != [other["artist_name"], other["name"]] or other["duration_ms"] is None:
        return float("inf")
    return abs(one["duration_ms"] - other["duration_ms"])
