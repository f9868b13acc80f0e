"""New plays and news of the catalogue in one refresh: they are felt in different slices of different marts."""

from typing import Any

import pytest

from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform_tests.scenario import album, drop, extended, page, track

FOUND = track()["id"]  # the catalogue's first artist, Kala, gets an id with it
OTHERS_PLAY, OWN_PLAY = [extended(900)], [extended(ts="2023-06-05T10:00:00Z")]


@pytest.mark.parametrize(
    "heard", [{}, {"anna": OTHERS_PLAY}, {"bert": OWN_PLAY}], ids=["nothing", "another bucket", "another year"]
)
def test_what_is_heard_and_what_is_told_are_published_together(platform: Platform, heard: dict[str, Any]) -> None:
    """An audit that compared marts of which other slices are built once refused such a refresh."""
    landing = platform.settings.home / "landing"
    drop(landing, "inbox/anna/first.json", [extended()])
    ids = (FOUND, extended()["spotify_track_uri"].rpartition(":")[2])
    years = [
        extended(ts=f"{year}-05-05T10:00:00Z", spotify_track_uri=f"spotify:track:{id_}")
        for year, id_ in zip((2021, 2023), ids, strict=True)
    ]
    drop(landing, "inbox/bert/first.json", years)
    refresh(platform)
    for user, rows in heard.items():
        drop(landing, f"inbox/{user}/second.json", rows)
    drop(landing, "inbox/me/track.json", track())
    refresh(platform)
    assert [one for one in verify(platform) if not one.is_equal] == []
    with reading_connection(platform.settings) as con:
        of_kala = con.sql("select distinct user_id from gold.top_artists where artist_id is not null order by 1").fetchall()
        plays = con.sql("select user_id, count(*) from gold.fct_plays group by 1 order by 1").fetchall()
    assert of_kala == [("anna",), ("bert",)]
    assert plays == [(user, n + len(heard.get(user, ()))) for user, n in (("anna", 1), ("bert", 2))]


def test_a_known_album_keeps_its_plays_when_its_tracks_have_artists_of_their_own(platform: Platform) -> None:
    """A page of an album's tracks names no album: its tracks were on one album each, and the known one lost its plays."""
    landing, various = platform.settings.home / "landing", {"id": f"a{3:021d}", "name": "Various Artists"}
    names = {"master_metadata_album_artist_name": various["name"], "master_metadata_album_album_name": "Comp"}
    plays = [extended(300 * n, spotify_track_uri=f"spotify:track:{track(n)['id']}", **names) for n in (1, 2)]
    known = album(9, name="Comp", artists=[various], tracks=page(next=None))
    tracks = [track(n, artists=[{"id": f"a{n:021d}", "name": by}], album=None) for n, by in enumerate(("Kala", "Mira"), 1)]
    found = []
    for name, document in (("plays", plays), ("album", known), ("tracks", page(*tracks))):
        drop(landing, f"inbox/me/{name}.json", document)
        refresh(platform)
        with reading_connection(platform.settings) as con:
            columns = "album_id, album_name, artist_name, play_count, unique_tracks"
            found += con.sql(f"select {columns} from gold.top_albums where period = 'all'").fetchall()
    shown = ("Comp", "Various Artists", 2, 2)
    assert found == [(None, *shown), (known["id"], *shown), (known["id"], *shown)]
    assert [one for one in verify(platform) if not one.is_equal] == []
