"""What one cycle did, counted as it happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Tally:
    """Counts of one cycle; `refused` by reason, `blocked` by source with the sentence that explains it.

    `opted_out` holds what only a person may take back: approved artworks whose creators are on the opt-out list.
    """

    seen: int = 0
    new: int = 0
    selected: int = 0
    passed: int = 0
    fit: int = 0
    unfit: int = 0
    done: int = 0
    failed: int = 0
    judged: int = 0
    drafted: int = 0
    archived: int = 0
    taken_back: int = 0
    prepared: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    blocked: dict[str, str] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    observed: int = 0
    outcomes: dict[str, str] = field(default_factory=dict)
    alarms: dict[str, str] = field(default_factory=dict)
    withdrawn: int = 0
    opted_out: dict[str, str] = field(default_factory=dict)

    @property
    def made_nothing(self) -> bool:
        counts = (self.new, self.selected, self.passed, self.fit, self.unfit, self.done, self.failed, self.judged)
        return not any((*counts, self.drafted, self.archived, self.taken_back, self.prepared, self.withdrawn))

    @property
    def outcome_by_source(self) -> dict[str, str]:
        """How every source went: read, nothing_new, blocked, changed or failed."""
        bad = {"blocked": self.blocked, "changed": self.changed, "failed": self.broken}
        return {**self.outcomes, **{name: outcome for outcome, names in bad.items() for name in names}}

    def to_json(self, cycle: str, seconds: float, waiting: int) -> dict[str, Any]:
        """The summary as `nftd once --json` prints it; `artworks.waiting` counts the whole queue."""
        return {
            "cycle": cycle,
            "seconds": round(seconds, 2),
            "listings": {
                "seen": self.seen,
                "new": self.new,
                "selected": self.selected,
                "passed": self.passed,
            },
            "sources": {"fit": self.fit, "unfit": self.unfit},
            "runs": {"done": self.done, "failed": self.failed},
            "artworks": {"waiting": waiting},
            "publications": {"prepared": self.prepared},
            "refused": dict(sorted(self.refused.items())),
            "blocked": dict(sorted({**self.blocked, **self.changed, **self.broken}.items())),
            "outcomes": dict(sorted(self.outcome_by_source.items())),
            "alarms": dict(sorted(self.alarms.items())),
            "opted_out": {"withdrawn": self.withdrawn, "approved": dict(sorted(self.opted_out.items()))},
        }
