"""What every entity of the catalogue has, whatever it is: a key, names from where they are told, a row that is so now."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from spotify_platform_tests.oracle.catalogue_tellings import ATTRIBUTES, Row, bucket


def name_key(*names: str | None) -> str:
    """Key of what is known by names alone."""
    return "name:" + sha256("\x1f".join(name or "" for name in names).encode()).hexdigest()[:22]


def entity_row(key: str, entity: str, told: Row, name: str | None, artist_name: str | None) -> Row:
    """An entity as the catalogue tells it, with names from elsewhere where it tells none."""
    values = {attribute: told.get(attribute) for attribute in ATTRIBUTES[entity]}
    artists = values.get("artists")
    first = first_name(artists)
    row = {f"{entity}_key": key, f"{entity}_id": None if key.startswith("name:") else key, **values}
    row["name"] = name if values["name"] is None else values["name"]
    row["artist_name"] = artist_name if first is None else first
    row["artists"] = artists or ([{"id": None, "name": row["artist_name"]}] if row["artist_name"] is not None else None)
    return row | {"is_in_catalogue": bool(told), "changed_at": told.get("valid_from"), "entity_bucket": bucket(key)}


def first_name(artists: Sequence[Row] | None) -> str | None:
    """Name of the first credited artist."""
    return artists[0]["name"] if artists else None


def those_now(versions: Iterable[Row]) -> list[Row]:
    """Versions that are so now."""
    return [row for row in versions if row["is_current"]]


def by_column(rows: Iterable[Row], column: str) -> dict[str, Row]:
    """Rows by what they have in a column."""
    return {row[column]: row for row in rows}


def nulls_last(value: str | None) -> tuple[bool, str]:
    """A value to sort by, null after all others."""
    return value is None, value or ""


def most(value: int | None) -> int:
    """A number to sort by, the largest first and null last."""
    return 1 if value is None else -value
