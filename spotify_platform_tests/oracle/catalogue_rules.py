"""What ids and names mean now: aliases, recordings, tracks, albums, credits and artists, as loops over plain dicts.

Each function reads as its table's rule and is slow on purpose. Rows come in any order and go in any order.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from spotify_platform_tests.oracle.catalogue_entities import (
    by_column,
    entity_row,
    first_name,
    most,
    name_key,
    nulls_last,
    those_now,
)
from spotify_platform_tests.oracle.catalogue_recordings import clusters, recordings_of
from spotify_platform_tests.oracle.catalogue_tellings import (
    ATTRIBUTES,
    Row,
    World,
    bucket,
    observations_of,
    versions_of,
)

Pair = tuple[Any, Any]
"""Names of an artist and a title."""


def silver_of(world: World) -> dict[str, list[Row]]:
    """All tables of Silver's catalogue, by name."""
    told = observations_of(world)
    artists, albums, tracks = (versions_of(told, entity) for entity in ATTRIBUTES)
    played = played_of(world["plays"])
    aliases = aliases_of(tracks, played)
    now = tracks_of(aliases, tracks, played, albums)
    albums_now = albums_of(albums, now)
    track_artists, album_artists = credits_of(now, artists, "track"), credits_of(albums_now, artists, "album")
    return {
        "observations": told,
        "artists_history": artists,
        "albums_history": albums,
        "tracks_history": tracks,
        "played_tracks": played,
        "track_aliases": aliases,
        "tracks": now,
        "recordings": recordings_of(now),
        "albums": albums_now,
        "track_artists": track_artists,
        "album_artists": album_artists,
        "artists": artists_of(artists, [*track_artists, *album_artists]),
    }


def played_of(plays: Iterable[Row]) -> list[Row]:
    """Rows of `silver/played_tracks`."""
    found = {}
    for play in plays:
        if play["content_type"] == "track" and not play["is_excluded"]:
            row = {name: play[name] or None for name in ("track_id", "track_name", "artist_name", "album_name")}
            row |= {"user_bucket": play["user_bucket"], "year": play["year"], "local_year": play["local_date"].year}
            row["alias_key"] = row["track_id"] or name_key(row["artist_name"], row["track_name"])
            found[tuple(row.values())] = row
    return list(found.values())


def aliases_of(versions: Sequence[Row], played: Sequence[Row]) -> list[Row]:
    """Rows of `silver/track_aliases`: all ids, and the pairs of names that are played without one."""
    means = _meanings(versions, {row["track_id"] for row in played if row["track_id"]})
    rows = []
    for track_id, track_key in means.items():
        rule = "own id" if track_id == track_key else "relinked"
        rows.append(_alias(track_id, track_key, rule, "certain", track_id=track_id))
    known = _known_by_names(versions, played, means)
    meant = [version for version in those_now(versions) if version["track_id"] in means.values()]
    recording = {key: told["recording_key"] for key, told in clusters(_as_tracks(meant)).items()}
    for alias_key, (artist_name, track_name) in _played_names(played).items():
        names = {"artist_name": artist_name, "track_name": track_name}
        heard_of = known.get((artist_name, track_name), {})
        if not heard_of:
            rows.append(_alias(alias_key, alias_key, "names alone", "likely", **names))
            continue
        best = min(heard_of, key=lambda key: (not heard_of[key], key))
        count = len({recording.get(key, key) for key in heard_of})
        rule, sure = ("names", "likely") if count == 1 else ("shared names", "guess")
        rows.append(_alias(alias_key, best, rule, sure, candidate_count=count, **names))
    return rows


def _alias(alias_key: str, track_key: str, rule: str, confidence: str, **more: Any) -> Row:
    row = {"alias_key": alias_key, "track_id": None, "track_name": None, "artist_name": None, "track_key": track_key}
    return row | {"rule": rule, "confidence": confidence, "candidate_count": 1, "entity_bucket": bucket(alias_key), **more}


def _meanings(versions: Sequence[Row], played_ids: set[str]) -> dict[str, str]:
    """Each id with the id that it means: where its links end, or the smallest id of the circle that they end in."""
    links = {row["track_id"]: row["relinked_to"] for row in those_now(versions) if row["relinked_to"]}
    found = {}
    for one in {*played_ids, *links.values(), *(row["track_id"] for row in versions)}:
        way = [one]
        while (after := links.get(way[-1])) and after not in way:
            way.append(after)
        found[one] = min(way[way.index(after) :]) if after else way[-1]
    return found


def _known_by_names(versions: Iterable[Row], played: Iterable[Row], means: Mapping[str, str]) -> dict[Pair, dict[str, bool]]:
    """Tracks by the names they have or had, each with whether somebody played it under these."""
    found: dict[Pair, dict[str, bool]] = {}
    for row in versions:
        for artist in row["artists"] or []:
            if row["name"] is not None and artist["name"] is not None:
                found.setdefault((artist["name"], row["name"]), {}).setdefault(means[row["track_id"]], False)
    for row in played:
        if row["track_id"] and row["track_name"] is not None and row["artist_name"] is not None:
            found.setdefault((row["artist_name"], row["track_name"]), {})[means[row["track_id"]]] = True
    return found


def _played_names(played: Iterable[Row]) -> dict[str, Pair]:
    """Names that are played without an id, by their key."""
    return {row["alias_key"]: (row["artist_name"], row["track_name"]) for row in played if not row["track_id"]}


def _as_tracks(versions: Iterable[Row]) -> list[Row]:
    return [row | {"track_key": row["track_id"], "artist_name": first_name(row["artists"])} for row in versions]


def tracks_of(aliases: Sequence[Row], versions: Sequence[Row], played: Sequence[Row], albums: Sequence[Row]) -> list[Row]:
    """Rows of `silver/tracks`: what aliases mean, as the catalogue tells it, else as plays do."""
    current, titles = by_column(those_now(versions), "track_id"), by_column(those_now(albums), "album_id")
    rows = []
    for key in {alias["track_key"] for alias in aliases}:
        told = current.get(key, {})
        row, called_by = _heard(key, {alias["alias_key"] for alias in aliases if alias["track_key"] == key}, played)
        row |= entity_row(key, "track", told, row["heard_name"], called_by)
        album_name, of_plays = row["heard_album_name"], row["heard_album_artist_name"]
        found = [_album_of_names(titles.values(), album_name, by) for by in (of_plays, row["artist_name"])]
        by_names = name_key(of_plays, album_name) if album_name is not None else None
        row["album_key"] = next((one for one in (row["album_id"], *found) if one), by_names)
        title = titles.get(row["album_id"], {}).get("name")
        row["album_name"] = album_name if title is None else title
        rows.append({name: value for name, value in row.items() if name != "relinked_to"})
    return rows


def _heard(key: str, aliases: set[str], played: Sequence[Row]) -> tuple[Row, str | None]:
    """What plays call a track, its own id or names first, and its artist: title of one play, album of the first that has one."""
    names = ("album_name", "artist_name", "track_name")
    heard = [row for row in played if row["alias_key"] in aliases]
    heard.sort(key=lambda row: (row["alias_key"] != key, -row["local_year"], *(nulls_last(row[name]) for name in names)))
    first = heard[0] if heard else dict.fromkeys(names)
    on = next((row for row in heard if row["album_name"] is not None), dict.fromkeys(names))
    row = {"heard_name": first["track_name"], "heard_album_name": on["album_name"]}
    return row | {"heard_album_artist_name": on["artist_name"]}, first["artist_name"]


def _album_of_names(albums: Iterable[Row], name: str | None, artist_name: str | None) -> str | None:
    found = [
        album["album_id"]
        for album in albums
        if None not in (name, artist_name) and album["name"] == name
        if artist_name in [artist["name"] for artist in album["artists"] or []]
    ]
    return min(found, default=None)


def albums_of(versions: Sequence[Row], tracks: Sequence[Row]) -> list[Row]:
    """Rows of `silver/albums`: those of the catalogue, and those that tracks are on."""
    current = by_column(those_now(versions), "album_id")
    rows = []
    for key in {*current, *(track["album_key"] for track in tracks if track["album_key"])}:
        on_it = [track for track in tracks if track["album_key"] == key]
        first = min(on_it, key=lambda track: (nulls_last(_album_artist(track)), track["track_key"]), default=None)
        names = (first["album_name"], _album_artist(first)) if first else (None, None)
        row = entity_row(key, "album", current.get(key, {}), *names)
        rows.append(row | {"released_on": _first_day(row["release_date"])})
    return rows


def _album_artist(track: Row) -> str | None:
    """Whom plays name with the album; who is credited on the track, where they name nobody or another album."""
    heard = track["heard_album_artist_name"] if track["heard_album_name"] == track["album_name"] else None
    return track["artist_name"] if heard is None else str(heard)


def _first_day(text: str | None) -> date | None:
    shape = "".join("9" if one in "0123456789" else one for one in text or "")
    more = {"9999": "-01-01", "9999-99": "-01", "9999-99-99": ""}.get(shape)
    try:
        return None if more is None else date.fromisoformat(f"{text}{more}")
    except ValueError:  # 30 February, or the year 0000
        return None


def credits_of(entities: Iterable[Row], artists: Sequence[Row], entity: str) -> list[Row]:
    """Rows of `silver/track_artists` or `silver/album_artists`."""
    rows = []
    for one in entities:
        key, seen = one[f"{entity}_key"], set()
        for artist in one["artists"] or []:
            found = _credit(artist, artists)
            if found and found["artist_key"] not in seen:
                seen.add(found["artist_key"])
                row = {f"{entity}_key": key, "position": len(seen), "artist_name": artist["name"]}
                rows.append(row | found | {"entity_bucket": bucket(key)})
    return rows


def _credit(credited: Row, artists: Sequence[Row]) -> Row | None:
    """Who is meant, and how that is known; nobody, if neither id nor name is told."""
    if credited["id"] is not None:
        return {"artist_key": credited["id"], "rule": "id"}
    if credited["name"] is None:
        return None
    namesakes = [row for row in those_now(artists) if row["name"] == credited["name"]]
    if not namesakes:
        return {"artist_key": name_key(credited["name"]), "rule": "name alone"}
    chosen = min(namesakes, key=lambda row: (*(most(row[name]) for name in ("follower_count", "popularity")), row["artist_id"]))
    return {"artist_key": chosen["artist_id"], "rule": "name" if len(namesakes) == 1 else "shared name"}


def artists_of(versions: Sequence[Row], credits_: Sequence[Row]) -> list[Row]:
    """Rows of `silver/artists`: those of the catalogue, and those that are credited."""
    current = by_column(those_now(versions), "artist_id")
    rows = []
    for key in {*current, *(row["artist_key"] for row in credits_)}:
        names = [row["artist_name"] for row in credits_ if row["artist_key"] == key and row["artist_name"] is not None]
        row = entity_row(key, "artist", current.get(key, {}), min(names, default=None), None)
        rows.append({name: value for name, value in row.items() if name not in {"artists", "artist_name"}})
    return rows
