"""Users' settings as of a batch of the ledger: what plays are made with beside Bronze, and what a change of them touches."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import ibis.expr.types as ir

from spotify_platform.contracts.model import TIMESTAMP
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.lakehouse.ledger import stated_settings
from spotify_platform.lakehouse.slices import bucket_of
from spotify_platform.pipeline.platform import Platform
from spotify_platform.profiles import Profile


@dataclass(frozen=True, slots=True)
class Stated:
    """What a user's plays are made with: the rules' fingerprint and the user's own settings."""

    rules: str
    profile: Profile

    def to_text(self) -> str:
        """As the ledger keeps it."""
        return json.dumps({"rules": self.rules, "profile": self.profile.to_text()}, sort_keys=True)

    @classmethod
    def of_text(cls, text: str) -> "Stated":
        """What `to_text` wrote, or the bare time zone of older lakes."""
        if not text.startswith("{"):
            return cls("", Profile(text))
        said = json.loads(text)
        return cls(said["rules"], Profile.of_text(said["profile"]))

    @property
    def sha256(self) -> str:
        """Fingerprint."""
        return hashlib.sha256(self.to_text().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Restated:
    """Years (UTC, both included) of a user's plays that are to be made anew."""

    user_bucket: int
    first_year: int
    last_year: int

    @property
    def predicate(self) -> str:
        """As a condition of literals on tables that are cut by bucket and year."""
        return f"(user_bucket = {self.user_bucket} and year >= {self.first_year} and year <= {self.last_year})"


def stated_now(platform: Platform, users: Sequence[str]) -> dict[str, Stated]:
    """The settings of users as their profiles say now."""
    rules = platform.rules.sha256
    return {user: Stated(rules, profile) for user, profile in platform.profiles.of_all(users).items()}


def stated_as_of(platform: Platform, ledger: Snapshot, top: int) -> dict[str, Stated]:
    """Every user the ledger has met up to batch `top`, with the settings as of then."""
    return {user: Stated.of_text(text) for user, text in stated_settings(platform.engine, ledger, top).items()}


def listeners_of(platform: Platform, stated: Mapping[str, Stated]) -> ir.Table:
    """Users with what decides on their plays: user_id, leave_out_incognito."""
    rows = [{"user_id": user, "leave_out_incognito": one.profile.leave_out_incognito} for user, one in stated.items()]
    return platform.engine.values(rows, {"user_id": "string", "leave_out_incognito": "boolean"})


def zones_of(platform: Platform, stated: Mapping[str, Stated]) -> ir.Table:
    """Their time zones: user_id, time_zone, starts_at, ends_at; of each user all time."""
    rows = [{"user_id": user, **asdict(period)} for user, one in stated.items() for period in one.profile.periods]
    schema = {"user_id": "string", "time_zone": "string", "starts_at": TIMESTAMP, "ends_at": TIMESTAMP}
    return platform.engine.values(rows, schema)


def restated(platform: Platform, ledger: Snapshot, users: Sequence[str], last: int, top: int) -> list[Restated]:
    """What the settings of these users, changed between two batches, touch."""
    if not users:
        return []
    before, after = stated_as_of(platform, ledger, last), stated_as_of(platform, ledger, top)
    return [
        Restated(bucket_of(user, platform.buckets), first, final)
        for user in users
        for first, final in _years_that_differ(before.get(user), after[user])
    ]


def _years_that_differ(before: Stated | None, after: Stated) -> Iterator[tuple[int, int]]:
    """First and last year of each time that is told otherwise than before."""
    if before is None or (before.rules, before.profile.leave_out_incognito) != (after.rules, after.profile.leave_out_incognito):
        yield _ALL_YEARS
        return
    for was in before.profile.periods:
        for is_now in after.profile.periods:
            start, end = max(was.starts_at, is_now.starts_at), min(was.ends_at, is_now.ends_at)
            if start < end and was.time_zone != is_now.time_zone:
                yield start.year, end.year


_ALL_YEARS = (1970, 9999)
