"""Which kind of records a document holds, told by its first bytes.

Records of listening are told by keys that nothing else has, wherever they are: a document that is broken in its first
record is known too. Objects of the catalogue lie inside one another (a track holds an album, an album tracks), and some
have no key that is only theirs, so that they are told by the first record's own `type` and keys.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spotify_platform.landing.document_head import OwnKeys, first_element, first_object, is_bare

NOT_OURS = "its records have neither the keys of a listening history nor those of tracks, albums, artists or audio features"
EMPTY = "its list holds no record, and neither its keys nor its name tell of what it would be"
_KEY = re.compile(rb'"([A-Za-z_]+)"\s*:')
# Any of these an object of the API has, and a document around a list of them has none.
_OF_RECORDS = ("id", "type", "name", "uri")
_OTHER_TYPES = ("episode", "show", "playlist", "user", "audiobook", "chapter")


@dataclass(frozen=True, slots=True)
class Recognisable:
    """How documents of one kind are told; the fields are those of a `Source`, `signatures` as bytes."""

    name: str
    signatures: tuple[tuple[bytes, ...], ...]
    file_names: str
    record_type: str | None = None
    record_keys: tuple[tuple[str, ...], ...] = ()
    rows_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Told:
    """What the first record tells: its kind; or why it is none, `is_final` where the name must not overrule it."""

    kind: str | None
    reason: str = NOT_OURS
    is_final: bool = False


def recognise(head: bytes, name: str, kinds: Sequence[Recognisable]) -> str | None:
    """Name of the kind that a document's first bytes show, or else its file name; None where neither does."""
    keys = set(_KEY.findall(head))
    for kind in kinds:
        if any(keys.issuperset(signature) for signature in kind.signatures):
            return kind.name
    told = _told(head, kinds)
    if told.kind:
        return told.kind
    hinted = [kind for kind in kinds if not (kind.record_type and told.is_final)]
    return next((kind.name for kind in hinted if re.fullmatch(kind.file_names, name.lower())), None)


def why_not(head: bytes, kinds: Sequence[Recognisable]) -> str:
    """The reason why a document of these first bytes is of no kind."""
    if head.startswith(b"PK\x03\x04"):
        return "it is a zip by another name: let its name end in .zip"
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")):
        return "it is no JSON and no zip"
    return _told(head, kinds).reason


def _told(head: bytes, kinds: Sequence[Recognisable]) -> _Told:
    found = first_object(head)
    if found is None:
        return _Told(None)
    kinds = [kind for kind in kinds if kind.record_type]
    if any(key in found.values for key in _OF_RECORDS):
        return _of_record(found, kinds)
    around = list(dict.fromkeys(key for kind in kinds for key in kind.rows_at))
    lists = [key for key in around if found.list_at(key) is not None]
    if len(lists) > 1:
        return _Told(None, f"it holds several lists ({', '.join(lists)}): save each in a file of its own", is_final=True)
    if lists:
        return _of_list(found, lists[0], kinds)
    if pages := [key for key in around if found.object_at(key) is not None]:
        reason = f"it holds pages below {', '.join(pages)}, as answers of a search do: save each page in a file of its own"
        return _Told(None, reason, is_final=True)
    return _of_record(found, kinds)


def _of_list(document: OwnKeys, key: str, kinds: Sequence[Recognisable]) -> _Told:
    """What the list below a key of the document holds.

    A key that only one kind has tells it, unless the first record is whole and has no id: account data hold lists of such
    names too (YourLibrary.json).
    """
    array = document.values[key]
    named = [kind for kind in kinds if key in kind.rows_at]
    own = named[0].name if len(named) == 1 else None
    if is_bare(document.head, array):
        return _Told(own, EMPTY)
    record = first_element(document.head, array)
    if record is None:
        return _Told(None)
    if own is None:
        return _of_record(record, named)
    return _Told(None if record.is_whole and "id" not in record.values else own)


def _of_record(record: OwnKeys, kinds: Sequence[Recognisable]) -> _Told:
    own_type = record.text("type")
    if own_type in _OTHER_TYPES:
        return _Told(None, f"its records are of the type {own_type}, for which there is no table", is_final=True)
    for kind in kinds:
        if kind.record_type == own_type:
            return _Told(kind.name)
    by_keys = (kind.name for kind in kinds if any(record.values.keys() >= set(keys) for keys in kind.record_keys))
    return _Told(next(by_keys, None))
