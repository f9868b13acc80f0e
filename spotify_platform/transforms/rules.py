"""What decides which records are one play and which plays count: one versioned value. Changing it restates history."""

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds and windows. Raise `version` with any change of meaning that no number shows."""

    version: int = 1
    counted_ms: int = 30_000

    def sha256(self, time_zone: str) -> str:
        """Fingerprint of all that a user's plays depend on beside Bronze."""
        return hashlib.sha256(json.dumps([asdict(self), time_zone], sort_keys=True).encode()).hexdigest()
