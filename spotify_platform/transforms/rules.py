"""What decides which records are one play and which plays count: one versioned value. Changing it restates history."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import timedelta

MINUTE_MS = 60_000
REACH = timedelta(hours=1)
"""How far in time one record may change what another is; a slice is read with as much again on each side."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds and windows, in milliseconds. Raise `version` with any change of meaning that no number shows.

    Attributes:
        counted_ms: music heard for so long counts as a play.
        match_ms: R4: the ends of a play by the API's clock and by the extended export's are at most so far apart.
        ambiguous_ms: R6: so far apart, two plays that nothing else matches may still be one.
        previous_ms: a play of unknown length is taken to begin no earlier than the one before ended, if that is at most
            so long ago.
    """

    version: int = 2
    counted_ms: int = 30_000
    match_ms: int = 5_000
    ambiguous_ms: int = 600_000
    previous_ms: int = 2_400_000

    def __post_init__(self) -> None:
        """Refuse windows that are none, and those that reach further than slices are made anew."""
        if min(self.match_ms, self.ambiguous_ms, self.previous_ms) < 1:
            raise ValueError("A window of the rules is 1 ms or more.")
        if self.reach_ms > REACH / timedelta(milliseconds=1):
            raise ValueError(
                f"The windows of the rules reach {self.reach_ms} ms, and slices are made anew {REACH} around a change."
            )

    @property
    def reach_ms(self) -> int:
        """How far in time one record can change what a play is.

        Two rounds of R4, the six steps that R3 and R5 take to minutes beside, then R6, then the start of the next play.
        """
        return 4 * self.match_ms + 7 * MINUTE_MS + self.ambiguous_ms + self.previous_ms

    @property
    def sha256(self) -> str:
        """Fingerprint of the rules."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
