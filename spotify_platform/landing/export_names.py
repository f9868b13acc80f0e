"""What the names of an export's files say: their numbers, and which are missing."""

import re
from collections.abc import Iterator, Sequence

_YEARS = re.compile(r"_\d{4}(-\d{4})?(?=[_.])")
_PART = re.compile(
    r"^(?P<stem>Streaming_History_(?:Audio|Video)|StreamingHistory(?:_[a-z]+)?|endsong|endvideo)_?(?P<number>\d{1,2})\.json$",
    re.IGNORECASE,
)


def missing_parts(names: Sequence[str]) -> Iterator[str]:
    """Numbers missing from each series of file names, as `StreamingHistory_music part 2 of 0-5`."""
    series: dict[str, set[int]] = {}
    for name in names:
        if match := _PART.match(_YEARS.sub("", name)):
            series.setdefault(match["stem"], set()).add(int(match["number"]))
    for stem, numbers in sorted(series.items()):
        if missing := sorted(set(range(max(numbers) + 1)) - numbers):
            yield f"{stem} part{'s' * (len(missing) > 1)} {', '.join(map(str, missing))} of 0-{max(numbers)}"
