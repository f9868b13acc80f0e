"""What is made once a content: under the platform's home, and made again if it is deleted."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

_FINGERPRINT = re.compile("[0-9a-f]{16}")  # others are being made by somebody


def cache_of(home: Path, what: str) -> Path:
    """Folder of one kind of thing; in it a folder for each fingerprint."""
    return home / "cache" / what


def forget_others(home: Path, current: Mapping[str, str]) -> None:
    """Delete what was made for other fingerprints than these, by kind: what an upgrade left behind."""
    for what, fingerprint in current.items():
        folder = cache_of(home, what)
        for old in folder.iterdir() if folder.exists() else ():
            if _FINGERPRINT.fullmatch(old.name) and old.name != fingerprint:
                shutil.rmtree(old, ignore_errors=True)
