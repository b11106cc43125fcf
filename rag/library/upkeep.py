"""What goes with every change: the library is brought up to date before, and cleaned after."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rag.library.custody import Custody
from rag.library.derived import MANY_CHUNKS, Derived
from rag.library.originals import Originals
from rag.library.prepare import Preparation
from rag.library.removals import Removals
from rag.library.reports import Report, Tell
from rag.store import LibraryStore

LEVEL_SECONDS = 5.0  # how long what a batch has added may wait to be found


class Upkeep:
    """Holds the library for changes, and looks after what they leave behind."""

    def __init__(
        self,
        store: LibraryStore,
        originals: Originals,
        preparation: Preparation,
        derived: Derived,
        removals: Removals,
        custody: Custody,
    ) -> None:
        self._store = store
        self._originals = originals
        self._preparation = preparation
        self._derived = derived
        self._removals = removals
        self._custody = custody
        self._has_traits = False

    @contextmanager
    def changing(self, progress: Tell) -> Iterator[None]:
        """Holds the library for changes; what they removed is unreadable afterwards."""
        with self._custody.held():
            self.bring_up_to_date(progress)
            try:
                yield
            finally:  # a batch that was given up has removed former versions too
                self._purge()

    @contextmanager
    def storing(self, progress: Tell) -> Iterator[None]:
        """Holds the library for the worker, which does not wait long and lets ``settle`` follow."""
        with self._custody.held(polite=True):
            self.bring_up_to_date(progress)
            yield

    def settle(self) -> None:
        """Lets what the worker took in be found, and purges what it replaced."""
        with self._custody.held(polite=True):
            self._derived.write()
            self._purge()

    # Only for the holder of the library.

    def bring_up_to_date(self, progress: Tell) -> None:
        """Cuts and embeds anew what was made by other rules or another model."""
        if self._store.model() != self._preparation.model:
            self._preparation.complete_vectors(progress)
        for document_id in self._store.cut_otherwise(self._preparation.chunking):
            document = self._store.document(document_id)
            if document is not None:
                self._store.put(self._preparation.cut_anew(document, progress))
        if not self._has_traits:  # whatever comes in from now on brings them along
            self._preparation.complete_traits(progress)
            self._has_traits = True

    def levelling(self, reports: Iterator[Report]) -> Iterator[Report]:
        """Lets others find what a long batch has added while it goes on."""
        last = time.monotonic()
        for report in reports:
            yield report
            if report.chunks > MANY_CHUNKS or time.monotonic() - last > LEVEL_SECONDS:
                self._derived.write()
                self._removals.erase_due()
                last = time.monotonic()
        self._derived.write()

    def conclude(self, report: Report) -> Report:
        """Lets go of the original that a new version replaces, and lets a long one be found.

        Otherwise the indexes follow when they are next asked: a hundred uploads need them once.
        A long one is not left to a question.
        """
        if report.outcome == "updated":
            self._originals.remove_all_but(self._store.uploaded())
        if report.chunks > MANY_CHUNKS:
            self._derived.write()
        return report

    def _purge(self) -> None:
        self._removals.erase_due()
        # What can still be put back is erased in its time, and the rest with it.
        if self._store.has_traces() and not self._removals.are_undoable:
            self._derived.write()
            self._derived.purge()
