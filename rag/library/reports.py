"""What a person is told while files are taken in, and afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["added", "updated", "unchanged", "removed", "refused"]
Stage = Literal["reading", "embedding", "storing"]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one file; what it tells of is durable.

    Attributes:
        name: the file's own name.
        path: its absolute path; empty for an upload.
        reason: one sentence: why it was refused, or what else is worth knowing.
        document_id: None where there is no document of it.
        seconds: spent on this file.
    """

    name: str
    path: str
    outcome: Outcome
    reason: str | None = None
    document_id: str | None = None
    characters: int = 0
    chunks: int = 0
    pages: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the file in hand has come: ``done`` of ``total`` chunks are embedded."""

    name: str
    stage: Stage
    done: int = 0
    total: int = 0


Tell = Callable[[Progress], None]
"""Is called with each step of progress, in the thread that does the work."""


def tell_nobody(progress: Progress) -> None:
    """For callers that do not want to know."""
