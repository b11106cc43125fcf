"""Makes what came from a folder equal to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from rag.errors import UnreadableDocument
from rag.library import walk
from rag.library.intake import Intake, refuse
from rag.library.reports import Report, Tell
from rag.records import Source
from rag.store import LibraryStore

Known = tuple[str, Source]
"""A document's id, and the source by which a path stands for it."""


def sync_folder(
    root: Path,
    found: walk.Found,
    store: LibraryStore,
    intake: Intake,
    dry_run: bool,
    progress: Tell,
) -> Iterator[Report]:
    """Gives a report for each file that is in the folder, or was.

    Files come before removals, so that a renamed file finds its document still there.
    """
    known = store.sources_under(str(root))
    settled: list[Source] = []
    for path in found.files:
        before = known.pop(str(path), None)
        yield _sync_file(path, before, settled) or (
            _foretell(path, before) if dry_run else intake.add_file(path, progress)
        )
    for folder, reason in found.unlisted.items():
        yield refuse(folder, f"The folder cannot be listed ({reason}); what came from it stays.")
    if not dry_run and settled:
        store.touch(settled)
    yield from _remove(_below_none_of(known, found), store, dry_run)


def finish_sync(root: Path, found: walk.Found, store: LibraryStore) -> Iterator[Report]:
    """Lets go of what is no longer in the folder, once what is new in it has come in."""
    known = store.sources_under(str(root))
    settled: list[Source] = []
    for path in found.files:
        before = known.pop(str(path), None)
        if before is not None:
            _sync_file(path, before, settled)
    if settled:
        store.touch(settled)
    for folder, reason in found.unlisted.items():
        yield refuse(folder, f"The folder cannot be listed ({reason}); what came from it stays.")
    yield from _remove(_below_none_of(known, found), store, dry_run=False)


def _sync_file(path: Path, before: Known | None, settled: list[Source]) -> Report | None:
    """Gives the report of a file that is unchanged or cannot be read; None where it is to come in.

    ``settled`` gathers the sources of files whose times alone have changed.
    """
    try:
        source = walk.describe_file(path)
        if before is None:
            return None
        document_id, former = before
        if not source.modified_ns or source != former:
            data = walk.read_file(path)
            if hashlib.sha256(data).hexdigest()[:16] != document_id:
                return None
            if source != former:
                settled.append(source)
        return Report(source.name, source.location, "unchanged", None, document_id)
    except UnreadableDocument as error:
        return refuse(path, str(error))


def _foretell(path: Path, before: Known | None) -> Report:
    source = walk.describe_file(path)
    return Report(source.name, source.location, "updated" if before else "added")


def _below_none_of(known: Mapping[str, Known], found: walk.Found) -> dict[str, Known]:
    return {
        location: pair
        for location, pair in known.items()
        if not any(Path(location).is_relative_to(folder) for folder in found.unlisted)
    }


def _remove(gone: Mapping[str, Known], store: LibraryStore, dry_run: bool) -> Iterator[Report]:
    removed = set(store.remove_sources(gone)) if gone and not dry_run else set()
    for location, (document_id, source) in sorted(gone.items()):
        stays = not dry_run and document_id not in removed
        reason = "Its document stays, by its other sources." if stays else None
        yield Report(source.name, location, "removed", reason, document_id)
