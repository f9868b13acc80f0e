"""What an object is: by the keys of its records, else by its name; zips by their members."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from obstore.store import LocalStore

from spotify_platform.landing import inspection
from spotify_platform.landing.archives import ArchiveLimits, ArchiveRefused
from spotify_platform.landing.arrivals import Arrival
from spotify_platform.landing.inspection import CHUNK, LOOK_AT, Inspected, inspect, opened
from spotify_platform.landing.recognition import NOT_OURS, recognise
from spotify_platform.pipeline.plan import KINDS
from spotify_platform_tests.scenario import account, answer, extended, item

LIMITS = ArchiveLimits()
Look = Callable[[str, bytes], list[Inspected]]


def text(document: object) -> bytes:
    return json.dumps(document).encode()


def packed(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


@pytest.fixture
def look(tmp_path: Path, store: LocalStore) -> Look:
    """Writes an object and inspects it."""

    def made(key: str, content: bytes) -> list[Inspected]:
        (tmp_path / key).write_bytes(content)
        return inspect(store, Arrival(key, "e1", len(content)), KINDS, LIMITS)

    return made


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ([extended()], "extended_history"),
        ([account()], "account_history"),
        (answer(item()), "recently_played"),
        (answer(), "recently_played"),
        ([item()], "recently_played"),
        (extended(), "extended_history"),
    ],
    ids=["extended", "account", "an answer", "an empty answer", "bare items", "one object"],
)
def test_the_keys_of_the_records_tell_whatever_the_name(look: Look, document: object, kind: str) -> None:
    content = text(document)
    [found] = look("photos.bin", content)
    assert (found.verdict, found.kind, found.reason) == ("load", kind, None)
    assert (found.key, found.etag, found.size) == ("photos.bin", "e1", len(content))
    assert found.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Streaming_History_Audio_2019-2020_3.json", "extended_history"),
        ("Streaming_History_Video_2019.json", "extended_history"),
        ("endsong_12.json", "extended_history"),
        ("StreamingHistory_music_0.json", "account_history"),
        ("StreamingHistory0.json", "account_history"),
        ("recently-played.json", "recently_played"),
    ],
)
def test_a_document_without_records_is_told_by_its_name(look: Look, name: str, kind: str) -> None:
    [found] = look(name, b"[]")
    assert (found.verdict, found.kind) == ("load", kind)


@pytest.mark.parametrize("name", ["Userdata.json", "my_endsong.json", "endsong.json.txt", "YourLibrary.json"])
def test_anything_else_is_not_recognised(look: Look, name: str) -> None:
    [found] = look(name, text({"ts": 1, "songs": []}))
    assert (found.verdict, found.kind, found.reason) == ("not_recognised", None, NOT_OURS)
    assert found.sha256


def test_keys_win_over_the_name(look: Look) -> None:
    [found] = look("endsong.json", text([account()]))
    assert found.kind == "account_history"


@pytest.mark.parametrize("head", [b'[{"ts": "2024', b'{"ms_played": 1}', b"", b"\x00\xff", b'[{"ts":', b'"ts ms_played"'])
def test_half_of_the_keys_are_not_enough(head: bytes) -> None:
    assert recognise(head, "x.json", KINDS) is None


def test_a_document_that_is_cut_off_is_known() -> None:
    assert recognise(text([extended(), extended(1)])[:-40], "x.json", KINDS) == "extended_history"


def test_a_long_object_is_hashed_to_its_end(look: Look) -> None:
    content = text([extended()]) + b" " * (LOOK_AT + CHUNK) + b"]"
    [found] = look("long.json", content)
    assert found.sha256 == hashlib.sha256(content).hexdigest()


class TestZips:
    """A zip is its members, and then itself."""

    def test_each_member_is_an_object_and_the_zip_comes_last(self, look: Look, store: LocalStore) -> None:
        content = packed(**{"MyData/endsong.json": text([extended()]), "MyData/Userdata.json": b"{}"})
        first, second, whole = look("my_data.zip", content)
        assert (first.key, first.verdict, first.kind) == ("my_data.zip!MyData/endsong.json", "load", "extended_history")
        assert (second.key, second.verdict) == ("my_data.zip!MyData/Userdata.json", "not_recognised")
        assert (whole.key, whole.verdict, whole.sha256, whole.size) == ("my_data.zip", "unpack", None, len(content))
        assert first.sha256 == hashlib.sha256(text([extended()])).hexdigest()
        with opened(store, first.key, LIMITS) as stream:
            assert stream.read() == text([extended()])

    def test_by_another_name_it_is_told_what_to_be_called(self, look: Look) -> None:
        found = look("download", packed(**{"endsong.json": b"[]"}))
        assert [(one.verdict, one.reason) for one in found] == [
            ("not_recognised", "it is a zip by another name: let its name end in .zip")
        ]

    @pytest.mark.parametrize("content", [b"", b"no zip", packed(a=b"x")[:-9]], ids=["empty", "text", "cut off"])
    def test_what_only_is_called_a_zip_is_refused_with_a_reason(self, look: Look, content: bytes) -> None:
        [found] = look("broken.ZIP", content)
        assert found.verdict == "refuse"
        assert found.reason

    def test_one_without_files_is_not_recognised(self, look: Look) -> None:
        [found] = look("empty.zip", packed())
        assert (found.verdict, found.reason) == ("not_recognised", "the zip holds no file")

    def test_a_member_that_is_no_longer_there_is_refused(self, look: Look, store: LocalStore) -> None:
        look("my_data.zip", packed(a=b"x"))
        with pytest.raises(ArchiveRefused, match="no longer holds b"), opened(store, "my_data.zip!b", LIMITS):
            pass


def test_an_object_that_vanished_is_nothing(store: LocalStore) -> None:
    assert inspect(store, Arrival("gone.json", "e1", 2), KINDS, LIMITS) == []


def test_what_nobody_thought_of_stops_one_object_and_no_other(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: Exception) -> None:
        def failing(*_: object) -> None:
            raise error

        monkeypatch.setattr(inspection, "recognise", failing)

    fail(ZeroDivisionError("PRIVATE"))
    [found] = look("a.json", b"[]")
    assert (found.verdict, found.reason) == ("refuse", "it could not be looked through (ZeroDivisionError)")
    fail(OSError("no disk"))
    with pytest.raises(OSError, match="no disk"):
        look("a.json", b"[]")
