"""What a library is put together from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rag.embed import Embedder
from rag.isolate import ParserProcess
from rag.library import walk
from rag.library.additions import Additions
from rag.library.catalogue import Catalogue
from rag.library.curator import Curator
from rag.library.custody import Custody
from rag.library.derived import Derived
from rag.library.engines import Engines
from rag.library.execute import Executor, Fetch
from rag.library.folders import Folders
from rag.library.inspector import Inspector
from rag.library.intake import Intake
from rag.library.prepare import Preparation
from rag.library.queue import JobQueue
from rag.library.removals import Removals
from rag.library.upkeep import Upkeep
from rag.library.worker import Worker


class Parts:
    """The parts of one library, each with those that it builds upon.

    Only what the library's front speaks to is kept by name.
    """

    def __init__(
        self,
        folder: Path,
        longest: int,
        get_embedder: Callable[[], Embedder],
        parser: ParserProcess,
        clock: Callable[[], float],
        fetch: Fetch | None,
        engines: Engines,
    ) -> None:
        self.folder = walk.absolute(folder)
        self.engines = engines
        store, vectors, words = engines.store, engines.vectors, engines.words
        originals, incoming = engines.originals, engines.incoming
        preparation = Preparation(store, get_embedder, parser, longest)
        intake = Intake(store, preparation, originals)

        # Who holds the library, and what goes with it.
        self.queue = queue = JobQueue(store.jobs, incoming, folder)
        custody = Custody(self.folder, engines.writing, store, originals, queue)
        self.derived = derived = Derived(
            store, vectors, words, custody.lock, get_embedder, preparation.complete_vectors
        )
        self.removals = Removals(store, derived, originals, engines.undoing, custody.held, clock)
        upkeep = Upkeep(store, originals, preparation, derived, self.removals, custody)

        # What is done with it.
        self.catalogue = Catalogue(store, originals)
        self.additions = Additions(self.folder, intake, parser, upkeep)
        self.folders = Folders(self.folder, store, intake, upkeep)
        self.curator = Curator(store, self.catalogue, preparation, derived, self.removals, upkeep)
        self.inspector = Inspector(
            store, vectors, words, originals, get_embedder, preparation, derived, custody
        )

        # A parser of its own: what the worker reads can be cancelled, and nobody waits for it.
        apart = parser.another()
        intake_apart = Intake(store, Preparation(store, get_embedder, apart, longest), originals)
        executor = Executor(
            intake_apart, incoming, apart, fetch, self.additions.store, self.folders.finish
        )
        self.worker = Worker(store.jobs, queue, executor, upkeep.settle, engines.working)
