"""The front of the room: one object for one library on disk."""

from __future__ import annotations

import functools
import hashlib
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from rag.backup import finish_restore
from rag.embed import Embedder
from rag.errors import LibraryBusy, UnknownDocument, UnreadableDocument
from rag.files import remove_leftovers, safe_name
from rag.isolate import ParserProcess, shared_parser
from rag.library import check, edit, walk
from rag.library.derived import MANY_CHUNKS, Derived
from rag.library.edit import UNCHANGED, Edit, Unchanged
from rag.library.execute import Executor, Fetch
from rag.library.incoming import Incoming
from rag.library.intake import Arrival, Intake, refuse
from rag.library.originals import Originals
from rag.library.plan import Plan, make_plan
from rag.library.prepare import Preparation, find_page
from rag.library.queue import JobQueue
from rag.library.removals import Removals
from rag.library.reports import Report, Tell, tell_nobody
from rag.library.sync import finish_sync, sync_folder
from rag.library.twins import find_twins
from rag.library.worker import Worker
from rag.locks import Presence, WriteLock
from rag.records import (
    Block,
    Document,
    Folder,
    Job,
    JobStage,
    Page,
    Particulars,
    RemovedDocument,
    Source,
    StoredChunk,
    Twin,
)
from rag.settings import Settings
from rag.store import Counts, NewDocument, SQLiteStore
from rag.vectors import FaissIndex
from rag.words import TantivyIndex

LEVEL_SECONDS = 5.0  # how long what a batch has added may wait to be found
THREAD_PATIENCE = 30.0  # seconds that a thread waits for another of the same process
THREAD_POLITENESS = 1.0  # the same for the worker, which tells that it waits

T = TypeVar("T")


class Library:
    """Documents on disk, and the indexes by which their passages are found.

    Any thread may use it. One process at a time changes the library; another that tries is told
    so by LibraryBusy, and reading goes on everywhere.

    Attributes:
        folder: where it stands.
        store, vectors, words: for retrieval, which only reads them.
    """

    def __init__(
        self,
        folder: Path,
        longest: int,
        get_embedder: Callable[[], Embedder],
        parser: ParserProcess,
        clock: Callable[[], float] = time.time,
        fetch: Fetch | None = None,
    ) -> None:
        self.folder = walk.absolute(folder)
        self.store = SQLiteStore(folder / "library.sqlite")
        self.vectors = FaissIndex(folder / "vectors")
        self.words = TantivyIndex(folder / "words")
        self._originals = Originals(folder / "originals")
        self._get_embedder = get_embedder
        self._parser = parser
        self._preparation = Preparation(self.store, get_embedder, parser, longest)
        self._intake = Intake(self.store, self._preparation, self._originals)
        self._lock = WriteLock(folder / "write.lock")
        self._changing = threading.Lock()
        self._swept = False
        self._has_traits = False
        self._derived = Derived(
            self.store, self.vectors, self.words, self._lock, get_embedder, self._complete_vectors
        )
        self._removals = Removals(
            self.store,
            self._derived,
            self._originals,
            Presence(folder / "undo.lock"),
            self._held,
            clock,
        )
        incoming = Incoming(folder / "incoming")
        self._queue = JobQueue(self.store.jobs, incoming, folder)
        self._worker = self._hire_worker(incoming, longest, parser.another(), fetch)

    @classmethod
    def open(
        cls,
        settings: Settings,
        embedder: Embedder | Callable[[], Embedder],
        clock: Callable[[], float] = time.time,
        fetch: Fetch | None = None,
    ) -> Library:
        """Opens the library in ``settings.index``, or makes an empty one; loads no model.

        Args:
            embedder: one, or what gives one when it is needed.
            clock: seconds since 1970, by which removals can be undone for a time.
            fetch: gives what stands at a web address; without it none is taken in.

        Raises:
            LibraryBroken, LibraryBusy, LibraryFull: as their sentences say.
        """
        finish_restore(settings.index)
        get_embedder = functools.cache(embedder if callable(embedder) else lambda: embedder)
        parser = shared_parser(settings.parse_seconds)
        library = cls(settings.index, settings.chunk_characters, get_embedder, parser, clock, fetch)
        library._removals.erase_abandoned()
        return library

    def close(self) -> None:
        self._worker.stop()
        self._removals.close()
        self.store.close()

    # Reading.

    def documents(self) -> list[Document]:
        """All documents, in the order of their names."""
        return self.store.documents()

    def document(self, selector: str) -> Document:
        """Gives the document of this id, name or path; raises UnknownDocument.

        A name may be that of the original too, though what is kept of it has been cleaned.
        """
        found = self.find(selector)
        if len(found) > 1:
            ids = ", ".join(document.id for document in found)
            raise UnknownDocument(
                f"Several documents bear the name {selector!r}: name one by its id ({ids})."
            )
        if not found:
            raise UnknownDocument(
                f"The library has no document {selector!r}: `python -m rag docs` lists those that "
                "it has."
            )
        return found[0]

    def find(self, selector: str) -> list[Document]:
        """Gives the documents of this id, name or path, as ``document`` does; empty where none."""
        if not _is_unicode(selector):  # no file of such a name was taken in
            return []
        by_id = self.store.document(selector)
        if by_id is not None:
            return [by_id]
        at_path = self.store.source_at(str(walk.absolute(Path(selector))))
        found = self.store.find(at_path[0] if at_path else selector)
        # A path names one file, not whatever bears the same name elsewhere.
        is_path = "/" in selector or os.sep in selector
        return found if found or is_path else self.store.find(safe_name(selector))

    def text(self, document_id: str) -> str:
        """Gives a document's extracted text; raises UnknownDocument."""
        return self.store.text(document_id)

    def blocks(self, document_id: str) -> tuple[Block, ...]:
        return tuple(self.store.blocks(document_id))

    def pages(self, document_id: str) -> tuple[Page, ...]:
        """Gives the pages of a document in order; empty where its format has none."""
        return tuple(self.store.pages(document_id))

    def sources(self, document_id: str) -> tuple[Source, ...]:
        """Gives the ways by which a document came in."""
        return tuple(self.store.sources(document_id))

    def passages(self, document_id: str, first: int, count: int) -> list[StoredChunk]:
        """Gives some of the chunks that a document is cut into, from the ``first`` (0) on."""
        ids = self.store.chunk_ids([document_id])[first : first + count]
        found = self.store.chunks(ids)
        return sorted(found.values(), key=lambda chunk: chunk.start)

    def locate_page(self, document_id: str, offset: int) -> int | None:
        """Gives the number of the page on which a character stands; None without pages."""
        return find_page(self.store.pages(document_id), offset)

    def original(self, document_id: str) -> Path | None:
        """Gives the file a document was made from, where it is still there and the same."""
        document = self.document(document_id)
        kept = self._originals.find(document.sha256)
        files = [Path(s.location) for s in self.store.sources(document_id) if s.origin == "file"]
        for path in [kept, *files] if kept else files:
            try:
                if hashlib.sha256(path.read_bytes()).hexdigest() == document.sha256:
                    return path
            except OSError:
                continue  # moved away since; another source may still have it
        return None

    def told(self, document_id: str) -> Particulars:
        """Gives the title and date that the file itself tells, whatever a person said."""
        return self.store.told(document_id)

    def twins(self, document_id: str) -> list[Twin]:
        """Gives the likely duplicates of a document, likeliest first."""
        return find_twins(self.store, document_id).get(document_id, [])

    def all_twins(self) -> dict[str, list[Twin]]:
        """Gives the likely duplicates of each document that has some, by its id."""
        return find_twins(self.store)

    def status(self) -> Counts:
        """Gives how many there are of what, and the database's bytes."""
        return self.store.counts()

    def refresh(self) -> None:
        """Brings the indexes level with the store; call it before asking.

        Costs one query where nothing has changed, since the last time, in any process.
        """
        self._derived.level()

    # Taking in.

    def add(self, paths: Sequence[Path], progress: Tell = tell_nobody) -> Iterator[Report]:
        """Takes in files and whole folders; a report comes when its document is durable.

        Nothing is done until the reports are asked for, and the library is held meanwhile.

        Raises:
            LibraryBusy, LibraryFull, LibraryBroken: the rest is not taken in.
        """
        self._parser.start()
        with self._writing(progress):
            yield from self._levelling(self._added(paths, progress))

    def add_bytes(self, data: bytes, name: str, progress: Tell = tell_nobody) -> Report:
        """Takes in a file that was uploaded, and keeps it."""
        return self._add_bytes(data, Source(safe_name(name), "upload", "", len(data)), progress)

    def add_text(self, text: str, name: str, title: str | None = None) -> Report:
        """Takes in a text as it is, under a name that ends in ``.txt`` or ``.md``."""
        data = text.encode()
        source = Source(safe_name(name), "paste", "", len(data))
        return self._add_bytes(data, source, tell_nobody, title)

    def add_address(
        self, address: str, data: bytes, name: str, progress: Tell = tell_nobody
    ) -> Report:
        """Takes in what was fetched from a web address, in place of what came from it before."""
        source = Source(safe_name(name), "address", address, len(data))
        return self._add_bytes(data, source, progress)

    def folders(self) -> list[Folder]:
        """Gives the folders that the library was made equal to, and which of them are followed."""
        return self.store.folders()

    def plan(self, folder: Path) -> Plan:
        """Gives what a sync would do, as data.

        Raises:
            UnreadableDocument: there is no such folder.
        """
        root = str(walk.absolute(folder))
        known = {path: source for path, (_, source) in self.store.sources_under(root).items()}
        return make_plan(root, self.sync(folder, dry_run=True), known)

    def sync(
        self,
        folder: Path,
        dry_run: bool = False,
        progress: Tell = tell_nobody,
        spare_emptied: bool = False,
    ) -> Iterator[Report]:
        """Makes what came from a folder equal to it, and touches nothing else.

        A file that cannot be taken in any more keeps its former version.

        Args:
            dry_run: the reports say what would be done, as far as that can be told unparsed.
            spare_emptied: a folder in which nothing is left, as where its disk is not mounted, is
                an error too.

        Raises:
            UnreadableDocument: there is no such folder; nothing is changed then.
        """
        root = walk.absolute(folder)
        if not root.is_dir():
            raise UnreadableDocument(
                f"There is no folder {root}: check the path; nothing was changed."
            )
        if dry_run:
            yield from self._synced(root, True, progress)
            return
        with self._writing(progress):
            yield from self._levelling(self._synced(root, False, progress, spare_emptied))
            self.store.note_sync(str(root))

    def _synced(
        self, root: Path, dry_run: bool, progress: Tell, spare_emptied: bool = False
    ) -> Iterator[Report]:
        found = walk.find_files(root, self.folder)
        if spare_emptied and not found.files and not found.unlisted:
            lost = len(self.store.sources_under(str(root)))
            if lost:
                raise UnreadableDocument(
                    f"The folder {root} is empty, and {lost} documents came from it: nothing was "
                    "removed; mount its disk again, or sync it by hand to remove them."
                )
        return sync_folder(root, found, self.store, self._intake, dry_run, progress)

    def _added(self, paths: Sequence[Path], progress: Tell) -> Iterator[Report]:
        for found in walk.iterate_files(paths, self.folder):
            if isinstance(found, tuple):
                yield refuse(found[0], f"The folder cannot be listed ({found[1]}).")
            else:
                yield self._intake.add_file(found, progress)

    def _levelling(self, reports: Iterator[Report]) -> Iterator[Report]:
        """Lets others find what a long batch has added while it goes on."""
        last = time.monotonic()
        for report in reports:
            yield report
            if report.chunks > MANY_CHUNKS or time.monotonic() - last > LEVEL_SECONDS:
                self._derived.write()
                self._removals.erase_due()
                last = time.monotonic()
        self._derived.write()

    def _add_bytes(
        self, data: bytes, source: Source, progress: Tell, title: str | None = None
    ) -> Report:
        self._parser.start()
        # The indexes follow when they are next asked: a hundred uploads need them once. A long one
        # is not left to a question.
        with self._writing(progress):
            report = self._intake.add_bytes(data, source, title, progress)
            if report.outcome == "updated":
                self._originals.remove_all_but(self.store.uploaded())
            if report.chunks > MANY_CHUNKS:
                self._derived.write()
            return report

    def _store_arrival(
        self, arrival: Arrival, prepared: NewDocument | None, progress: Tell
    ) -> Report:
        with self._writing(progress, THREAD_POLITENESS, purging=False):
            report = self._intake.take_in(arrival, prepared, progress)
            if report.outcome == "updated":
                self._originals.remove_all_but(self.store.uploaded())
            if report.chunks > MANY_CHUNKS:
                self._derived.write()
            return report

    def _finish_sync(self, root: Path, progress: Tell) -> list[Report]:
        with self._writing(progress, THREAD_POLITENESS, purging=False):
            reports = list(finish_sync(root, walk.find_files(root, self.folder), self.store))
            self.store.note_sync(str(root))
            return reports

    # Taking in, in the background.

    def start_worker(self) -> None:
        """Does what is submitted, in this process and a thread, unless another process does.

        One that starts later waits, and takes over when the first ends. Until then nothing that
        is submitted is lost.
        """
        self._worker.start()

    def stop_worker(self) -> None:
        """Puts back what is in hand."""
        self._worker.stop()

    def work_off(self) -> None:
        """Does what is submitted at once, in the caller's thread.

        Raises:
            LibraryBusy: another process or thread does it.
        """
        self._worker.work_off()

    def jobs(self) -> list[Job]:
        """What was submitted, first come first, until ``clear_finished``."""
        return [
            job if job.is_over else self._worker.describe(job) for job in self.store.jobs.jobs()
        ]

    def count_jobs(self) -> dict[JobStage, int]:
        """How many there are in each stage; cheaper than ``jobs``."""
        return self.store.jobs.counts()

    def submit_upload(self, name: str, data: bytes) -> Job:
        """Puts a file that was uploaded into the queue, durably.

        Raises:
            UnreadableDocument: it is larger than any may be.
            LibraryFull, LibraryBusy, LibraryBroken: it is not in the queue.
        """
        return self._woken(self._queue.submit_upload(name, data))

    def submit_text(self, text: str, name: str, title: str | None = None) -> Job:
        """Puts a text into the queue, under a name that ends in ``.txt`` or ``.md``."""
        return self._woken(self._queue.submit_text(text, name, title))

    def submit_address(self, url: str) -> Job:
        """Puts what stands at a web address into the queue; it is fetched when its turn comes."""
        return self._woken(self._queue.submit_address(url))

    def submit_paths(self, paths: Sequence[Path]) -> list[Job]:
        """Puts files and whole folders into the queue, a job a file."""
        return self._woken(self._queue.submit_paths(paths))

    def submit_sync(self, folder: Path) -> list[Job]:
        """Puts what is new in a folder into the queue, and last a job for what is gone from it.

        Raises:
            UnreadableDocument: there is no such folder.
        """
        changes = list(self.sync(folder, dry_run=True))
        return self._woken(self._queue.submit_sync(walk.absolute(folder), changes))

    def cancel(self, job_ids: Collection[str]) -> None:
        """Cancels jobs: what waits at once, what is in hand as soon as it can be left."""
        self._queue.cancel(job_ids)

    def retry(self, job_ids: Collection[str]) -> None:
        """Puts what was refused into the queue again, and tries at once what waits."""
        self._queue.retry(job_ids)
        self._worker.wake()

    def clear_finished(self) -> None:
        """Forgets the jobs that are over, with the bytes of what was refused."""
        self._queue.clear_ended()

    def _woken(self, result: T) -> T:
        self._worker.wake()
        return result

    def _hire_worker(
        self, incoming: Incoming, longest: int, parser: ParserProcess, fetch: Fetch | None
    ) -> Worker:
        # A parser of its own: what it reads can be cancelled, and nobody waits for it.
        preparation = Preparation(self.store, self._get_embedder, parser, longest)
        intake = Intake(self.store, preparation, self._originals)
        executor = Executor(intake, incoming, parser, fetch, self._store_arrival, self._finish_sync)
        place = WriteLock(self.folder / "worker.lock")
        return Worker(self.store.jobs, self._queue, executor, self._settle, place)

    # Saying more.

    def edit(self, selector: str, title: Edit = UNCHANGED, date: Edit = UNCHANGED) -> Document:
        """Keeps a person's own title or date beside what the file tells; None takes it back.

        Args:
            date: a year, a month or a day in ISO 8601.

        Raises:
            EditError: the title or date cannot be kept; nothing is changed then.
            UnknownDocument: there is no such document.
        """
        with self._writing(tell_nobody):
            document = self.document(selector)
            former = self.store.given(document.id)
            given = Particulars(
                _choose(title, former.title, edit.read_title),
                _choose(date, former.date, edit.read_date),
            )
            if given.title != former.title:  # it is embedded and indexed with each passage
                self.store.put(self._preparation.cut_anew(document, tell_nobody, given))
                self._derived.write()
            elif given != former:
                self.store.put_given(document.id, given)
            return self.document(document.id)

    def keep_both(self, one: str, other: str) -> None:
        """Remembers that two documents are no duplicates to a person; they are not flagged again.

        Raises:
            UnknownDocument: one of them is not there.
        """
        self.store.keep_pair(self.document(one).id, self.document(other).id)

    # Taking out.

    def remove(self, selectors: Sequence[str], undo_seconds: float = 0.0) -> list[Document]:
        """Removes documents, named by id or by name, with all that was made from them.

        Takes effect at once. Nothing of them is left on disk afterwards, or after the seconds
        during which ``undo_removal`` can put them back; those end with this process.

        Raises:
            UnknownDocument: one of them is not there, or several bear its name; none is removed.
        """
        with self._writing(tell_nobody):
            documents = {document.id: document for document in map(self.document, selectors)}
            self._removals.remove(list(documents), undo_seconds)
        return list(documents.values())

    def removed(self) -> list[RemovedDocument]:
        """Gives the removed documents that can be put back, in the order of their names."""
        return self._removals.listed()

    def undo_removal(self, document_ids: Sequence[str]) -> list[Document]:
        """Puts documents back as they were, without reading or embedding anything.

        Gives those that are back; not among them is what has been erased, or what came from a
        file that stands for another document by now.
        """
        with self._writing(tell_nobody):
            back = self._removals.put_back(document_ids)
            self._bring_up_to_date(tell_nobody)
            self._derived.write()
        return [self.document(document_id) for document_id in back]

    # Soundness.

    def check(self, repair: bool = False) -> list[str]:
        """Gives what is wrong with the library, a sentence each; with ``repair``, what remains.

        Raises:
            LibraryBusy: another process is changing the library.
        """
        with self._held():
            self._sweep()
            if repair:
                self._repair()
            return list(self._find_problems())

    def _find_problems(self) -> Iterator[str]:
        embedder = self._get_embedder()
        at_rest = [
            *check.check_store(self.store, embedder, self._preparation.chunking),
            *self.vectors.problems(),
            *self.words.problems(self.store),
            *self._originals.problems(self.store.uploaded()),
        ]
        yield from at_rest
        if not at_rest:
            self._derived.write()
            yield from check.check_derived(self.store, self.vectors, self.words, embedder)

    def _repair(self) -> None:
        """Makes anew whatever is made from texts and files that are there."""
        embedder = self._get_embedder()
        for document in self.store.documents():
            if any(check.check_document(self.store, document)):
                self.store.put(self._preparation.cut_anew(document, tell_nobody))
        self.store.drop_vectors(check.find_wrong_vectors(self.store, embedder))
        self._originals.drop_damaged()
        self._derived.rebuild()
        self._derived.purge(at_any_size=True)

    # Holding the library.

    @contextmanager
    def _writing(
        self, progress: Tell, patience: float = THREAD_PATIENCE, purging: bool = True
    ) -> Iterator[None]:
        """Holds the library for changes; what they removed is unreadable afterwards.

        ``purging`` is False where ``_settle`` follows.
        """
        with self._held(patience):
            self._bring_up_to_date(progress)
            try:
                yield
            finally:  # a batch that was given up has removed former versions too
                if purging:
                    self._purge()

    @contextmanager
    def _held(self, patience: float = THREAD_PATIENCE) -> Iterator[None]:
        if not self._changing.acquire(timeout=patience):
            raise LibraryBusy(
                "This library is being changed already; wait until that has finished and try again."
            )
        try:
            with self._lock.held():
                if not self._swept:
                    self._sweep()
                yield
        finally:
            self._changing.release()

    def _settle(self) -> None:
        """Lets what the worker took in be found, and purges what it replaced."""
        with self._held(THREAD_POLITENESS):
            self._derived.write()
            self._purge()

    def _purge(self) -> None:
        self._removals.erase_due()
        # What can still be put back is erased in its time, and the rest with it.
        if self.store.has_traces() and not self._removals.are_undoable:
            self._derived.write()
            self._derived.purge()

    def _sweep(self) -> None:
        """Clears away what a writer that died was about to write."""
        remove_leftovers(self.folder)
        self._queue.sweep()
        self._originals.remove_all_but(self.store.uploaded())
        self._swept = True

    def _bring_up_to_date(self, progress: Tell) -> None:
        """Cuts and embeds anew what was made by other rules or another model."""
        if self.store.model() != self._get_embedder().name:
            self._complete_vectors(progress)
        for document_id in self.store.cut_otherwise(self._preparation.chunking):
            document = self.document(document_id)
            self.store.put(self._preparation.cut_anew(document, progress))
        if not self._has_traits:  # whatever comes in from now on brings them along
            self._preparation.complete_traits(progress)
            self._has_traits = True

    def _complete_vectors(self, progress: Tell = tell_nobody) -> None:
        self._preparation.complete_vectors(progress)


def _choose(value: Edit, former: str | None, read: Callable[[str], str | None]) -> str | None:
    if isinstance(value, Unchanged):
        return former
    return None if value is None else read(value)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
