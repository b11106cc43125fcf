"""What a sync would do, as data for a table."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from rag.errors import UnreadableDocument
from rag.library import walk
from rag.library.reports import Outcome, Report
from rag.records import Source

ChangeKind = Literal["added", "changed", "renamed", "removed", "unchanged", "refused"]
_KINDS: Mapping[Outcome, ChangeKind] = {
    "added": "added",
    "updated": "changed",
    "removed": "removed",
    "unchanged": "unchanged",
    "refused": "refused",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a sync would do with one file.

    Attributes:
        name, path: of the file; where it is to be removed, of the file that is gone.
        former: the path under which a renamed file was known.
        reason: one sentence where it is refused.
    """

    kind: ChangeKind
    name: str
    path: str
    former: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Plan:
    """What a sync of ``folder`` would do; ``empties`` where nothing would be left of it."""

    folder: str
    changes: tuple[Change, ...]

    @cached_property
    def counts(self) -> Mapping[ChangeKind, int]:
        """How many files there are of each kind."""
        counted = Counter(change.kind for change in self.changes)
        return {kind: counted[kind] for kind in _KINDS.values()} | {"renamed": counted["renamed"]}

    @property
    def empties(self) -> bool:
        kinds = {change.kind for change in self.changes}
        return kinds == {"removed"}

    @property
    def is_needed(self) -> bool:
        return any(change.kind not in ("unchanged", "refused") for change in self.changes)


def make_plan(folder: str, foretold: Iterable[Report], known: Mapping[str, Source]) -> Plan:
    """Puts together what a dry run foretells.

    A file that is new is taken for a renamed one where it has the bytes of one that is gone.

    Args:
        known: the sources below the folder, by their paths.
    """
    reports = list(foretold)
    gone = {r.path: r for r in reports if r.outcome == "removed"}
    sizes = {known[path].size for path in gone if path in known}
    renamed: dict[str, str] = {}
    for report in reports:
        if report.outcome == "added" and (id_ := _identify(Path(report.path), sizes)):
            former = next((path for path, r in gone.items() if r.document_id == id_), None)
            if former is not None:
                renamed[report.path] = former
                del gone[former]
    return Plan(folder, tuple(_list_changes(reports, renamed)))


def _identify(path: Path, sizes: set[int]) -> str | None:
    """Gives the id of the document that the file would be, where it has one of these sizes."""
    try:
        if walk.describe_file(path).size not in sizes:
            return None
        return hashlib.sha256(walk.read_file(path)).hexdigest()[:16]
    except UnreadableDocument:
        return None


def _list_changes(reports: Iterable[Report], renamed: Mapping[str, str]) -> Iterator[Change]:
    settled = set(renamed.values())
    for report in reports:
        if report.path in renamed:
            yield Change("renamed", report.name, report.path, renamed[report.path])
        elif report.outcome != "removed" or report.path not in settled:
            yield Change(_KINDS[report.outcome], report.name, report.path, None, report.reason)
