"""The front of the room: one object for one library on disk."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from rag.backup import finish_restore
from rag.embed import Embedder
from rag.isolate import ParserProcess, shared_parser
from rag.library import walk
from rag.library.edit import UNCHANGED, Edit
from rag.library.engines import Engines, open_engines, open_folder
from rag.library.execute import Fetch
from rag.library.parts import Parts
from rag.library.plan import Plan
from rag.library.prepare import find_page
from rag.library.reports import Report, Tell, tell_nobody
from rag.library.twins import find_twins
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
from rag.store import Counts
from rag.vectors import IndexState


class Library:
    """Documents that are kept, and the indexes by which their passages are found.

    Any thread may use it. One process at a time changes the library; another that tries is told
    so by LibraryBusy, and reading goes on everywhere.

    Attributes:
        folder: where it stands, or what this machine keeps beside one in a database.
        place: where it is, for people.
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
        engines: Engines | None = None,
    ) -> None:
        """``engines`` are those of the folder where none are given."""
        engines = engines or open_folder(folder)
        self._parts = parts = Parts(folder, longest, get_embedder, parser, clock, fetch, engines)
        self.folder = parts.folder
        self.place = engines.place
        self.store = engines.asked
        self.vectors = engines.vectors
        self.words = engines.words

    @classmethod
    def open(
        cls,
        settings: Settings,
        embedder: Embedder | Callable[[], Embedder],
        clock: Callable[[], float] = time.time,
        fetch: Fetch | None = None,
    ) -> Library:
        """Opens the library that the settings name, or makes an empty one; loads no model.

        Args:
            embedder: one, or what gives one when it is needed.
            clock: seconds since 1970, by which removals can be undone for a time.
            fetch: gives what stands at a web address; without it none is taken in.

        Raises:
            LibraryBroken, LibraryBusy, LibraryFull: as their sentences say.
        """
        if not settings.library:
            finish_restore(settings.index)
        get_embedder = functools.cache(embedder if callable(embedder) else lambda: embedder)
        parser = shared_parser(settings.parse_seconds)
        longest = settings.chunk_characters
        engines = open_engines(settings)
        library = cls(settings.index, longest, get_embedder, parser, clock, fetch, engines)
        library._parts.removals.erase_abandoned()
        return library

    def close(self) -> None:
        self._parts.worker.stop()
        self._parts.removals.close()
        self._parts.derived.close()
        self._parts.engines.close()

    # Reading.

    def documents(self) -> list[Document]:
        """All documents, in the order of their names."""
        return self._parts.engines.store.documents()

    def document(self, selector: str) -> Document:
        """Gives the document of this id, name or path; raises UnknownDocument.

        A name may be that of the original too, though what is kept of it has been cleaned.
        """
        return self._parts.catalogue.document(selector)

    def find(self, selector: str) -> list[Document]:
        """Gives the documents of this id, name or path, as ``document`` does; empty where none."""
        return self._parts.catalogue.find(selector)

    def text(self, document_id: str) -> str:
        """Gives a document's extracted text; raises UnknownDocument."""
        return self._parts.engines.store.text(document_id)

    def blocks(self, document_id: str) -> tuple[Block, ...]:
        return tuple(self._parts.engines.store.blocks(document_id))

    def pages(self, document_id: str) -> tuple[Page, ...]:
        """Gives the pages of a document in order; empty where its format has none."""
        return tuple(self._parts.engines.store.pages(document_id))

    def sources(self, document_id: str) -> tuple[Source, ...]:
        """Gives the ways by which a document came in."""
        return tuple(self._parts.engines.store.sources(document_id))

    def passages(self, document_id: str, first: int, count: int) -> list[StoredChunk]:
        """Gives some of the chunks that a document is cut into, from the ``first`` (0) on."""
        return self._parts.catalogue.passages(document_id, first, count)

    def locate_page(self, document_id: str, offset: int) -> int | None:
        """Gives the number of the page on which a character stands; None without pages."""
        return find_page(self._parts.engines.store.pages(document_id), offset)

    def original(self, document_id: str) -> Path | None:
        """Gives the file a document was made from, where it is still there and the same."""
        return self._parts.catalogue.original(document_id)

    def told(self, document_id: str) -> Particulars:
        """Gives the title and date that the file itself tells, whatever a person said."""
        return self._parts.engines.store.told(document_id)

    def twins(self, document_id: str) -> list[Twin]:
        """Gives the likely duplicates of a document, likeliest first."""
        return find_twins(self._parts.engines.store, document_id).get(document_id, [])

    def all_twins(self) -> dict[str, list[Twin]]:
        """Gives the likely duplicates of each document that has some, by its id."""
        return find_twins(self._parts.engines.store)

    def status(self) -> Counts:
        """Gives how many there are of what, and the database's bytes."""
        return self._parts.engines.store.counts()

    def vector_state(self) -> IndexState:
        """Tells how the vectors are searched, and how much of the exact result that finds."""
        store = self._parts.engines.store
        return self.vectors.state(store, store.model() or "")

    def refresh(self) -> None:
        """Brings the indexes level with the store; call it before asking.

        Costs one query where nothing has changed, since the last time, in any process.
        """
        self._parts.derived.level()

    # Taking in.

    def add(self, paths: Sequence[Path], progress: Tell = tell_nobody) -> Iterator[Report]:
        """Takes in files and whole folders; a report comes when its document is durable.

        Nothing is done until the reports are asked for, and the library is held meanwhile.

        Raises:
            LibraryBusy, LibraryFull, LibraryBroken: the rest is not taken in.
        """
        return self._parts.additions.add_paths(paths, progress)

    def add_bytes(self, data: bytes, name: str, progress: Tell = tell_nobody) -> Report:
        """Takes in a file that was uploaded, and keeps it."""
        return self._parts.additions.add_upload(data, name, progress)

    def add_text(self, text: str, name: str, title: str | None = None) -> Report:
        """Takes in a text as it is, under a name that ends in ``.txt`` or ``.md``."""
        return self._parts.additions.add_text(text, name, title)

    def add_address(
        self, address: str, data: bytes, name: str, progress: Tell = tell_nobody
    ) -> Report:
        """Takes in what was fetched from a web address, in place of what came from it before."""
        return self._parts.additions.add_address(address, data, name, progress)

    def folders(self) -> list[Folder]:
        """Gives the folders that the library was made equal to, and which of them are followed."""
        return self._parts.engines.store.folders()

    def note_folder(self, path: Path, watching: bool) -> None:
        """Remembers an absolute folder, and whether it is to be followed after a restart."""
        self._parts.engines.store.put_folder(str(path), watching)

    def plan(self, folder: Path) -> Plan:
        """Gives what a sync would do, as data.

        Raises:
            UnreadableDocument: there is no such folder.
        """
        return self._parts.folders.plan(folder)

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
        if dry_run:
            return self._parts.folders.foretell(folder, spare_emptied)
        return self._parts.folders.sync(folder, progress, spare_emptied)

    # Taking in, in the background.

    def start_worker(self) -> None:
        """Does what is submitted, in this process and a thread, unless another process does.

        One that starts later waits, and takes over when the first ends. Until then nothing that
        is submitted is lost.
        """
        self._parts.worker.start()

    def stop_worker(self) -> None:
        """Puts back what is in hand."""
        self._parts.worker.stop()

    def work_off(self) -> None:
        """Does what is submitted at once, in the caller's thread.

        Raises:
            LibraryBusy: another process or thread does it.
        """
        self._parts.worker.work_off()

    def jobs(self) -> list[Job]:
        """What was submitted, first come first, until ``clear_finished``."""
        return list(map(self._parts.worker.describe, self._parts.engines.store.jobs.jobs()))

    def count_jobs(self) -> dict[JobStage, int]:
        """How many there are in each stage; cheaper than ``jobs``."""
        return self._parts.engines.store.jobs.counts()

    def submit_upload(self, name: str, data: bytes) -> Job:
        """Puts a file that was uploaded into the queue, durably.

        Raises:
            UnreadableDocument: it is larger than any may be.
            LibraryFull, LibraryBusy, LibraryBroken: it is not in the queue.
        """
        return self._parts.queue.submit_upload(name, data)

    def submit_text(self, text: str, name: str, title: str | None = None) -> Job:
        """Puts a text into the queue, under a name that ends in ``.txt`` or ``.md``."""
        return self._parts.queue.submit_text(text, name, title)

    def submit_address(self, url: str) -> Job:
        """Puts what stands at a web address into the queue; it is fetched when its turn comes."""
        return self._parts.queue.submit_address(url)

    def submit_paths(self, paths: Sequence[Path]) -> list[Job]:
        """Puts files and whole folders into the queue, a job a file."""
        return self._parts.queue.submit_paths(paths)

    def submit_sync(self, folder: Path) -> list[Job]:
        """Puts what is new in a folder into the queue, and last a job for what is gone from it.

        Raises:
            UnreadableDocument: there is no such folder.
        """
        changes = list(self._parts.folders.foretell(folder))
        return self._parts.queue.submit_sync(walk.absolute(folder), changes)

    def cancel(self, job_ids: Collection[str]) -> None:
        """Cancels jobs: what waits at once, what is in hand as soon as it can be left."""
        self._parts.queue.cancel(job_ids)

    def retry(self, job_ids: Collection[str]) -> None:
        """Puts what was refused into the queue again, and tries at once what waits."""
        self._parts.queue.retry(job_ids)

    def clear_finished(self) -> None:
        """Forgets the jobs that are over, with the bytes of what was refused."""
        self._parts.queue.clear_ended()

    # Saying more.

    def edit(self, selector: str, title: Edit = UNCHANGED, date: Edit = UNCHANGED) -> Document:
        """Keeps a person's own title or date beside what the file tells; None takes it back.

        Args:
            date: a year, a month or a day in ISO 8601.

        Raises:
            EditError: the title or date cannot be kept; nothing is changed then.
            UnknownDocument: there is no such document.
        """
        return self._parts.curator.edit(selector, title, date)

    def keep_both(self, one: str, other: str) -> None:
        """Remembers that two documents are no duplicates to a person; they are not flagged again.

        Raises:
            UnknownDocument: one of them is not there.
        """
        self._parts.curator.keep_both(one, other)

    # Taking out.

    def remove(self, selectors: Sequence[str], undo_seconds: float = 0.0) -> list[Document]:
        """Removes documents, named by id or by name, with all that was made from them.

        Takes effect at once. Nothing of them is left on disk afterwards, or after the seconds
        during which ``undo_removal`` can put them back; those end with this process.

        Raises:
            UnknownDocument: one of them is not there, or several bear its name; none is removed.
        """
        return self._parts.curator.remove(selectors, undo_seconds)

    def removed(self) -> list[RemovedDocument]:
        """Gives the removed documents that can be put back, in the order of their names."""
        return self._parts.removals.listed()

    def undo_removal(self, document_ids: Sequence[str]) -> list[Document]:
        """Puts documents back as they were, without reading or embedding anything.

        Gives those that are back; not among them is what has been erased, or what came from a
        file that stands for another document by now.
        """
        return self._parts.curator.put_back(document_ids)

    # Soundness.

    def check(self, repair: bool = False) -> list[str]:
        """Gives what is wrong with the library, a sentence each; with ``repair``, what remains.

        Raises:
            LibraryBusy: another process is changing the library.
        """
        return self._parts.inspector.check(repair)
