"""What a run changed that died before it published, or a publication whose files are gone: the next publication is right."""

from typing import Any

import pytest

from spotify_platform.lakehouse import publishing
from spotify_platform.pipeline import gold
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform_tests.scenario import album, answer, artist, drop, extended, item, track

HEARD = "1111111111111111111111"


class KilledError(BaseException):
    """As if the process ended here: nothing catches it."""


def land(platform: Platform, name: str, document: Any) -> None:
    drop(platform.settings.home / "landing", f"inbox/me/{name}.json", document)


def tell(platform: Platform, day: int, document: Any) -> None:
    key = f"catalogue_api/me/2025/01/{day:02d}/202501{day:02d}T000000Z-{day:08x}.json"
    drop(platform.settings.home / "landing", key, document)


def dies_before_it_publishes(platform: Platform) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gold, "pin", killed)
        with pytest.raises(KilledError):
            refresh(platform, full=True)


def killed(*_: Any) -> None:
    raise KilledError


def unequal(platform: Platform) -> list[str]:
    return [found.table for found in verify(platform) if not found.is_equal]


def test_a_name_that_came_back_after_a_run_died(platform: Platform) -> None:
    """Since the publication nothing has changed, and the marts have what was between."""
    land(platform, "endsong", [extended()])
    tell(platform, 1, track(id=HEARD))
    tell(platform, 2, artist())
    refresh(platform, full=True)
    tell(platform, 3, artist(name="Kala K."))
    dies_before_it_publishes(platform)
    tell(platform, 4, artist())
    refresh(platform, full=True)
    assert unequal(platform) == []


def test_a_play_that_another_source_corrects_after_a_run_died(platform: Platform) -> None:
    land(platform, "old", [extended(ts="2023-05-05T10:00:00Z")])
    land(platform, "poll0", answer(item(0, played_at="2024-02-05T10:00:00.500Z")))
    refresh(platform, full=True)
    land(platform, "poll", answer(item(4, 500)))
    dies_before_it_publishes(platform)
    land(platform, "export", [extended(1)])
    refresh(platform, full=True)
    assert unequal(platform) == []


def test_a_track_that_moved_long_after_the_last_publication(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The album and the artist that it leaves were not heard any more, and nobody can look at what was before."""
    land(platform, "endsong", [extended()])
    tell(platform, 1, track(id=HEARD, album=album(1)))
    refresh(platform, full=True)
    monkeypatch.setattr(publishing, "KEPT_HOURS", 1)
    tell(platform, 3, track(id=HEARD, album=album(2, name="Other"), artists=[artist(2, name="Bo")]))
    refresh(platform, full=True)
    assert unequal(platform) == []
