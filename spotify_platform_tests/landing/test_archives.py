"""Zips of ordinary tools are read, all others are refused with a reason, and no member gives more than it declares."""

import base64
import io
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spotify_platform.landing.archives import Archive, ArchiveLimits, ArchiveRefused, open_archive
from spotify_platform_tests.hostile import CATALOGUE, Hostile
from spotify_platform_tests.hostile_zips import CONTENT, HISTORY, Part, by_python, deflated, one, zeros, zipped

ZIPS = [entry for entry in CATALOGUE if entry.file_name.endswith(".zip") and ".zip!" not in entry.file_name]
REFUSED = [entry for entry in ZIPS if entry.expected.whole == "refused"]
READ = [entry for entry in ZIPS if entry.expected.whole is None]

# The same two files as these programs pack them.
RECORDED = {
    "Info-ZIP": """
UEsDBAoAAAAAAG8xdV0AAAAAAAAAAAAAAAAGAAAAw6kudHh0UEsDBAoAAAAAAG8xdV0AAAAAAAAAAAAAAAAHAAAATXlEYXRhL1BLAwQUAAAACACL
MXVdQiQ4Ey0AAAAwAAAADQAAAE15RGF0YS9hLmpzb26LrlYqKVayUjIyMDLUNQChEEMDKwMQilLSUcotji/ISaxMTVGyMjQwMKiNBQBQSwECHgMK
AAAAAABvMXVdAAAAAAAAAAAAAAAABgAAAAAAAAAAAAAApIEAAAAAw6kudHh0UEsBAh4DCgAAAAAAbzF1XQAAAAAAAAAAAAAAAAcAAAAAAAAAAAAQ
AO1BJAAAAE15RGF0YS9QSwECHgMUAAAACACLMXVdQiQ4Ey0AAAAwAAAADQAAAAAAAAABAAAApIFJAAAATXlEYXRhL2EuanNvblBLBQYAAAAAAwAD
AKQAAAChAAAAAAA=""",
    "Info-ZIP, piped": """
UEsDBAoACAAAAG8xdV0AAAAAAAAAAAAAAAAGAAAAw6kudHh0UEsHCAAAAAAAAAAAAAAAAFBLAwQKAAAAAABvMXVdAAAAAAAAAAAAAAAABwAAAE15
RGF0YS9QSwMEFAAIAAgAizF1XQAAAAAAAAAAMAAAAA0AAABNeURhdGEvYS5qc29ui65WKilWslIyMjAy1DUAoRBDAysDEIpS0lHKLY4vyEmsTE1R
sjI0MDCojQUAUEsHCEIkOBMtAAAAMAAAAFBLAQIeAwoACAAAAG8xdV0AAAAAAAAAAAAAAAAGAAAAAAAAAAAAAACkgQAAAADDqS50eHRQSwECHgMK
AAAAAABvMXVdAAAAAAAAAAAAAAAABwAAAAAAAAAAABAA7UE0AAAATXlEYXRhL1BLAQIeAxQACAAIAIsxdV1CJDgTLQAAADAAAAANAAAAAAAAAAEA
AACkgVkAAABNeURhdGEvYS5qc29uUEsFBgAAAAADAAMApAAAAMEAAAAAAA==""",
    "Info-ZIP, zip64": """
UEsDBC0AAAAAAG8xdV0AAAAA//////////8GABQAw6kudHh0AQAQAAAAAAAAAAAAAAAAAAAAAABQSwMELQAAAAAAbzF1XQAAAAD//////////wcA
FABNeURhdGEvAQAQAAAAAAAAAAAAAAAAAAAAAABQSwMELQAAAAgAizF1XUIkOBP//////////w0AFABNeURhdGEvYS5qc29uAQAQADAAAAAAAAAA
LQAAAAAAAACLrlYqKVayUjIyMDLUNQChEEMDKwMQilLSUcotji/ISaxMTVGyMjQwMKiNBQBQSwECHgMtAAAAAABvMXVdAAAAAAAAAAD/////BgAM
AAAAAAAAAAAApIEAAAAAw6kudHh0AQAIAAAAAAAAAAAAUEsBAh4DCgAAAAAAbzF1XQAAAAAAAAAA/////wcADAAAAAAAAAAQAO1BOAAAAE15RGF0
YS8BAAgAAAAAAAAAAABQSwECHgMtAAAACACLMXVdQiQ4Ey0AAAD/////DQAMAAAAAAABAAAApIFxAAAATXlEYXRhL2EuanNvbgEACAAwAAAAAAAA
AFBLBgYsAAAAAAAAAB4DLQAAAAAAAAAAAAMAAAAAAAAAAwAAAAAAAADIAAAAAAAAAN0AAAAAAAAAUEsGBwAAAAClAQAAAAAAAAEAAABQSwUGAAAA
AAMAAwDIAAAA/////wAA""",
    "Java": """
UEsDBAoAAAgAAG8xdV0AAAAAAAAAAAAAAAAHAAQATXlEYXRhL/7KAABQSwMEFAAICAgAizF1XQAAAAAAAAAAAAAAAA0AAABNeURhdGEvYS5qc29u
i65WKilWslIyMjAy1DUAoRBDAysDEIpS0lHKLY4vyEmsTE1RsjI0MDCojQUAUEsHCEIkOBMtAAAAMAAAAFBLAwQKAAAIAABvMXVdAAAAAAAAAAAA
AAAABgAAAMOpLnR4dFBLAQIKAAoAAAgAAG8xdV0AAAAAAAAAAAAAAAAHAAQAAAAAAAAAAAAAAAAAAABNeURhdGEv/soAAFBLAQIUABQACAgIAIsx
dV1CJDgTLQAAADAAAAANAAAAAAAAAAAAAAAAACkAAABNeURhdGEvYS5qc29uUEsBAgoACgAACAAAbzF1XQAAAAAAAAAAAAAAAAYAAAAAAAAAAAAA
AAAAkQAAAMOpLnR4dFBLBQYAAAAAAwADAKgAAAC1AAAAAAA=""",
}


def opened(data: bytes, **limits: int) -> Archive:
    return open_archive(io.BytesIO(data), limits=ArchiveLimits(**limits))


def everything(archive: Archive) -> dict[str, bytes]:
    found = {}
    for member in archive.members:
        with archive.open(member) as stream:
            found[member.name] = stream.read()
    return found


class TestCatalogue:
    """The hostile files."""

    @pytest.mark.parametrize("entry", REFUSED, ids=lambda entry: entry.name)
    def test_is_refused_with_what_to_do(self, entry: Hostile) -> None:
        with pytest.raises(ArchiveRefused, match=r"[:;] \w+") as refused:
            everything(opened(entry.build()))
        message = str(refused.value)
        assert "\n" not in message
        assert message.isprintable()

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("cut in the middle", "cut off"),
            ("text before the zip", "put before it"),
            ("one part of several", "one part of several"),
            ("members on another disk", "one part of several"),
            ("overlapping members", "overlaps"),
            ("members that share their bytes", "more than once"),
            ("bomb", "zip bombs"),
            ("encrypted in its own header only", "differ"),
            ("link", "is a link"),
            ("name leads up", "unsafe name"),
            ("bzip2", "method 12"),
            ("7z in the zip", "archive within"),
            ("zip in the zip by another name", "archive within"),
            ("zip64 record contradicts", "contradict"),
            ("zip64 record has another length", "zip64"),
            ("wrong CRC", "content of .* is broken"),
        ],
    )
    def test_says_what_is_wrong(self, name: str, reason: str) -> None:
        (entry,) = (entry for entry in REFUSED if entry.name == f"zip: {name}")
        with pytest.raises(ArchiveRefused, match=reason):
            everything(opened(entry.build()))

    @pytest.mark.parametrize("entry", READ, ids=lambda entry: entry.name)
    def test_is_read(self, entry: Hostile) -> None:
        everything(opened(entry.build()))

    def test_reading_is_what_finds_lies_about_the_content(self) -> None:
        """All the others are refused before a byte of a member is read."""
        late = []
        for entry in REFUSED:
            try:
                opened(entry.build())
            except ArchiveRefused:
                continue
            late.append(entry.name.removeprefix("zip: "))
        assert late == [
            "bomb that declares 1,000 bytes",
            "size declared too large",
            "size declared too small",
            "wrong CRC",
            "bytes after the deflate stream",
        ]


class TestOrdinaryZips:
    """What people's tools write."""

    @pytest.mark.parametrize("tool", RECORDED)
    def test_of_other_programs(self, tool: str) -> None:
        found = everything(opened(base64.b64decode(RECORDED[tool])))
        assert found == {"MyData/a.json": CONTENT, "é.txt": b""}

    @pytest.mark.parametrize("streamed", [False, True])
    def test_of_python(self, *, streamed: bool) -> None:
        files = {"Spotify Extended Streaming History/" + HISTORY: CONTENT, "Ünïcode ♪.json": b"[]", "empty.txt": b""}
        assert everything(opened(by_python(files, streamed=streamed))) == files

    def test_with_wide_sizes_and_a_comment(self) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.mkdir("folder")
            with archive.open("folder/" + HISTORY, "w", force_zip64=True) as member:
                member.write(CONTENT)
            archive.comment = b"packed by hand PK\5\6" + bytes(30)
        assert everything(opened(file.getvalue())) == {"folder/" + HISTORY: CONTENT}

    def test_folders_are_left_out_and_litter_is_named(self) -> None:
        archive = opened(by_python({"a/": b"", "a/x.json": b"[]", "__MACOSX/a/._x.json": b"\0", "a/.DS_Store": b"\0"}))
        assert [(m.name, m.size, m.crc) for m in archive.members] == [("a/x.json", 2, zlib.crc32(b"[]"))]
        assert archive.left_out == ("__MACOSX/a/._x.json", "a/.DS_Store")

    def test_names_in_the_old_code_page(self) -> None:
        assert [member.name for member in opened(one(name="Änd.json".encode("cp437"))).members] == ["Änd.json"]

    @given(
        st.dictionaries(
            st.text("abc/", min_size=1).map(lambda name: f"x{name.replace('/', 'y')}"),
            st.binary(max_size=500),
            max_size=5,
        )
    )
    @settings(max_examples=50, deadline=None)
    def test_content_comes_back(self, files: dict[str, bytes]) -> None:
        files = {f"{name}.json": b"x" + content for name, content in files.items()}
        assert everything(opened(by_python(files))) == files


TWO = (Part(name="a.json", content=bytes(2000)), Part(name="b.json", content=bytes(1000)))


class TestLimits:
    """Each at its border."""

    @pytest.mark.parametrize(
        ("limits", "reason"),
        [
            ({"members": 1}, "2 members, more than 1"),
            ({"total_bytes": 2999}, "3,000 bytes, more than 2,999"),
            ({"member_bytes": 1999}, "'a.json' has 2,000 bytes"),
            ({"ratio": 20, "ratio_from_bytes": 2000}, "'a.json' unpacks to more than 20 times"),
            ({"ratio": 20, "ratio_from_bytes": 2001}, "the zip unpacks to more than 20 times"),
        ],
    )
    def test_beyond(self, limits: dict[str, int], reason: str) -> None:
        with pytest.raises(ArchiveRefused, match=reason):
            opened(zipped(TWO), **limits)

    def test_at_the_border(self) -> None:
        most = {"members": 2, "total_bytes": 3000, "member_bytes": 2000, "ratio_from_bytes": 3001}
        assert len(opened(zipped(TWO), **most).members) == 2

    def test_what_compresses_well_and_is_small_is_no_bomb(self) -> None:
        assert len(opened(one(content=bytes(1 << 19))).members) == 1


class TestReading:
    """Streams of members."""

    def test_any_number_of_bytes_at_a_time(self) -> None:
        content = b"".join(b"%d," % number for number in range(20_000)) + bytes(100_000)
        for method in (0, 8):
            archive = opened(one(name="a.json", content=content, method=method))
            for size in (1_000, 65_536, 300_000):
                with archive.open(archive.members[0]) as stream:
                    assert b"".join(iter(lambda: stream.read(size), b"")) == content  # noqa: B023 - used at once

    def test_several_at_once(self) -> None:
        first, second = (b"%d" % n * 400_000 for n in (1, 2))
        archive = opened(zipped([Part(name="a", content=first, method=0), Part(name="b", content=second, method=0)]))
        a, b = (archive.open(member) for member in archive.members)
        halves = [a.read(200_000), b.read(200_000), a.read(), b.read()]
        assert (halves[0] + halves[2], halves[1] + halves[3]) == (first, second)

    @pytest.mark.parametrize("method", [0, 8])
    def test_wrong_bytes_are_not_given_out_whole(self, method: int) -> None:
        """A reader that stops once it has as many bytes as declared still learns of it."""
        archive = opened(one(method=method, local={"crc": 1}, central={"crc": 1}))
        stream = archive.open(archive.members[0])
        for _ in range(2):
            with pytest.raises(ArchiveRefused, match="broken"):
                stream.read(len(CONTENT))

    @pytest.mark.parametrize("more", [1, 1 << 20])
    def test_packed_bytes_that_nothing_comes_of(self, more: int) -> None:
        archive = opened(one(data=deflated(CONTENT) + bytes(more)))
        with pytest.raises(ArchiveRefused, match="broken"):
            everything(archive)

    def test_nothing_deflated_to_nothing(self) -> None:
        assert everything(opened(one(name="a", content=b"", data=b""))) == {"a": b""}

    def test_every_byte_changed_is_noticed(self) -> None:
        zip_ = one(content=CONTENT * 3)
        begin = zip_.index(HISTORY.encode()) + len(HISTORY)
        for at in range(begin, begin + len(deflated(CONTENT * 3))):
            damaged = zip_[:at] + bytes([zip_[at] ^ 0x55]) + zip_[at + 1 :]
            with pytest.raises(ArchiveRefused):
                everything(opened(damaged))

    @given(st.data())
    @settings(max_examples=300, deadline=None)
    def test_damage_anywhere_is_refused_or_harmless(self, data: st.DataObject) -> None:
        """No other error comes out, and what is read is what was packed."""
        zip_ = bytearray(by_python({"a/x.json": CONTENT, "y.json": b"[1]"}, streamed=data.draw(st.booleans())))
        for _ in range(data.draw(st.integers(1, 3))):
            zip_[data.draw(st.integers(0, len(zip_) - 1))] = data.draw(st.integers(0, 255))
        try:
            found = everything(opened(bytes(zip_[: data.draw(st.integers(len(zip_) - 3, len(zip_)))])))
        except ArchiveRefused:
            return
        assert set(found.values()) <= {CONTENT, b"[1]"}

    def test_memory_does_not_grow_with_a_member(self) -> None:
        size = 64 << 20
        crc = zlib.crc32(bytes(size))
        sizes = {"size": size, "crc": crc}
        zip_ = one(content=b"", data=zeros(size), local=sizes, central=sizes)
        archive = opened(zip_, ratio=2000)
        tracemalloc.start()
        with archive.open(archive.members[0]) as stream:
            total = sum(len(chunk) for chunk in iter(lambda: stream.read(1 << 16), b""))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert total == size
        assert peak < 4 << 20
