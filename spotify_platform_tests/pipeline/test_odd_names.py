"""Names that a person may give, and versions that come and go."""

import io
import json
import zipfile
from typing import Any

import pytest

from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.pipeline.plan import new_arrivals, plan
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.refresh import steps
from spotify_platform_tests.scenario import drop, extended
from spotify_platform_tests.tables import rows_of


def zipped(**members: Any) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, rows in members.items():
            archive.writestr(f"{name}.json", json.dumps(rows))
    return buffer.getvalue()


def loaded(platform: Platform) -> list[tuple[str, str, int]]:
    for step in steps().values():
        step(platform)
    return sorted((row["object"], row["status"], row["rows_new"]) for row in rows_of(platform, ACCOUNTING))


@pytest.mark.parametrize("name", ["inbox/me/wow!.json", "inbox/AC!DC/endsong.json", "inbox/me/!"])
def test_the_mark_of_members_in_a_name(name: str, platform: Platform) -> None:
    drop(platform.settings.home / "landing", name, [extended(1)])
    assert loaded(platform) == [(name, "loaded", 1)]
    assert new_arrivals(platform) == []


@pytest.mark.parametrize("name", ["inbox/me/wow!.zip", "inbox/me/a!b!.ZIP"])
def test_the_mark_of_members_in_the_name_of_a_zip(name: str, platform: Platform) -> None:
    drop(platform.settings.home / "landing", name, zipped(endsong=[extended(1)]))
    assert loaded(platform) == [(f"{name}!endsong.json", "loaded", 1)]
    assert new_arrivals(platform) == []


def test_a_zip_that_lost_a_member_before_it_was_loaded_is_new_once(platform: Platform) -> None:
    landing = platform.settings.home / "landing"
    drop(landing, "inbox/me/a.zip", zipped(endsong0=[extended(1)], endsong1=[extended(2)]))
    plan(platform)
    drop(landing, "inbox/me/a.zip", zipped(endsong1=[extended(2), extended(3)]))
    loaded(platform)
    found = loaded(platform)
    assert ("inbox/me/a.zip!endsong1.json", "loaded", 2) in found
    assert new_arrivals(platform) == []


def test_a_zip_that_comes_back_as_it_was_is_loaded(platform: Platform) -> None:
    landing = platform.settings.home / "landing"
    first = drop(landing, "inbox/me/a.zip", zipped(endsong0=[extended(1)], endsong1=[extended(2)]))
    plan(platform)
    kept = first.rename(landing.parent / "kept.zip")
    drop(landing, "inbox/me/a.zip", zipped(endsong1=[extended(2), extended(3)]))
    loaded(platform)
    kept.replace(first)
    loaded(platform)
    found = loaded(platform)
    assert ("inbox/me/a.zip!endsong0.json", "loaded", 1) in found
    assert new_arrivals(platform) == []
