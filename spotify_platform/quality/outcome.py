"""What a check found."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from spotify_platform.errors import DataFailedCheck


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check of one table. All of them block: what comes after is not made when one has failed."""

    table: str
    name: str
    passed: bool
    found: dict[str, int] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """What is wrong, in one line."""
        wrong = ", ".join(f"{what} {count:,}" for what, count in self.found.items() if count)
        return f"{self.table}: {self.name} failed ({wrong})"


def stop_if_failed(outcomes: Sequence[Outcome]) -> None:
    """Raise `DataFailedCheck` with every failed check's message."""
    failed = [outcome.message for outcome in outcomes if not outcome.passed]
    if failed:
        raise DataFailedCheck("; ".join(failed) + ". Nothing was published; see: spotify-platform status")
